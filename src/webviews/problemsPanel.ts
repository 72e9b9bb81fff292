import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { pages } from '../manifest';
import { problemsBody } from './bodies';
import { simplePage } from './page';
import { readFromProblemsPage } from './problemsProtocol';
import type { FromProblemsPage, ProblemsSight } from './problemsProtocol';

export interface ProblemsPanelDeps {
  readonly extensionUri: vscode.Uri;
  /** What is to be shown of a topology, or of all servers that belong to none (`undefined`); `before` is the title of its page so far. */
  sight(topologyId: string | undefined, before?: string): ProblemsSight;
  act(message: Exclude<FromProblemsPage, { type: 'ready' }>): void;
  onFailure(error: unknown): void;
}

/** One page for each topology whose problems are looked at; it follows them as they come and go. */
export class ProblemsPanels implements Disposable {
  readonly #open = new Map<string | undefined, { readonly panel: vscode.WebviewPanel; shown: string }>();

  constructor(private readonly deps: ProblemsPanelDeps) {}

  show(topologyId: string | undefined): void {
    const open = this.#open.get(topologyId);
    if (open) return open.panel.reveal();
    const { title } = this.deps.sight(topologyId);
    this.#adopt(topologyId, vscode.window.createWebviewPanel(pages.problems, title, vscode.ViewColumn.Active));
  }

  /** Takes over a panel that VS Code kept over a reload of the window. */
  restore(panel: vscode.WebviewPanel, topologyId: string | undefined): void {
    if (this.#open.has(topologyId)) return panel.dispose();
    this.#adopt(topologyId, panel);
  }

  #adopt(topologyId: string | undefined, panel: vscode.WebviewPanel): void {
    panel.iconPath = vscode.Uri.joinPath(this.deps.extensionUri, 'media', 'redis-topology.svg');
    const entry = { panel, shown: '' };
    this.#open.set(topologyId, entry);
    panel.onDidDispose(() => this.#open.delete(topologyId));
    panel.webview.onDidReceiveMessage((value: unknown) => {
      const message = readFromProblemsPage(value);
      if (message?.type === 'ready') {
        entry.shown = '';
        this.update();
      } else if (message) this.deps.act(message);
    });
    panel.webview.html = simplePage(panel.webview, this.deps.extensionUri, 'problems', topologyId ?? '', problemsBody);
  }

  /** The problems changed. */
  update(): void {
    for (const [topologyId, entry] of this.#open) {
      const sight = this.deps.sight(topologyId, entry.panel.title);
      const text = JSON.stringify(sight);
      if (text === entry.shown) continue;
      entry.shown = text;
      if (entry.panel.title !== sight.title) entry.panel.title = sight.title;
      entry.panel.webview
        .postMessage({ type: 'show', sight })
        .then(undefined, (error: unknown) => this.deps.onFailure(error));
    }
  }

  dispose(): void {
    for (const { panel } of [...this.#open.values()]) panel.dispose();
  }
}
