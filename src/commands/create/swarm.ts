import * as vscode from 'vscode';
import { code, escapeMarkdown } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import type { Words } from '../../editor/words/table';
import { inWords } from '../../editor/words/table';
import type { Choice } from '../../editor/wizard';
import type { Host, Storage } from '../../engine/engine';
import type { TopologyPlan } from '../../topology/plan';
import type { MachineNote } from '../../topology/swarm/spread';

/** What a plan that is spread over a swarm says in place of what is said of one machine. Loaded when there is a swarm. */
export interface SwarmWords {
  /** Heading of the column that says where each server is. */
  readonly heading: string;
  /** By name of the server. */
  readonly machineOf: ReadonlyMap<string, string>;
  readonly survives: readonly string[];
  readonly run: string;
  readonly storage: string;
}

/** The answer to where conf and data live, when the engine manages a swarm. */
export function swarmChoice(hosts: readonly Host[]): Choice<Storage> {
  const names = hosts.map(({ name }) => name).join(', ');
  return {
    label: vscode.l10n.t('Spread over the swarm'),
    description:
      hosts.length === 1
        ? vscode.l10n.t('1 machine: {0}', names)
        : vscode.l10n.t('{0} machines: {1}', hosts.length, names),
    detail:
      hosts.length === 1
        ? `$(warning) ${vscode.l10n.t('Services on one machine: they survive the loss of a container, not of the machine')}`
        : vscode.l10n.t('Services; a master and its replicas on different machines, sentinels as well'),
    iconPath: new vscode.ThemeIcon('server-environment'),
    value: { kind: 'swarm', hosts },
  };
}

const notes: Words<MachineNote> = {
  'any-machine': (t, n) => t('Any one of the {0} machines may be lost.', n.machines),
  'one-machine': (t, n) =>
    t('All servers run on {0}, the only machine: it survives the loss of containers, not of the machine.', n.machine),
  'machine-holds-data': (t, n) =>
    n.of === undefined
      ? t('{0} holds every copy of the data: they are away as long as it is.', n.machine)
      : t('{0} holds every copy of the data of {1}: they are away as long as it is.', n.machine, n.of),
  'machine-decides': (t, n) =>
    t(
      'When {0} is lost, too few sentinels are left for a failover: {1} of the {2} needed.',
      n.machine,
      n.left,
      n.needed,
    ),
  'machine-holds-majority': (t, n) =>
    t('{0} holds {1} of {2} masters: when it is lost, nobody can be promoted.', n.machine, n.masters, n.of),
  'more-machines': (t, n) =>
    t(
      'With {0} machines instead of {1}, each would have one to itself of what must not be lost together.',
      n.wanted,
      n.machines,
    ),
};

export function swarmInWords(t: Translate, plan: TopologyPlan, machines: readonly MachineNote[]): SwarmWords {
  return {
    heading: t('Machine'),
    machineOf: new Map(plan.nodes.map(({ name, host }) => [name, escapeMarkdown(host?.name ?? '')])),
    survives: machines.map(note => inWords(notes, t, note)),
    run: t(
      'All run {0} as services of the swarm, each bound to its machine, on an overlay network of their own, where each has a name. Programs on that network reach them; the machines open no ports. One that falls is started again after 10 s.',
      code(plan.image),
    ),
    storage: t(
      'In Docker volumes, two for each server, on its machine. What it is told at first lies in the swarm as a config, the password as a secret.',
    ),
  };
}
