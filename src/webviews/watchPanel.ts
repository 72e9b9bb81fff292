import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import { errorInWords } from '../editor/words';
import type { Redactor } from '../editor/redact';
import type { Topology } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';
import { pages } from '../manifest';
import type { TimelineEntry } from '../topology/timeline';
import { clientsOf, slowLogOf } from '../topology/watch/onDemand';
import { Samples } from '../topology/watch/samples';
import { watchBody } from './bodies';
import { simplePage } from './page';
import type { ExportFormat } from './watchExport';
import { exportEvents } from './watchExport';
import type { DetailKind, FromWatchPage, ToWatchPage, WatchDetail } from './watchProtocol';
import { MOST_EVENTS, readFromWatchPage } from './watchProtocol';
import { clientsInWords, detailOf, slowLogInWords, watchEventOf, watchSightOf, watchWords } from './watchSight';

export interface WatchPanelDeps {
  readonly extensionUri: vscode.Uri;
  readonly inventory: InventoryPort;
  readonly redactor: Redactor;
  reveal(node: string): void;
  onFailure(error: unknown): void;
}

/** How often figures are asked for and drawn while the page is seen. */
const PACE_MS = 1000;

/** One live page for each topology that is watched. Asks faster while it is seen, and nothing at all while it is not. */
export class WatchPanels implements Disposable {
  readonly #open = new Map<string, WatchPanel>();

  constructor(private readonly deps: WatchPanelDeps) {}

  show(topologyId: string): void {
    const open = this.#open.get(topologyId);
    if (open) return open.bringToFront();
    const title = vscode.l10n.t('{0} – live', this.#name(topologyId));
    this.#adopt(topologyId, vscode.window.createWebviewPanel(pages.watch, title, vscode.ViewColumn.Active));
  }

  /** Takes over a panel that VS Code kept over a reload of the window. */
  restore(panel: vscode.WebviewPanel, topologyId: string): void {
    if (this.#open.has(topologyId)) return panel.dispose();
    this.#adopt(topologyId, panel);
  }

  #adopt(topologyId: string, panel: vscode.WebviewPanel): void {
    this.#open.set(topologyId, new WatchPanel(this.deps, topologyId, panel, () => this.#open.delete(topologyId)));
  }

  #name(topologyId: string): string {
    return this.deps.inventory.snapshot.topologies.find(({ id }) => id === topologyId)?.name ?? topologyId;
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) panel.dispose();
  }
}

