import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import type { PlanOnMap, Proposal } from '../editor/planOnMap';
import { reasonInWords } from '../editor/words/health';
import { pages } from '../manifest';
import type { Topology } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';
import { countKeys, heatKindsOf, heatOf } from './slotFigures';
import { slotMapHtml } from './slotMapHtml';
import { ShownPlan } from './slotMapPlan';
import type { HeatKind, HostMessage, MapState } from './slotMapProtocol';
import { readPageMessage } from './slotMapProtocol';
import type { Colours } from './slotMapState';
import { assignColours, changeOf, mapStateOf, ownersOf, shardsOf } from './slotMapState';
import { slotMapWords } from './slotMapWords';

export interface SlotMapDeps {
  readonly extensionUri: vscode.Uri;
  readonly inventory: InventoryPort;
  /** Shows a node in the tree. */
  reveal(node: string): void;
  /** Begins the dialogue about moving these slots. */
  move(topologyId: string, slots: readonly (readonly [first: number, last: number])[]): void;
  /** Begins the dialogue about repairing the cluster. */
  fix(topologyId: string): void;
  onFailure(error: unknown): void;
}

/** A run tells of every slot; the page needs no more than the eye. */
const PROGRESS_MS = 80;

/** All open maps, at most one for each cluster. */
export class SlotMaps implements Disposable {
  readonly #deps: SlotMapDeps;
  readonly #open = new Map<string, SlotMapPanel>();

  constructor(deps: SlotMapDeps) {
    this.#deps = deps;
  }

  /** Opens the map of a cluster, or brings it to the front. */
  show(topologyId: string): void {
    this.#shown(topologyId);
  }

  /** Draws a plan on the cluster's map, which is opened. One that stands there already is closed. */
  plan(topologyId: string, proposal: Proposal): PlanOnMap {
    return this.#shown(topologyId).plan(proposal);
  }

