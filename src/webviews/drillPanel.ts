import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { pages } from '../manifest';
import type { DrillSight, FromDrillPage } from './drillProtocol';
import { readFromDrillPage } from './drillProtocol';
import { drillBody } from './bodies';
import { simplePage } from './page';

export interface DrillPanelDeps {
  readonly extensionUri: vscode.Uri;
  /** What is to be shown of a topology; `selected` is a run by its time. */
  sight(topologyId: string, selected: number | undefined): DrillSight;
  act(topologyId: string, message: Exclude<FromDrillPage, { type: 'ready' | 'select' }>): void;
  onFailure(error: unknown): void;
}

interface Entry {
  readonly panel: vscode.WebviewPanel;
  shown: string;
  selected?: number;
}

/** One page for each topology whose drills are looked at; while one runs, it grows there. */
export class DrillPanels implements Disposable {
  readonly #open = new Map<string, Entry>();

  constructor(private readonly deps: DrillPanelDeps) {}

  /** @param selected the run to show, by its time; the latest when there is none */
  show(topologyId: string, selected?: number): void {
    const open = this.#open.get(topologyId);
    if (open) {
      this.#select(open, selected);
      open.panel.reveal(undefined, true);
      return this.update(topologyId);
    }
    this.#adopt(
      topologyId,
      vscode.window.createWebviewPanel(
        pages.drill,
        this.deps.sight(topologyId, selected).title,
        vscode.ViewColumn.Active,
      ),
      selected,
    );
  }

  /** Takes over a panel that VS Code kept over a reload of the window. */
  restore(panel: vscode.WebviewPanel, topologyId: string): void {
    if (this.#open.has(topologyId)) return panel.dispose();
    this.#adopt(topologyId, panel, undefined);
  }

  #adopt(topologyId: string, panel: vscode.WebviewPanel, selected: number | undefined): void {
    panel.iconPath = vscode.Uri.joinPath(this.deps.extensionUri, 'media', 'redis-topology.svg');
    const entry: Entry = { panel, shown: '' };
    this.#select(entry, selected);
    this.#open.set(topologyId, entry);
    panel.onDidDispose(() => this.#open.delete(topologyId));
    panel.webview.onDidReceiveMessage((value: unknown) => {
      const message = readFromDrillPage(value);
      if (message === undefined) return; // not ours
      if (message.type === 'select') this.#select(entry, message.run);
      else if (message.type !== 'ready') return this.deps.act(topologyId, message);
      else entry.shown = '';
      this.update(topologyId);
    });
    panel.webview.html = simplePage(panel.webview, this.deps.extensionUri, 'drill', topologyId, drillBody);
  }

  /** Whether anybody would see what changes. */
  isVisible(topologyId: string): boolean {
    return this.#open.get(topologyId)?.panel.visible === true;
  }

  update(topologyId: string): void {
    const entry = this.#open.get(topologyId);
    if (entry === undefined) return;
    const sight = this.deps.sight(topologyId, entry.selected);
    const text = JSON.stringify(sight);
    if (text === entry.shown) return;
    entry.shown = text;
    if (entry.panel.title !== sight.title) entry.panel.title = sight.title;
    entry.panel.webview
      .postMessage({ type: 'show', sight })
      .then(undefined, (error: unknown) => this.deps.onFailure(error));
  }

  dispose(): void {
    for (const { panel } of [...this.#open.values()]) panel.dispose();
  }

  #select(entry: Entry, run: number | undefined): void {
    if (run === undefined) delete entry.selected;
    else entry.selected = run;
  }
}
