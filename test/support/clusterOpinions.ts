// Opinions of the nodes of a healthy 3+3 cluster, and of ones that differ from it in the rows that a test gives.
import type { ClusterOpinion } from '../../src/model/clusterView';
import type { ClusterNodeLine } from '../../src/model/report';
import { parseRanges } from '../../src/model/slots';

/** One line a node: id, flags, master, epoch, slots; `<` and `>` mark open slots as CLUSTER NODES does. */
export type Row = readonly [
  id: string,
  flags: string,
  master: string,
  epoch: number,
  slots?: string,
  open?: Partial<Pick<ClusterNodeLine, 'migrating' | 'importing' | 'connected'>>,
];

const healthy: readonly Row[] = [
  ['a', 'master', '-', 1, '0-5460'],
  ['b', 'master', '-', 2, '5461-10922'],
  ['c', 'master', '-', 3, '10923-16383'],
  ['d', 'slave', 'a', 1],
  ['e', 'slave', 'b', 2],
  ['f', 'slave', 'c', 3],
];
export const six = ['a', 'b', 'c', 'd', 'e', 'f'];

/** The opinion of node `id`; `changes` replaces or adds rows by id, a row with empty flags removes it. */
export function says(id: string, changes: readonly Row[] = [], state: 'ok' | 'fail' = 'ok'): ClusterOpinion {
  const rows = [...healthy.filter(row => !changes.some(change => change[0] === row[0])), ...changes].filter(
    row => row[1] !== '',
  );
  return {
    node: `node-${id}`,
    name: `Node ${id}`,
    report: {
      state,
      currentEpoch: 3,
      myId: id,
      nodes: rows.map(([node, flags, master, configEpoch, slots = '', open = {}]) => ({
        id: node,
        address: { host: '10.0.0.1', port: 7000 + node.charCodeAt(0) },
        busPort: 17000,
        flags: [...(node === id ? ['myself'] : []), ...flags.split(',')],
        ...(master === '-' ? {} : { masterId: master }),
        configEpoch,
        connected: true,
        slots: parseRanges(slots) ?? [],
        migrating: [],
        importing: [],
        ...open,
      })),
    },
  };
}
export const all = (changes: readonly Row[] = [], state?: 'ok' | 'fail', ids = six): ClusterOpinion[] =>
  ids.map(id => says(id, changes, state));
export const without = (id: string): string[] => six.filter(other => other !== id);
