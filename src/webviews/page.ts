import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The HTML of a page that gets all of its content by messages: no script but ours with its nonce, no inline handler. */
export function simplePage(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, body: string): string {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'media');
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const nonce = randomBytes(16).toString('base64url');
  const at = (file: string): string =>
    webview
      .asWebviewUri(vscode.Uri.joinPath(dist, file))
      .toString()
      .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
  return `<!DOCTYPE html>
<html lang="${vscode.env.language.replace(/[^\w-]/g, '')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource} 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${at(`${name}.css`)}">
</head>
<body>
${body}
<script nonce="${nonce}" src="${at(`${name}.js`)}"></script>
</body>
</html>`;
}
