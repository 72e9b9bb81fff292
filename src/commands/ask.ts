import * as vscode from 'vscode';
import type { Target } from '../editor/target';
import { reasonInWords, roleInWords } from '../editor/words/health';
import { formatAddress } from '../model/address';
import type { HealthReason, Node, Topology } from '../model/snapshot';
import type { Kit } from './kit';
import { troubledFirst } from './troubledFirst';

/** A node with the topology that it stands in. */
export interface Place {
  readonly node: Node;
  readonly topology?: Topology;
}

/** The node of `target`; without one the user picks among those that `fits`. `undefined` when the user leaves or it is gone. */
export async function nodeOf(
  kit: Pick<Kit, 'inventory' | 't'>,
  target: Target | undefined,
  placeholder: string,
  fits: (node: Node) => boolean = () => true,
): Promise<Place | undefined> {
  if (target?.kind === 'lost') return lost();
  if (target?.kind === 'node') {
    const places = allNodes(kit).filter(({ node }) => node.id === target.node);
    return places.find(({ topology }) => topology?.id === target.topology) ?? places[0] ?? gone(); // a found topology gets another id when its shape changes
  }
  await lookOnce(kit);
  const candidates = allNodes(kit).filter(({ node }) => fits(node));
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no Redis server that this can be done with.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    candidates.map(place => ({
      label: place.node.name,
      description: [place.topology?.name, roleInWords(kit.t, place.node.role)].filter(Boolean).join(' · '),
      detail: place.node.reachable ? formatAddress(place.node.reachable) : '',
      place,
    })),
    { placeHolder: placeholder, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.place;
}

/**
 * The topology of `target` (of its node, too); without one the user picks among those that `fits`.
 * @param trouble what the command is there for: those that have it are offered first, with the reason
 */
export async function topologyOf(
  kit: Pick<Kit, 'inventory' | 't'>,
  target: Target | undefined,
  placeholder: string,
  fits: (topology: Topology) => boolean = () => true,
  trouble: (reason: HealthReason) => boolean = () => false,
): Promise<Topology | undefined> {
  if (target?.kind === 'lost') return lost();
  if (target?.kind === 'topology' || (target?.kind === 'node' && target.topology !== undefined)) {
    const { topologies } = kit.inventory.snapshot;
    return (
      topologies.find(({ id }) => id === target.topology) ??
      (target.kind === 'node'
        ? topologies.find(({ nodes }) => nodes.some(({ id }) => id === target.node))
        : undefined) ??
      gone()
    );
  }
  await lookOnce(kit);
  const candidates = kit.inventory.snapshot.topologies.filter(fits);
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no topology that this can be done with.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    troubledFirst(candidates, trouble).map(({ topology, reason }) => ({
      label: topology.name,
      description: topology.kind,
      ...(reason && { detail: `$(warning) ${reasonInWords(kit.t, topology, reason)}` }),
      topology,
    })),
    { placeHolder: placeholder },
  );
  return picked?.topology;
}

/** Whoever pointed at a row is never asked which one was meant: the answer might be another one. */
function lost(): undefined {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The view was redrawn while its menu was open. Nothing was done; choose the command again.'),
  );
}

function gone(): undefined {
  void vscode.window.showInformationMessage(vscode.l10n.t('That row is no longer there. Nothing was done.'));
}

function allNodes({ inventory: { snapshot } }: Pick<Kit, 'inventory'>): readonly Place[] {
  return [
    ...snapshot.topologies.flatMap(topology => topology.nodes.map(node => ({ node, topology }))),
    ...snapshot.others.map(node => ({ node })),
  ];
}

/** Called from the palette before the view was ever open, nothing has been looked at yet. */
async function lookOnce({ inventory }: Pick<Kit, 'inventory'>): Promise<void> {
  if (inventory.snapshot.engines.length === 0) await inventory.refresh();
}
