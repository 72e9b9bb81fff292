import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import { reasonInWords } from '../editor/words/health';
import { slotMapView } from '../manifest';
import type { Topology } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';
import { countKeys, heatOf } from './slotFigures';
import { slotMapHtml } from './slotMapHtml';
import type { HostMessage, MapState } from './slotMapProtocol';
import { readPageMessage } from './slotMapProtocol';
import type { Colours } from './slotMapState';
import { assignColours, changedRuns, mapStateOf, ownersOf } from './slotMapState';
import { slotMapWords } from './slotMapWords';

export interface SlotMapDeps {
  readonly extensionUri: vscode.Uri;
  readonly inventory: InventoryPort;
  /** Shows a node in the tree. */
  reveal(node: string): void;
  /** Begins the dialogue about moving these slots. */
  move(topologyId: string, slots: readonly (readonly [first: number, last: number])[]): void;
  onFailure(error: unknown): void;
}

/** All open maps, at most one for each cluster. */
export class SlotMaps implements Disposable {
  readonly #deps: SlotMapDeps;
  readonly #open = new Map<string, SlotMapPanel>();

  constructor(deps: SlotMapDeps) {
    this.#deps = deps;
  }

  /** Opens the map of a cluster, or brings it to the front. */
  show(topologyId: string): void {
    const open = this.#open.get(topologyId);
    if (open) return open.bringToFront();
    this.#adopt(topologyId, vscode.window.createWebviewPanel(slotMapView, vscode.l10n.t('Slot Map'), vscode.ViewColumn.Active));
  }

  /** Takes over a panel that VS Code kept over a reload of the window. `state` is what the page remembered. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const topologyId = typeof state === 'object' && state !== null && 'topology' in state && typeof state.topology === 'string' ? state.topology : undefined;
    if (topologyId === undefined || this.#open.has(topologyId)) return panel.dispose();
    this.#adopt(topologyId, panel);
    this.#deps.inventory.refresh().catch(this.#deps.onFailure);
  }

  /** The node was chosen in the tree: its shard is brought out on its map. */
  lightUp(node: string): void {
    for (const panel of this.#open.values()) panel.lightUp(node);
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) panel.dispose();
  }

  #adopt(topologyId: string, panel: vscode.WebviewPanel): void {
    this.#open.set(topologyId, new SlotMapPanel(this.#deps, topologyId, panel, () => this.#open.delete(topologyId)));
  }
}

/** The host's side of one map: sends snapshots and their differences, answers what the page asks. */
class SlotMapPanel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #deps: SlotMapDeps;
  readonly #topologyId: string;
  readonly #panel: vscode.WebviewPanel;
  readonly #ended = new AbortController();
  #colours: Colours = new Map();
  #owners: Uint16Array | undefined;
  /** What the page shows besides the owners, as text to compare by. */
  #shown = '';
  #holding: Disposable | undefined;
  #heating: AbortController | undefined;

  constructor(deps: SlotMapDeps, topologyId: string, panel: vscode.WebviewPanel, onEnd: () => void) {
    this.#deps = deps;
    this.#topologyId = topologyId;
    this.#panel = panel;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(deps.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'redis-topology.svg');
    this.#store.add(webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    this.#store.add(panel.onDidChangeViewState(() => this.#follow()));
    this.#store.add(panel.onDidDispose(() => {
      onEnd();
      this.#end();
    }));
    this.#store.add(deps.inventory.onDidChange(() => this.#update()));
    const state = this.#next();
    webview.html = slotMapHtml({
      nonce: randomBytes(16).toString('base64url'), cspSource: webview.cspSource, topologyId,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'slotMap.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'slotMap.css')).toString(),
      first: { words: slotMapWords(vscode.l10n.t), language: vscode.env.language, ...(state ? { state } : {}) },
    });
    this.#follow();
  }

  bringToFront(): void {
    this.#panel.reveal();
  }

  lightUp(node: string): void {
    const member = this.#topology()?.cluster?.members.find(member => member.node === node);
    const colour = member && this.#colours.get(member.id);
    if (colour !== undefined) this.#send({ type: 'select-shard', colour });
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #end(): void {
    this.#ended.abort();
    this.#heating?.abort();
    this.#holding?.dispose();
    this.#store.dispose();
  }

  #topology(): Topology | undefined {
    return this.#deps.inventory.snapshot.topologies.find(({ id }) => id === this.#topologyId);
  }

  /** Looks closely only while somebody looks at the map. */
  #follow(): void {
    if (this.#panel.visible) this.#holding ??= this.#deps.inventory.hold();
    else {
      this.#holding?.dispose();
      this.#holding = undefined;
      this.#heating?.abort();
    }
  }

  /** The state to show now; a cluster that is gone leaves an empty map with the word why. */
  #next(): MapState | undefined {
    const topology = this.#topology();
    if (!topology?.cluster) return undefined;
    this.#colours = assignColours(this.#colours, topology.cluster.shards);
    this.#owners = ownersOf(topology.cluster, this.#colours);
    const reasons = topology.health.reasons.map(reason => reasonInWords(vscode.l10n.t, topology, reason));
    const title = vscode.l10n.t('{0} – Slot Map', topology.name);
    if (this.#panel.title !== title) this.#panel.title = title;
    const state = mapStateOf(topology, topology.cluster, this.#colours, reasons);
    this.#shown = besides(state);
    return state;
  }

  #update(): void {
    const [owners, shown] = [this.#owners, this.#shown];
    const state = this.#next();
    if (!state) {
      if (this.#owners !== undefined) this.#send({ type: 'state', state: { title: '', level: 'unknown', reasons: [vscode.l10n.t('The cluster is not there (any more).')], shards: [], owners: [], disputes: [], open: [] } });
      this.#owners = undefined;
      return;
    }
    if (owners === undefined || shown !== this.#shown) return this.#send({ type: 'state', state });
    const runs = changedRuns(owners, this.#owners as Uint16Array);
    if (runs.length > 0) this.#send({ type: 'owners', runs });
  }

  #receive(value: unknown): void {
    const message = readPageMessage(value);
    switch (message?.type) {
      case 'ready': {
        const state = this.#next();
        if (state) this.#send({ type: 'state', state });
        break;
      }
      case 'ask-keys':
        countKeys(this.#deps.inventory, this.#topology(), message.slot, this.#ended.signal).then(
          keys => this.#send({ type: 'keys', slot: message.slot, ...(keys === undefined ? {} : { keys }) }), this.#deps.onFailure);
        break;
      case 'reveal':
        if (this.#topology()?.nodes.some(({ id }) => id === message.node)) this.#deps.reveal(message.node);
        break;
      case 'move':
        this.#deps.move(this.#topologyId, [[message.first, message.last]]);
        break;
      case 'heat':
        this.#heating?.abort();
        if (message.on) this.#heat();
        break;
      case undefined: // not ours
        break;
    }
  }

  #heat(): void {
    const heating = new AbortController();
    this.#heating = heating;
    heatOf(this.#deps.inventory, this.#topology(), heating.signal, (first, figures) => {
      if (!heating.signal.aborted) this.#send({ type: 'heat', first, figures });
    }).catch((error: unknown) => {
      if (!heating.signal.aborted) this.#deps.onFailure(error);
    });
  }

  #send(message: HostMessage): void {
    if (this.#ended.signal.aborted) return;
    this.#panel.webview.postMessage(message).then(undefined, this.#deps.onFailure);
  }
}

/** Owners travel as differences; ranges and counts of shards follow from them, so they count as "besides". */
function besides({ owners: _owners, ...rest }: MapState): string {
  return JSON.stringify(rest);
}
