import { nodesOf } from '../../../model/diff';
import type { Node, Snapshot, Topology } from '../../../model/snapshot';
import type { Address } from '../../../model/address';
import { formatAddress } from '../../../model/address';
import type { Fix, LineEdit } from '../problem';
import { announceSteps, untold } from './announce';

/** One act of a fix, as the preview shows it and as it is run; names of nodes, settings and files, never a secret. */
export type FixStep =
  | { readonly act: 'start' | 'unpause' | 'restart'; readonly node: string }
  | { readonly act: 'edit-file'; readonly path: string; readonly edits: readonly LineEdit[] }
  /** `ifKnown`: a server that does not have the setting is left as it is. */
  | {
      readonly act: 'config-set';
      readonly node: string;
      readonly setting: string;
      readonly value: string;
      readonly ifKnown?: true;
    }
  /** The new password as `masterauth`: before any server asks for it, or a link that breaks meanwhile cannot come back. */
  | { readonly act: 'set-masterauth'; readonly node: string; readonly from?: string }
  | { readonly act: 'set-auth-pass'; readonly node: string; readonly master: string }
  | { readonly act: 'set-requirepass'; readonly node: string }
  /** CONFIG REWRITE; where that cannot work, the lines are put into the conf file on this machine. */
  | { readonly act: 'keep'; readonly node: string; readonly settings: readonly string[] }
  | {
      readonly act: 'sentinel-set';
      readonly node: string;
      readonly master: string;
      readonly setting: string;
      readonly value: string;
    }
  /** Takes a master out of a Sentinel; undone by `sentinel-monitor`. */
  | { readonly act: 'sentinel-remove'; readonly node: string; readonly master: string }
  | {
      readonly act: 'sentinel-monitor';
      readonly node: string;
      readonly master: string;
      readonly address: Address;
      readonly quorum: number;
    }
  | { readonly act: 'acl-rules'; readonly node: string; readonly user: string; readonly rules: readonly string[] }
  /** ACL SAVE where the server keeps its users in a file of their own, else CONFIG REWRITE. */
  | { readonly act: 'keep-acl'; readonly node: string; readonly user: string }
  | { readonly act: 'replicaof'; readonly node: string; readonly master: string }
  | { readonly act: 'start-sentinel'; readonly node: string; readonly conf: string }
  | { readonly act: 'new-myid'; readonly node: string }
  /** So that it reads its conf again. */
  | { readonly act: 'restart-sentinel'; readonly node: string }
  | { readonly act: 'sentinel-config'; readonly node: string; readonly setting: string; readonly value: string }
  | { readonly act: 'publish'; readonly node: string; readonly inside: number; readonly outside: number }
  | { readonly act: 'remount-conf'; readonly node: string }
  /** Closes the link to its master, which comes back by itself: what a replica tells of itself it tells when the link begins. */
  | { readonly act: 'link-again'; readonly node: string };

export interface FixPlan {
  readonly fix: Fix;
  readonly topologyId?: string;
  readonly steps: readonly FixStep[];
  /** Nodes by id as they were when it was planned. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Whether what it does can be taken back. */
  readonly undoable: boolean;
  /** What else it means. */
  readonly warnings: readonly FixWarning[];
}

export type FixWarning =
  /** Clients that do not send the password are refused from then on. */
  | { readonly code: 'clients-need-password' }
  /** Everybody who reaches the port may read and write. */
  | { readonly code: 'open-to-all'; readonly node: string }
  /** The server is stopped for a moment. */
  | { readonly code: 'interrupts'; readonly node: string }
  /** Its peers are told the same address: they must reach it there as well. */
  | { readonly code: 'peers-told'; readonly node: string; readonly address: string }
  /** They do not run, so that they cannot be told to resolve the name of the node. */
  | { readonly code: 'sentinels-untold'; readonly node: string; readonly sentinels: readonly string[] }
  /** It gets the next free address of its network; peers that know the old one may have to be told. */
  | { readonly code: 'address-may-change'; readonly node: string }
  /** Its own keys are thrown away for those of its master. */
  | { readonly code: 'copies-anew'; readonly node: string }
  /** The servers are single ones afterwards; each keeps the keys that it has. */
  | { readonly code: 'cluster-ends'; readonly nodes: readonly string[] };