  #shown(topologyId: string): SlotMapPanel {
    const open = this.#open.get(topologyId);
    open?.bringToFront();
    return (
      open ??
      this.#adopt(
        topologyId,
        vscode.window.createWebviewPanel(pages.slotMap, vscode.l10n.t('Slot Map'), vscode.ViewColumn.Active),
      )
    );
  }

  /** Takes over a panel that VS Code kept over a reload of the window. */
  restore(panel: vscode.WebviewPanel, topologyId: string): void {
    if (this.#open.has(topologyId)) return panel.dispose();
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

  #adopt(topologyId: string, panel: vscode.WebviewPanel): SlotMapPanel {
    const made = new SlotMapPanel(this.#deps, topologyId, panel, () => this.#open.delete(topologyId));
    this.#open.set(topologyId, made);
    return made;
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
  /** What the page shows. */
  #shown: { readonly state: MapState; readonly owners: Uint16Array } | undefined;
  #plan: ShownPlan | undefined;
  #plans = 0;
  #holding: Disposable | undefined;
  #heating: AbortController | undefined;

  constructor(deps: SlotMapDeps, topologyId: string, panel: vscode.WebviewPanel, onEnd: () => void) {
    this.#deps = deps;
    this.#topologyId = topologyId;
    this.#panel = panel;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(deps.extensionUri, 'dist', 'media');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'redis-topology.svg');
    this.#store.add(webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    this.#store.add(panel.onDidChangeViewState(() => this.#follow()));
    this.#store.add(
      panel.onDidDispose(() => {
        onEnd();
        this.#end();
      }),
    );
    this.#store.add(deps.inventory.onDidChange(() => this.#update()));
    this.#shown = this.#next();
    webview.html = slotMapHtml({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      topologyId,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'slotMap.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'slotMap.css')).toString(),
      first: {
        words: slotMapWords(vscode.l10n.t),
        language: vscode.env.language,
        ...(this.#shown ? { state: this.#shown.state } : {}),
      },
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

  plan(proposal: Proposal): PlanOnMap {
    this.#plan?.act('close');
    const plan = new ShownPlan(++this.#plans, proposal);
    this.#plan = plan;
    this.#sendPlan();
    let told = 0;
    const ifCurrent = (work: () => void): void => {
      if (this.#plan === plan) work();
    };
    return {
      change: words => {
        plan.change(words);
        ifCurrent(() => this.#sendPlan());
      },
      progress: (done, total, now, text) => {
        const message = plan.progress(this.#colours, done, total, now, text);
        if (performance.now() - told < PROGRESS_MS) return;
        told = performance.now();
        ifCurrent(() => this.#send(message));
      },
      withdraw: () =>
        ifCurrent(() => {
          this.#plan = undefined;
          this.#send({ type: 'plan' });
        }),
    };
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #end(): void {
    this.#plan?.act('close');
    this.#plan = undefined;
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

  /** The state to show now; undefined when the cluster is gone. */
  #next(): { readonly state: MapState; readonly owners: Uint16Array } | undefined {
    const topology = this.#topology();
    if (!topology?.cluster) return undefined;
    this.#colours = assignColours(this.#colours, shardsOf(topology.cluster));
    const reasons = topology.health.reasons.map(reason => reasonInWords(vscode.l10n.t, topology, reason));
    const title = vscode.l10n.t('{0} – Slot Map', topology.name);
    if (this.#panel.title !== title) this.#panel.title = title;
    return {
      state: mapStateOf(topology, topology.cluster, this.#colours, reasons),
      owners: ownersOf(topology.cluster, this.#colours),
    };
  }

  #update(): void {
    const before = this.#shown;
    this.#shown = this.#next();
    if (!this.#shown) {
      if (before)
        this.#send({
          type: 'state',
          state: {
            title: '',
            level: 'unknown',
            reasons: [vscode.l10n.t('The cluster is not there (any more).')],
            shards: [],
            owners: [],
            disputes: [],
            open: [],
          },
        });
      return;
    }
    const change = before
      ? changeOf(before.state, before.owners, this.#shown.state, this.#shown.owners)
      : { type: 'state' as const, state: this.#shown.state };
    if (change) this.#send(change);
  }

  #sendPlan(): void {
    const view = this.#topology()?.cluster;
    if (this.#plan && view) for (const message of this.#plan.messages(view, this.#colours)) this.#send(message);
  }

  #receive(value: unknown): void {
    const message = readPageMessage(value);
    switch (message?.type) {
      case 'ready':
        this.#shown = this.#next();
        if (this.#shown) this.#send({ type: 'state', state: this.#shown.state });
        this.#sendPlan();
        heatKindsOf(this.#deps.inventory, this.#topology(), this.#ended.signal).then(
          kinds => this.#send({ type: 'heat-kinds', ...kinds }),
          this.#failed,
        );
        break;
      case 'ask-keys':
        countKeys(this.#deps.inventory, this.#topology(), message.slot, this.#ended.signal).then(
          told => this.#send({ type: 'keys', slot: message.slot, ...told }),
          this.#failed,
        );
        break;
      case 'reveal':
        if (this.#topology()?.nodes.some(({ id }) => id === message.node)) this.#deps.reveal(message.node);
        break;
      case 'move':
        this.#deps.move(this.#topologyId, [[message.first, message.last]]);
        break;
      case 'plan-act':
        if (this.#plan?.id === message.id) this.#plan.act(message.act);
        break;
      case 'fix':
        this.#deps.fix(this.#topologyId);
        break;
      case 'heat':
        this.#heating?.abort();
        if (message.kind !== undefined) this.#heat(message.kind);
        break;
      case undefined: // not ours
        break;
    }
  }

  readonly #failed = (error: unknown): void => {
    if (!this.#ended.signal.aborted) this.#deps.onFailure(error);
  };

  #heat(kind: HeatKind): void {
    const heating = new AbortController();
    this.#heating = heating;
    heatOf(this.#deps.inventory, this.#topology(), kind, heating.signal, (first, figures) => {
      if (!heating.signal.aborted) this.#send({ type: 'heat', kind, first, figures });
    }).catch((error: unknown) => {
      if (!heating.signal.aborted) this.#deps.onFailure(error);
    });
  }

  #send(message: HostMessage): void {
    if (this.#ended.signal.aborted) return;
    this.#panel.webview.postMessage(message).then(undefined, this.#deps.onFailure);
  }
}
