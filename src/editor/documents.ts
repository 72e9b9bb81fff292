import * as vscode from 'vscode';

const scheme = 'redis-topology';

/** Read-only Markdown documents of our own (previews, reports), kept in memory while they are shown. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    vscode.workspace.onDidCloseTextDocument(document => {
      if (document.uri.scheme === scheme) this.#texts.delete(document.uri.path);
    }),
  );

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /**
   * Shows `markdown` rendered, in a tab named `title`; as plain text where the editor's Markdown preview is switched off.
   * The same title again replaces what is shown.
   */
  async show(title: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${title}.md` });
    this.#texts.set(uri.path, markdown);
    this.#changed.fire(uri);
    if (vscode.extensions.getExtension('vscode.markdown-language-features'))
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    else await vscode.window.showTextDocument(uri, { preview: true, preserveFocus: true });
  }

  /** Closes the tab of that title, if it is still open. */
  async close(title: string): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs).filter(tab => isPreviewOf(tab, title));
    if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
    this.#texts.delete(`/${title}.md`);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

/** The Markdown preview is a webview that doesn't tell its document; its label does. */
function isPreviewOf(tab: vscode.Tab, title: string): boolean {
  if (tab.input instanceof vscode.TabInputText)
    return tab.input.uri.scheme === scheme && tab.input.uri.path === `/${title}.md`;
  return (
    tab.input instanceof vscode.TabInputWebview &&
    tab.input.viewType.endsWith('markdown.preview') &&
    tab.label.endsWith(`${title}.md`)
  );
}
