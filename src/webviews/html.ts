export interface PageParts {
  readonly nonce: string;
  /** What the webview may load styles from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** As BCP 47 names it. */
  readonly language: string;
  readonly title?: string;
  /** `data-…` of the body, by name. */
  readonly data?: Readonly<Record<string, string>>;
  /** HTML of ours, without anything that a server said. */
  readonly body: string;
  /** What the page begins with, as data between script tags, by the element's id. */
  readonly first?: { readonly id: string; readonly value: unknown };
}

/** A page as its webview gets it: no script but the ones with the nonce, no inline handler. */
export function pageHtml({
  nonce,
  cspSource,
  script,
  style,
  language,
  title,
  data = {},
  body,
  first,
}: PageParts): string {
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escape(value)}"`);
  return [
    '<!DOCTYPE html>',
    `<html lang="${escape(language)}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource} 'nonce-${nonce}'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<link rel="stylesheet" nonce="${nonce}" href="${escape(style)}">`,
    ...(title === undefined ? [] : [`<title>${escape(title)}</title>`]),
    '</head>',
    `<body${attributes.join('')}>`,
    body,
    ...(first === undefined
      ? []
      : [`<script type="application/json" id="${first.id}" nonce="${nonce}">${json(first.value)}</script>`]),
    `<script nonce="${nonce}" src="${escape(script)}"></script>`,
    '</body>',
    '</html>',
  ].join('\n');
}

/** Data between script tags: nothing in it may end them. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