class WatchPanel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ended = new AbortController();
  readonly #panel: vscode.WebviewPanel;
  readonly #samples = new Samples();
  readonly #roleSince = new Map<string, number>();
  /** Everybody who stood in the topology while it was looked at: what happened to those that went is told, too. */
  readonly #nodes = new Set<string>();
  /** What the page knows by number; as many as the timeline keeps. */
  readonly #entries = new Map<number, TimelineEntry>();
  #nextEntry = 0;
  #ready = false;
  #shown = '';
  #seen: { readonly holding: Disposable; readonly timer: NodeJS.Timeout } | undefined;
  #asking: AbortController | undefined;

  constructor(
    private readonly deps: WatchPanelDeps,
    private readonly topologyId: string,
    panel: vscode.WebviewPanel,
    onEnd: () => void,
  ) {
    this.#panel = panel;
    this.#panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'redis-topology.svg');
    this.#store.add(this.#panel.webview.onDidReceiveMessage((value: unknown) => this.#receive(value)));
    this.#store.add(this.#panel.onDidChangeViewState(() => this.#follow()));
    this.#store.add(
      this.#panel.onDidDispose(() => {
        onEnd();
        this.#ended.abort();
        this.#asking?.abort();
        this.#rest();
        this.#store.dispose();
      }),
    );
    this.#store.add(deps.inventory.onDidChange(() => this.#show()));
    this.#store.add(deps.inventory.timeline.onDidAdd(entry => this.#happened(entry)));
    this.#panel.webview.html = simplePage(this.#panel.webview, deps.extensionUri, 'watch', topologyId, watchBody);
    this.#follow();
  }

  bringToFront(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #topology(): Topology | undefined {
    return this.deps.inventory.snapshot.topologies.find(({ id }) => id === this.topologyId);
  }

  /** Polling is for somebody who looks: a hidden page holds nothing and draws nothing. */
  #follow(): void {
    if (!this.#panel.visible) return this.#rest();
    if (this.#seen !== undefined) return;
    const holding = this.deps.inventory.hold(PACE_MS);
    const timer = setInterval(() => this.#sample(), PACE_MS);
    this.#seen = { holding, timer };
    this.#show();
  }

  #rest(): void {
    clearInterval(this.#seen?.timer);
    this.#seen?.holding.dispose();
    this.#seen = undefined;
    this.#ready = false;
  }

  #sample(): void {
    const topology = this.#topology();
    if (topology !== undefined) this.#samples.take(Date.now(), topology);
    this.#show();
  }

  #show(): void {
    const topology = this.#topology();
    for (const { id } of topology?.nodes ?? []) this.#nodes.add(id);
    if (!this.#ready || this.#seen === undefined) return;
    const sight = watchSightOf(vscode.l10n.t, topology, this.#samples, this.#roleSince);
    const text = JSON.stringify(sight);
    if (text === this.#shown) return;
    this.#shown = text;
    const title = topology && vscode.l10n.t('{0} – live', topology.name);
    if (title !== undefined && this.#panel.title !== title) this.#panel.title = title;
    this.#send({ type: 'show', sight });
  }

  #happened(entry: TimelineEntry): void {
    for (const { id } of this.#topology()?.nodes ?? []) this.#nodes.add(id);
    if (!this.#nodes.has(entry.what.node)) return;
    const id = this.#note(entry);
    if (this.#ready) this.#send({ type: 'events', all: false, events: [watchEventOf(vscode.l10n.t, id, entry)] });
  }

  #note(entry: TimelineEntry): number {
    if (entry.what.code === 'role-changed') this.#roleSince.set(entry.what.node, entry.at);
    const id = this.#nextEntry++;
    this.#entries.set(id, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_EVENTS && oldest !== undefined) this.#entries.delete(oldest);
    return id;
  }

  #receive(value: unknown): void {
    const message = readFromWatchPage(value);
    switch (message?.type) {
      case 'ready':
        return this.#begin();
      case 'ask':
        this.#ask(message.node, message.kind).catch(this.#failed);
        return;
      case 'close':
        this.#asking?.abort();
        return this.#send({ type: 'detail' });
      case 'reveal':
        if (this.#topology()?.nodes.some(({ id }) => id === message.node)) this.deps.reveal(message.node);
        return;
      case 'export':
        this.#export(message).catch(this.#failed);
        return;
      case undefined:
        return; // not ours
    }
  }

  /** The page is there, for the first time or after it was hidden: VS Code throws a hidden page away. */
  #begin(): void {
    this.#ready = true;
    this.#shown = '';
    this.#send({ type: 'words', words: watchWords(vscode.l10n.t) });
    for (const { id } of this.#topology()?.nodes ?? []) this.#nodes.add(id);
    this.#entries.clear();
    for (const entry of this.deps.inventory.timeline.entries) if (this.#nodes.has(entry.what.node)) this.#note(entry);
    this.#send({
      type: 'events',
      all: true,
      events: [...this.#entries].map(([id, entry]) => watchEventOf(vscode.l10n.t, id, entry)),
    });
    this.#show();
  }

  async #ask(id: string, kind: DetailKind): Promise<void> {
    const { inventory, redactor } = this.deps;
    const node = this.#topology()?.nodes.find(one => one.id === id);
    if (node === undefined) return;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const show = (detail: WatchDetail): void => {
      if (!asking.signal.aborted) this.#send({ type: 'detail', detail });
    };
    const head = detailOf(vscode.l10n.t, node, kind);
    show({ ...head, says: vscode.l10n.t('Asking…') });
    try {
      const detail =
        kind === 'slowlog'
          ? slowLogInWords(vscode.l10n.t, node, await slowLogOf(inventory, id, asking.signal))
          : clientsInWords(vscode.l10n.t, node, await clientsOf(inventory, id, asking.signal));
      show({ ...detail, rows: detail.rows.map(row => row.map(cell => redactor.redact(cell))) });
    } catch (error) {
      if (asking.signal.aborted) return; // closed, or another was asked
      show({ ...head, says: errorInWords(vscode.l10n.t, error) });
    }
  }

  async #export({ events }: Extract<FromWatchPage, { type: 'export' }>): Promise<void> {
    const entries = events.flatMap(id => this.#entries.get(id) ?? []).sort((a, b) => a.at - b.at);
    const name = this.#topology()?.name ?? 'redis';
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const file = `timeline-${name}-${new Date().toISOString().slice(0, 10)}.csv`;
    const uri = await vscode.window.showSaveDialog({
      filters: { CSV: ['csv'], JSON: ['json'], Log: ['log', 'txt'] },
      ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, file) }),
    });
    if (uri === undefined) return;
    const end = /\.(\w+)$/.exec(uri.path)?.[1]?.toLowerCase();
    const format: ExportFormat = end === 'json' ? 'json' : end === 'csv' ? 'csv' : 'log';
    await vscode.workspace.fs.writeFile(
      uri,
      new TextEncoder().encode(exportEvents(vscode.l10n.t, format, name, entries)),
    );
  }

  readonly #failed = (error: unknown): void => {
    if (!this.#ended.signal.aborted) this.deps.onFailure(error);
  };

  #send(message: ToWatchPage): void {
    if (this.#ended.signal.aborted) return;
    this.#panel.webview.postMessage(message).then(undefined, this.#failed);
  }
}
