import * as vscode from 'vscode';
import type { Instance } from '../../model/instance';
import { memberKey } from '../../model/servers';
import type { Topology } from '../../model/snapshot';
import { secretOfNode } from '../../topology/password';
import { topologyOf } from '../ask';
import { freeName } from '../create/freeName';
import type { Command, Kit } from '../kit';

/**
 * Takes over a topology that Compose or `docker run` made: it gets a name and a record here, and stands together also while its containers are
 * stopped or made anew. Nothing is done to the containers.
 */
export const adopt: Command = async (kit, target) => {
  const fits = ({ owned, added }: Topology): boolean => !owned && added === undefined;
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be taken over?'), fits);
  if (!topology || !fits(topology)) return;
  const instances = topology.nodes.flatMap(({ instance }): Instance[] => (instance === undefined ? [] : [instance]));
  const members = [...new Set(instances.map(memberKey))];
  if (members.length === 0) {
    const said = vscode.l10n.t(
      'No container of {0} is known to an engine here. Add it by its address instead.',
      topology.name,
    );
    void vscode.window.showInformationMessage(said);
    return;
  }
  const name = await askName(kit, topology, instances);
  if (name === undefined) return;
  const { id, kind, masterName } = topology;
  await kit.existing.adopt(
    { name, kind, members, ...(masterName === undefined ? {} : { masterName }) },
    await secretsOf(kit, topology),
  );
  await kit.inventory.refresh();
  const others = topology.nodes.length - topology.nodes.filter(({ instance }) => instance !== undefined).length;
  kit.log.info(`taken over ${id} as ${name}: ${members.join(', ')}`);
  void vscode.window.showInformationMessage(
    others === 0
      ? vscode.l10n.t('{0} is taken over: {1} containers. None of them was changed.', name, members.length)
      : vscode.l10n.t(
          '{0} is taken over: {1} containers. None of them was changed. {2} more servers belong to it as long as these speak of them.',
          name,
          members.length,
          others,
        ),
  );
};

function askName(kit: Kit, topology: Topology, instances: readonly Instance[]): Promise<string | undefined> {
  const projects = new Set(instances.map(({ compose }) => compose?.project));
  const [project] = projects.size === 1 ? projects : [];
  const taken = kit.inventory.snapshot.topologies.filter(({ id }) => id !== topology.id).map(({ name }) => name);
  const value = freeName(project ?? topology.masterName ?? topology.name.replace(/[^\w.-]+/g, '-'), taken);
  return Promise.resolve(
    vscode.window.showInputBox({
      title: vscode.l10n.t('Take Over {0}', topology.name),
      prompt: vscode.l10n.t(
        'Its name here. Only this editor takes note of it: containers, networks and files stay as they are.',
      ),
      value,
      ignoreFocusOut: true,
      validateInput: text =>
        text.trim() === ''
          ? vscode.l10n.t('Give it a name.')
          : taken.includes(text.trim())
            ? vscode.l10n.t('Another topology has this name.')
            : undefined,
    }),
  ).then(text => text?.trim());
}

/** Passwords that the user entered lie under the ids of containers, which change when Compose makes them anew: kept for the whole as well. */
async function secretsOf(
  { deps: { secrets } }: Kit,
  { id, nodes }: Topology,
): Promise<{ data?: string; sentinel?: string }> {
  const of = async (sentinel: boolean): Promise<string | undefined> => {
    for (const node of nodes.filter(({ role }) => (role === 'sentinel') === sentinel)) {
      const secret = await secretOfNode(secrets, id, node);
      if (secret !== undefined) return secret;
    }
    return undefined;
  };
  const [data, sentinel] = [await of(false), await of(true)];
  return {
    ...(data === undefined ? {} : { data }),
    ...(sentinel === undefined || sentinel === data ? {} : { sentinel }),
  };
}