/** Fixes that are verbs of their own, with a preview of their own. */
export type Delegated = Extract<
  Fix,
  { code: 'add-replica' | 'repair-addresses' | 'assign-slots' | 'go-to-master' | 'copy-address-map' | 'promote' }
>;

const delegated: ReadonlySet<Fix['code']> = new Set<Delegated['code']>([
  'add-replica',
  'repair-addresses',
  'assign-slots',
  'go-to-master',
  'copy-address-map',
  'promote',
]);

export function isDelegated(fix: Fix): fix is Delegated {
  return delegated.has(fix.code);
}

/** What would be done, in order. Pure; what was confirmed is what is run. */
export function planFix(snapshot: Snapshot, topologyId: string | undefined, fix: Exclude<Fix, Delegated>): FixPlan {
  const all = nodesOf(snapshot);
  const topology = snapshot.topologies.find(({ id }) => id === topologyId);
  const nodes = new Map(all.map(node => [node.id, node]));
  const plan = (steps: readonly FixStep[], undoable: boolean, warnings: readonly FixWarning[] = []): FixPlan => ({
    fix,
    ...(topologyId === undefined ? {} : { topologyId }),
    steps,
    nodes,
    undoable,
    warnings,
  });
  const name = (id: string): string => nodes.get(id)?.name ?? id;
  switch (fix.code) {
    case 'start-node':
      return plan(
        fix.nodes.map(node => ({ act: 'start' as const, node })),
        false,
      );
    case 'unpause-node':
      return plan(
        fix.nodes.map(node => ({ act: 'unpause' as const, node })),
        false,
      );
    case 'start-sentinel':
      return plan([{ act: 'start-sentinel', node: fix.node, conf: fix.conf }], false);
    case 'set-quorum':
      return plan(onSentinels(topology, 'quorum', fix.quorum), true);
    case 'align-sentinels':
      return plan(onSentinels(topology, fix.setting, fix.value), true);
    case 'new-myid':
      return plan([{ act: 'new-myid', node: fix.node }], false, [{ code: 'interrupts', node: name(fix.node) }]);
    case 'protected-mode-off':
      return plan(
        [
          { act: 'config-set', node: fix.node, setting: 'protected-mode', value: 'no' },
          { act: 'keep', node: fix.node, settings: ['protected-mode'] },
        ],
        true,
        [{ code: 'open-to-all', node: name(fix.node) }],
      );
    case 'set-password':
      return plan(passwordSteps(topology, fix.nodes, nodes), false, [{ code: 'clients-need-password' }]);
    case 'set-masterauth':
      return plan(
        [
          { act: 'set-masterauth', node: fix.node, from: fix.master },
          { act: 'keep', node: fix.node, settings: ['masterauth'] },
        ],
        false,
      );
    case 'edit-conf': {
      const halts = fix.then === 'restart';
      return plan(
        [
          { act: 'edit-file', path: fix.path, edits: fix.edits },
          { act: fix.then, node: fix.node },
        ],
        true,
        halts ? [{ code: 'interrupts', node: name(fix.node) }] : [],
      );
    }
    case 'convert-to-cluster':
      return plan(
        fix.sentinels.map(node => ({ act: 'sentinel-remove' as const, node, master: fix.master })),
        true,
      );
    case 'convert-to-sentinel':
      return plan(
        [
          ...fix.files.map(({ path, edits }) => ({ act: 'edit-file' as const, path, edits })),
          ...fix.files.map(({ node }) => ({ act: 'restart' as const, node })),
        ],
        true,
        [{ code: 'cluster-ends', nodes: fix.files.map(({ node }) => name(node)) }],
      );
    case 'acl-allow':
      return plan(
        [
          { act: 'acl-rules', node: fix.node, user: fix.user, rules: fix.rules },
          { act: 'keep-acl', node: fix.node, user: fix.user },
        ],
        true,
      );
    case 'mount-conf-folder':
      return plan(
        [{ act: 'remount-conf', node: fix.node }],
        false,
        nodes.get(fix.node)?.instance?.state === 'running' ? [{ code: 'interrupts', node: name(fix.node) }] : [],
      );
    case 'repoint':
      return plan(
        [
          { act: 'replicaof', node: fix.node, master: fix.master },
          { act: 'keep', node: fix.node, settings: ['replicaof'] },
        ],
        false,
        [{ code: 'copies-anew', node: name(fix.node) }],
      );
    case 'publish-port':
      return plan([{ act: 'publish', node: fix.node, inside: fix.inside, outside: fix.outside }], false, [
        { code: 'interrupts', node: name(fix.node) },
        ...(nodes.get(fix.node)?.instance?.ownership === undefined
          ? [{ code: 'address-may-change' as const, node: name(fix.node) }]
          : []),
      ]);
    case 'announce': {
      const node = nodes.get(fix.node);
      const steps = node === undefined ? [] : announceSteps(topology, node, fix.to);
      const alone = (topology?.nodes.length ?? 1) < 2;
      const sentinels = node === undefined ? [] : untold(topology, node, fix.to);
      return plan(steps, true, [
        ...(steps.some(({ act }) => act === 'restart-sentinel')
          ? [{ code: 'interrupts' as const, node: name(fix.node) }]
          : []),
        ...(fix.to === undefined || alone
          ? []
          : [{ code: 'peers-told' as const, node: name(fix.node), address: formatAddress(fix.to) }]),
        ...(sentinels.length === 0 ? [] : [{ code: 'sentinels-untold' as const, node: name(fix.node), sentinels }]),
      ]);
    }
    case 'listen-everywhere':
      return plan(
        [
          { act: 'config-set', node: fix.node, setting: 'bind', value: '* -::*' },
          { act: 'keep', node: fix.node, settings: ['bind'] },
        ],
        true,
        [{ code: 'open-to-all', node: name(fix.node) }],
      );
    case 'raise-backlog':
      return plan(
        [
          { act: 'config-set', node: fix.node, setting: 'repl-backlog-size', value: String(fix.bytes) },
          ...(fix.buffers === undefined
            ? []
            : [
                {
                  act: 'config-set' as const,
                  node: fix.node,
                  setting: 'client-output-buffer-limit',
                  value: fix.buffers,
                },
              ]),
          {
            act: 'keep',
            node: fix.node,
            settings: ['repl-backlog-size', ...(fix.buffers === undefined ? [] : ['client-output-buffer-limit'])],
          },
        ],
        true,
      );
  }
}

