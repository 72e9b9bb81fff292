import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import type { Event } from '../base/emitter';
import { ContextKey } from '../editor/contextKey';
import { contextKeys, views } from '../manifest';
import type { Snapshot } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';
import { RoleBadges } from './decorations';
import type { Drawing } from './drawing';
import { StatusBar } from './statusBar';
import type { Element } from './treeProvider';
import { TopologyTree } from './treeProvider';

/** Where snapshots come from, once they do: nothing is made before the view is seen or a command runs. */
export interface Source {
  get(): Promise<unknown>;
  readonly onDidMake: Event<Made>;
}

/** What the views need of the part that is loaded on first use. */
export interface Made {
  readonly inventory: InventoryPort;
  readonly onDidAskToReveal: Event<string>;
  /** Told when a node's row is selected. */
  readonly slotMaps: { lightUp(node: string): void };
  /** What is drawn beside the snapshot changed. */
  readonly onDidChangeProblems: Event<void>;
  draw(snapshot: Snapshot): Drawing;
}

/** Tree, badges and status bar, all drawn from the same snapshots. */
export function registerTopologyView(source: Source, onFailure: (error: unknown) => void): Disposable {
  const store = new DisposableStore();
  let redraw: (() => void) | undefined;
  const tree = store.add(new TopologyTree(() => redraw?.()));
  const badges = store.add(new RoleBadges());
  const status = store.add(new StatusBar());
  const engine = new ContextKey<string>(contextKeys.engine);
  const shown = new ContextKey<string>(contextKeys.shown);
  const seen = new ContextKey<boolean>(contextKeys.seen);
  const tellSeen = (): void => seen.set(view.visible && tree.kinds.length > 0);
  const view = store.add(
    vscode.window.createTreeView(views.topologies, { treeDataProvider: tree, showCollapseAll: true }),
  );
  store.add(vscode.window.registerFileDecorationProvider(badges));

  let renamed = false;
  const show = (drawing: Drawing): void => {
    engine.set(drawing.engine);
    if ((view.message ?? '') !== drawing.message) view.message = drawing.message;
    // without one, the title stays what the manifest says
    const title =
      drawing.context === '' ? vscode.l10n.t('Topologies') : `${vscode.l10n.t('Topologies')} · ${drawing.context}`;
    if (view.title !== title && (drawing.context !== '' || renamed)) view.title = title;
    renamed ||= drawing.context !== '';
    if ((view.description ?? '') !== drawing.where) view.description = drawing.where;
    tree.show(drawing.branches);
    if (drawing.engine !== 'connecting') shown.set(tree.kinds.join(' ') || 'none');
    tellSeen();
    badges.show(tree.badges);
    status.show(drawing.summary);
    if (view.badge?.value !== drawing.badge?.value) view.badge = drawing.badge;
  };
  let current: { readonly inventory: InventoryPort; readonly subscription: Disposable } | undefined;
  store.add(
    source.onDidMake(({ inventory, onDidAskToReveal, onDidChangeProblems, slotMaps, draw }) => {
      current?.subscription.dispose();
      const subscription = new DisposableStore();
      current = { inventory, subscription };
      // what is selected while VS Code takes a new drawing over is told as nothing; it has the row afterwards
      let missed = false;
      const lightUp = ([element]: readonly Element[]): void => {
        missed = element === undefined;
        if (element?.kind === 'node') slotMaps.lightUp(element.node);
      };
      subscription.add(
        inventory.onDidChange(change => {
          show(draw(change.snapshot));
          if (missed) lightUp(view.selection);
        }),
      );
      subscription.add(onDidChangeProblems(() => redraw?.()));
      subscription.add(
        onDidAskToReveal(node => {
          const element = tree.find(node);
          if (element) view.reveal(element, { select: true, focus: false }).then(undefined, onFailure);
        }),
      );
      subscription.add(view.onDidChangeSelection(({ selection }) => lightUp(selection)));
      redraw = () => show(draw(inventory.snapshot));
      redraw();
      inventory.setVisible(view.visible);
    }),
  );
  store.add({ dispose: () => current?.subscription.dispose() });

  const follow = (visible: boolean): void => {
    current?.inventory.setVisible(visible);
    tellSeen();
    if (visible) source.get().catch(onFailure);
  };
  store.add(view.onDidChangeVisibility(({ visible }) => follow(visible)));
  if (view.visible) follow(true);
  return store;
}
