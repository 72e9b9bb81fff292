import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import type { Event } from '../base/emitter';
import { ContextKey } from '../editor/contextKey';
import { engineFaultInWords } from '../editor/words/engineFaults';
import { contextKeys, views } from '../manifest';
import type { Snapshot } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';
import { RoleBadges } from './decorations';
import { engineWord } from './engineWord';
import { StatusBar } from './statusBar';
import type { Element } from './treeProvider';
import { TopologyTree } from './treeProvider';

/** Where snapshots come from, once they do: nothing is made before the view is seen or a command runs. */
export interface Source {
  get(): Promise<unknown>;
  readonly onDidMake: Event<{
    readonly inventory: InventoryPort;
    readonly onDidAskToReveal: Event<string>;
    /** Told when a node's row is selected. */
    readonly slotMaps: { lightUp(node: string): void };
  }>;
}

/** Tree, badges and status bar, all drawn from the same snapshots. */
export function registerTopologyView(source: Source, onFailure: (error: unknown) => void): Disposable {
  const store = new DisposableStore();
  const tree = store.add(new TopologyTree());
  const badges = store.add(new RoleBadges());
  const status = store.add(new StatusBar());
  const engine = new ContextKey<string>(contextKeys.engine);
  const view = store.add(vscode.window.createTreeView(views.topologies, { treeDataProvider: tree, showCollapseAll: true }));
  store.add(vscode.window.registerFileDecorationProvider(badges));

  /** Elements that became parents while the view was hidden wait here: revealing them would bring the view to the front. */
  const closed = new Set<Element>();
  const openClosed = (): void => {
    if (!view.visible) return;
    for (const element of closed) {
      view.reveal(element, { select: false, focus: false, expand: true }).then(undefined, onFailure);
    }
    closed.clear();
  };
  const show = (snapshot: Snapshot): void => {
    engine.set(engineWord(snapshot));
    const message = messageOf(snapshot);
    if (view.message !== message) view.message = message;
    for (const element of tree.show(snapshot)) closed.add(element);
    openClosed();
    badges.show(tree.badges);
    status.show(snapshot);
  };
  let current: { readonly inventory: InventoryPort; readonly subscription: Disposable } | undefined;
  store.add(source.onDidMake(({ inventory, onDidAskToReveal, slotMaps }) => {
    current?.subscription.dispose();
    const subscription = new DisposableStore();
    current = { inventory, subscription };
    subscription.add(inventory.onDidChange(change => show(change.snapshot)));
    subscription.add(onDidAskToReveal(node => {
      const element = tree.find(node);
      if (element) view.reveal(element, { select: true, focus: false }).then(undefined, onFailure);
    }));
    subscription.add(view.onDidChangeSelection(({ selection: [element] }) => {
      if (element?.kind === 'node') slotMaps.lightUp(element.node);
    }));
    show(inventory.snapshot);
    inventory.setVisible(view.visible);
  }));
  store.add({ dispose: () => current?.subscription.dispose() });

  const follow = (visible: boolean): void => {
    current?.inventory.setVisible(visible);
    if (visible) source.get().catch(onFailure);
  };
  store.add(view.onDidChangeVisibility(({ visible }) => {
    follow(visible);
    openClosed();
  }));
  if (view.visible) follow(true);
  return store;
}

/** Above the tree: why it may be out of date, or which engine it cannot reach. */
function messageOf({ engines }: Snapshot): string {
  const down = engines.find(engine => engine.state === 'unavailable');
  return down?.state === 'unavailable' ? engineFaultInWords(vscode.l10n.t, down.fault) : '';
}