/** Each Sentinel goes by its own value and writes it into its own conf. */
function onSentinels(topology: Topology | undefined, setting: string, value: number): readonly FixStep[] {
  return (topology?.nodes ?? []).flatMap((node): FixStep[] => {
    if (node.contact.state !== 'answering') return [];
    const master = node.contact.report.sentinel?.masters.find(
      ({ name }) => topology?.masterName === undefined || name === topology.masterName,
    );
    return master === undefined
      ? []
      : [{ act: 'sentinel-set', node: node.id, master: master.name, setting, value: String(value) }];
  });
}

/** First everybody learns the password, then the replicas ask for it, the master last: no link breaks on the way. */
function passwordSteps(
  topology: Topology | undefined,
  given: readonly string[],
  nodes: ReadonlyMap<string, Node>,
): readonly FixStep[] {
  const inTopology = topology?.nodes.filter(({ role }) => role !== 'sentinel').map(({ id }) => id) ?? [];
  const servers = [...new Set([...given, ...inTopology])].filter(
    id => nodes.get(id)?.instance?.state === 'running' || nodes.get(id)?.contact.state === 'answering',
  );
  const sentinels = (topology?.nodes ?? []).flatMap((node): FixStep[] => {
    const masters = node.contact.state === 'answering' ? (node.contact.report.sentinel?.masters ?? []) : [];
    return masters
      .filter(({ name }) => topology?.masterName === undefined || name === topology.masterName)
      .map(({ name }) => ({ act: 'set-auth-pass', node: node.id, master: name }));
  });
  const isMaster = (id: string): boolean => nodes.get(id)?.role === 'master' || id === given[0];
  const ordered = [...servers.filter(id => !isMaster(id)), ...servers.filter(isMaster)];
  return [
    ...servers.map((node): FixStep => ({ act: 'set-masterauth', node })),
    ...sentinels,
    ...ordered.map((node): FixStep => ({ act: 'set-requirepass', node })),
    ...ordered.map((node): FixStep => ({ act: 'keep', node, settings: ['requirepass', 'masterauth'] })),
  ];
}
