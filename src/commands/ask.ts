import * as vscode from 'vscode';
import type { Target } from '../editor/target';
import { roleInWords } from '../editor/words/health';
import { formatAddress } from '../model/address';
import type { Node, Topology } from '../model/snapshot';
import type { Kit } from './kit';

/** A node with the topology that it stands in. */
export interface Place {
  readonly node: Node;
  readonly topology?: Topology;
}

/** The node of `target`; without one the user picks among those that `fits`. `undefined` when the user leaves or it is gone. */
export async function nodeOf(kit: Pick<Kit, 'inventory' | 't'>, target: Target | undefined, placeholder: string, fits: (node: Node) => boolean = () => true): Promise<Place | undefined> {
  if (target?.kind === 'node') return allNodes(kit).find(({ node, topology }) => node.id === target.node && topology?.id === target.topology);
  await lookOnce(kit);
  const candidates = allNodes(kit).filter(({ node }) => fits(node));
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no Redis server that this can be done with.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(candidates.map(place => ({
    label: place.node.name,
    description: [place.topology?.name, roleInWords(kit.t, place.node.role)].filter(Boolean).join(' · '),
    detail: place.node.reachable ? formatAddress(place.node.reachable) : '',
    place,
  })), { placeHolder: placeholder, matchOnDescription: true, matchOnDetail: true });
  return picked?.place;
}

/** The topology of `target` (of its node, too); without one the user picks, unless there is just one. */
export async function topologyOf(kit: Pick<Kit, 'inventory' | 't'>, target: Target | undefined, placeholder: string, fits: (topology: Topology) => boolean = () => true): Promise<Topology | undefined> {
  const wanted = target?.kind === 'topology' || target?.kind === 'node' ? target.topology : undefined;
  if (wanted !== undefined) return kit.inventory.snapshot.topologies.find(({ id }) => id === wanted);
  await lookOnce(kit);
  const candidates = kit.inventory.snapshot.topologies.filter(fits);
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no topology that this can be done with.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(candidates.map(topology => ({ label: topology.name, description: topology.kind, topology })), { placeHolder: placeholder });
  return picked?.topology;
}

function allNodes({ inventory: { snapshot } }: Pick<Kit, 'inventory'>): readonly Place[] {
  return [...snapshot.topologies.flatMap(topology => topology.nodes.map(node => ({ node, topology }))), ...snapshot.others.map(node => ({ node }))];
}

/** Called from the palette before the view was ever open, nothing has been looked at yet. */
async function lookOnce({ inventory }: Pick<Kit, 'inventory'>): Promise<void> {
  if (inventory.snapshot.engines.length === 0) await inventory.refresh();
}
