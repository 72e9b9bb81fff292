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

/** A good text with a few characters changed, cut, doubled or put in. */
const mutated = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.constantFrom('drop', 'put', 'cut', 'double'),
          fc.string({ unit: 'binary', maxLength: 6 }),
        ),
        { maxLength: 6 },
      ),
    )
    .map(([text, edits]) => {
      let result = text;
      for (const [where, what, put] of edits) {
        const at = result.length === 0 ? 0 : where % result.length;
        if (what === 'drop') result = result.slice(0, at) + result.slice(at + 1 + put.length);
        else if (what === 'put') result = result.slice(0, at) + put + result.slice(at);
        else if (what === 'cut') result = result.slice(0, at);
        else result = result.slice(0, at) + result.slice(Math.max(0, at - 20));
      }
      return result;
    });

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
            const outcome = (read: ClusterNodesReader): string => {
              try {
                return JSON.stringify(read.read(text));
              } catch {
                return 'unreadable';
              }
            };
            if (outcome(reader) !== outcome(new ClusterNodesReader())) throw new Error(JSON.stringify(texts));
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
  test('published messages', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        readHello(text);
        readSwitchMaster(text);
      }),
      options,
    ));
});
