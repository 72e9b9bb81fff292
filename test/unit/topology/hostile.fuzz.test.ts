import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HumanError } from '../../../src/base/errors';
import { assemble } from '../../../src/model/assemble';
import { diff } from '../../../src/model/diff';
import type { ServerState } from '../../../src/model/servers';
import type { Snapshot } from '../../../src/model/snapshot';
import { emptySnapshot } from '../../../src/model/snapshot';
import type { Reply } from '../../../src/redis/client';
import { diagnose } from '../../../src/topology/diagnose/diagnose';
import { noFacts } from '../../../src/topology/diagnose/facts';
import { happenings } from '../../../src/topology/inventoryHappenings';
import { Prober } from '../../../src/topology/probe';
import { draw } from '../../../src/views/drawing';
import { mutated } from '../../support/mutated';
import { container, owned } from '../../support/servers';
import { infoTexts } from '../model/texts';

/** From what servers say to the rows of the tree: whatever several of them say at once, a tree is drawn, and a second one after it. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 300);

const id = (letter: string): string => letter.repeat(40);
const info = (mode: string, ...more: readonly string[]): string =>
  ['redis_version:7.0.15', `redis_mode:${mode}`, 'process_id:1', 'tcp_port:6379', 'loading:0', ...more].join('\r\n');
const infos: readonly string[] = [
  ...Object.values(infoTexts),
  info('standalone', `run_id:${id('1')}`, 'role:master', 'slave0:ip=10.0.0.2,port=6379,state=online,offset=5,lag=0'),
  info(
    'standalone',
    `run_id:${id('2')}`,
    'role:slave',
    'master_host:10.0.0.1',
    'master_port:6379',
    'master_link_status:up',
  ),
  info(
    'standalone',
    `run_id:${id('3')}`,
    'role:slave',
    'master_host:10.0.0.3',
    'master_port:6379',
    'master_link_status:down',
  ),
  info('cluster', `run_id:${id('4')}`, 'role:master'),
  info('sentinel', `run_id:${id('5')}`, 'sentinel_masters:1'),
];
const nodes = [
  `${id('a')} 10.0.0.1:6379@16379 myself,master - 0 1 1 connected 0-5460\n${id('b')} 10.0.0.2:6379@16379 slave ${id('a')} 0 1 1 connected\n`,
  `${id('a')} 10.0.0.1:6379@16379 master,fail - 0 1 1 disconnected 0-5460\n${id('b')} 10.0.0.2:6379@16379 myself,slave ${id('b')} 0 1 1 connected\n`,
  `${id('c')} :0@0 myself,master,noaddr - 0 1 1 connected 0-16383 [93-<-${id('a')}] [94->-${id('z').replaceAll('z', 'e')}]\n`,
];
const word = fc.oneof(
  fc.constantFrom(
    '10.0.0.1',
    '10.0.0.2',
    '6379',
    'm',
    'master',
    'slave,s_down',
    's_down,o_down,master',
    '-1',
    '',
    id('5'),
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const rowOf = fc
  .dictionary(
    fc.constantFrom('name', 'ip', 'port', 'runid', 'flags', 'quorum', 'config-epoch', 'master-link-status'),
    word,
  )
  .map(row => Object.entries({ name: 'm', ...row }).flat());
const rows: fc.Arbitrary<Reply> = fc.array(rowOf, { maxLength: 3 });

/** What one server says to each question. */
const saying = fc.record({
  INFO: mutated(infos),
  'CLUSTER INFO': mutated(['cluster_state:ok\r\ncluster_current_epoch:3\r\n', 'cluster_state:fail\r\n']),
  'CLUSTER NODES': mutated(nodes),
  'SENTINEL MYID': word,
  'SENTINEL MASTERS': rows,
  'SENTINEL REPLICAS': rows,
  'SENTINEL SENTINELS': rows,
  'SENTINEL CKQUORUM': word,
});

type Saying = Readonly<Record<string, Reply>>;

async function stateOf(prober: Prober, says: Saying, index: number): Promise<ServerState> {
  const name = `redis-${index + 1}`;
  const instance = container(name, {
    networks: [{ id: 'net', name: 'net', address: `10.0.0.${index + 1}` }],
    ...(index < 2 ? owned(name) : {}),
  });
  const base = { id: name, instance, port: 6379, reachable: { host: '127.0.0.1', port: 7000 + index } };
  try {
    const report = await prober.probe({
      pipeline: commands =>
        Promise.resolve(commands.map(([first, second = '']) => says[`${first} ${second}`.trim()] ?? null)),
    });
    return { ...base, contact: { state: 'answering', report } };
  } catch (error) {
    assert.ok(error instanceof HumanError && error.fault.code === 'unreadable-reply', String(error));
    return { ...base, contact: { state: 'silent', reason: 'closed' } };
  }
}

function look(servers: readonly ServerState[], before: Snapshot): Snapshot {
  const after = assemble(
    {
      engines: [{ kind: 'docker', state: 'answering', title: 'docker', machine: 'm', sharesFiles: true } as never],
      servers,
    },
    before,
  );
  const change = diff(before, after);
  if (change !== undefined) for (const what of happenings(change)) assert.equal(typeof what.code, 'string');
  const drawn = draw((message, ...values) => `${message}${values.join()}`, after);
  const text = JSON.stringify([drawn, diagnose(after, noFacts)]);
  assert.ok(text.length < 1e6, 'a tree of bounded size');
  assert.ok(!/NaN|\[object Object\]|undefined/.test(JSON.stringify(drawn.branches)), JSON.stringify(drawn.branches));
  return after;
}

suite('what servers say, to the tree, fuzzed', function () {
  this.timeout(30_000 + runs * 20);
  test('whatever they say, and whatever they say next, it is drawn', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(saying, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        async turns => {
          const probers = [0, 1, 2, 3].map(() => new Prober());
          let snapshot = emptySnapshot;
          for (const turn of turns) {
            const servers = await Promise.all(
              turn.map((says, index) => stateOf(probers[index] as Prober, says as Saying, index)),
            );
            snapshot = look(servers, snapshot);
          }
        },
      ),
      { seed: 20261122, numRuns: runs },
    ));
});
