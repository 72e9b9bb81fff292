import fc from 'fast-check';
import { isFault } from '../../../src/base/errors';
import { ClusterNodesReader, readCluster } from '../../../src/model/clusterNodes';
import { readClusterShards } from '../../../src/model/clusterShards';
import { readInfo } from '../../../src/model/info';
import { readRole } from '../../../src/model/replication';
import { readServer } from '../../../src/model/serverReport';
import {
  readHello,
  readQuorumCheck,
  readSentinelMasters,
  readSentinelPeers,
  readSentinelReplicas,
  readSwitchMaster,
} from '../../../src/model/sentinelReplies';
import { mutated } from '../../support/mutated';
import { infoTexts } from './texts';

/** Every reader takes whatever a hostile or broken server sends, and throws nothing but its one named fault. */
const seed = 20261122;
const runs = Number(process.env['FUZZ_RUNS'] ?? 1000);
const options = { seed, numRuns: runs };

function onlyNamed(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isFault(error, 'unreadable-reply')) throw error;
  }
}

const reply: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom('name', 'ip', 'port', 'flags', 'slots', 'nodes', 'id', 'master', 'slave', 'sentinel', 'runid'),
    fc.array(tie('value'), { maxLength: 8 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** Rows as a Sentinel sends them: names that mean something, values that mostly do. */
const fields = [
  'name',
  'ip',
  'port',
  'runid',
  'flags',
  'quorum',
  'config-epoch',
  'down-after-milliseconds',
  'failover-timeout',
  'failover-state',
  'master-link-status',
  'slave-priority',
  'replica-priority',
];
const rowOf = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, { weight: 1, arbitrary: fc.string({ minLength: 1 }) }),
  fc.oneof(
    fc.constantFrom<unknown>(
      '10.0.0.2',
      '6379',
      'master,s_down',
      'ok',
      'err',
      '',
      '-1',
      '99999999999999999999',
      5,
      null,
    ),
    fc.string({ unit: 'binary' }),
    reply,
  ),
  { noNullPrototype: true },
);
const shardOf = fc.record({
  slots: fc.oneof(fc.array(fc.integer({ min: -1, max: 20_000 }), { maxLength: 5 }), reply),
  nodes: fc.oneof(
    fc.array(
      fc.dictionary(
        fc.constantFrom('id', 'ip', 'endpoint', 'port', 'tls-port', 'hostname', 'role', 'replication-offset', 'health'),
        fc.oneof(
          fc.constantFrom<unknown>('master', 'replica', 'online', 'loading', '?', 6379, 70_000, null),
          fc.string(),
        ),
        { noNullPrototype: true },
      ),
      { maxLength: 3 },
    ),
    reply,
  ),
});

/** The same as RESP2 sends it: a map is names and values in turn. */
function flat(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flat);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).flatMap(([key, item]) => [key, flat(item)]);
}

function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (!isFault(error, 'unreadable-reply')) throw error;
    return 'unreadable';
  }
}

const line = `${'a'.repeat(40)} 10.0.0.2:7000@17000,host,shard-id=x myself,master - 0 1 1 connected 0-5460 7000 [93-<-${'b'.repeat(40)}]\n`;

suite('model readers, fuzzed', function () {
  this.timeout(20_000 + runs * 5);
  test('INFO', () =>
    fc.assert(
      fc.property(fc.oneof(mutated(Object.values(infoTexts)), fc.string({ unit: 'binary' })), text =>
        onlyNamed(() => readServer(readInfo(text))),
      ),
      options,
    ));
  test('CLUSTER NODES, also on a reader that has read before', () =>
    fc.assert(
      fc.property(
        fc.array(mutated([line, line + line.replaceAll('a', 'c')]), { minLength: 1, maxLength: 3 }),
        texts => {
          const reader = new ClusterNodesReader();
          for (const text of texts) onlyNamed(() => readCluster('cluster_state:ok', reader.read(text)));
        },
      ),
      options,
    ));
  test('a reader that remembers reads what a fresh one reads', () =>
    fc.assert(
      fc.property(
        fc.array(mutated([line, line.replace('0-5460', '0-100'), line.replace('master', 'slave')]), {
          minLength: 2,
          maxLength: 4,
        }),
        texts => {
          const reader = new ClusterNodesReader();
          for (const text of texts) {
            if (outcome(() => reader.read(text)) !== outcome(() => new ClusterNodesReader().read(text)))
              throw new Error(JSON.stringify(texts));
          }
        },
      ),
      options,
    ));
  for (const [name, read] of Object.entries({
    readRole,
    readClusterShards,
    readSentinelMasters,
    readSentinelReplicas,
    readSentinelPeers,
    readQuorumCheck,
  })) {
    test(name, () =>
      fc.assert(
        fc.property(fc.oneof(reply, fc.array(fc.array(reply, { maxLength: 10 }), { maxLength: 4 })), value =>
          onlyNamed(() => read(value)),
        ),
        options,
      ),
    );
  }
  for (const [name, rows, read] of [
    ['SENTINEL MASTERS', rowOf, readSentinelMasters],
    ['SENTINEL REPLICAS', rowOf, readSentinelReplicas],
    ['SENTINEL SENTINELS', rowOf, readSentinelPeers],
    ['CLUSTER SHARDS', shardOf, readClusterShards],
  ] as const) {
    test(`${name}: maps of RESP2 and of RESP3 are read alike`, () =>
      fc.assert(
        fc.property(fc.array(rows as fc.Arbitrary<unknown>, { maxLength: 4 }), value => {
          const flatRows = value.map(row =>
            Object.entries(row as object).flatMap(([key, item]) => [
              key,
              key === 'nodes' && Array.isArray(item) ? item.map(flat) : item,
            ]),
          );
          const [two, three] = [outcome(() => read(flatRows)), outcome(() => read(value))];
          if (two !== three) throw new Error(`${two}\n${three}`);
        }),
        options,
      ));
  }
  test('published messages', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        readHello(text);
        readSwitchMaster(text);
      }),
      options,
    ));
});
