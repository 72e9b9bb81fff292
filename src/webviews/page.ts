import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from './html';

/**
 * The HTML of a page that gets all of its content by messages: no script but ours with its nonce, no inline handler.
 * @param topologyId what the page remembers over a reload of the window; empty for servers that belong to no topology
 */
export function simplePage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  name: string,
  topologyId: string,
  body: string,
): string {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'media');
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const nonce = randomBytes(16).toString('base64url');
  const at = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  return pageHtml({
    ...{ nonce, cspSource: webview.cspSource, script: at(`${name}.js`), style: at(`${name}.css`) },
    language: vscode.env.language.replace(/[^\w-]/g, ''),
    data: { topology: topologyId },
    body,
  });
}
