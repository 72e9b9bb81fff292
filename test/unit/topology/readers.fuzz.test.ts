import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HumanError } from '../../../src/base/errors';
import { readNote } from '../../../src/engine/keptFolder';
import { readManifest } from '../../../src/engine/process/manifests';
import { readPs, readStat } from '../../../src/engine/process/processTable';
import { readCluster, ClusterNodesReader } from '../../../src/model/clusterNodes';
import { readInfo } from '../../../src/model/info';
import { readSentinelMasters } from '../../../src/model/sentinelReplies';
import { readServer } from '../../../src/model/serverReport';
import { parseRanges } from '../../../src/model/slots';
import type { Reply } from '../../../src/redis/client';
import { readAccess } from '../../../src/topology/diagnose/accessFacts';
import { readLog } from '../../../src/topology/diagnose/logFacts';
import { readLoad } from '../../../src/topology/drill/load';
import { standingIn } from '../../../src/topology/drill/route';
import { isUrlProblem, parseExistingUrl } from '../../../src/topology/existing/url';
import { toldToClients } from '../../../src/topology/reach/measure';
import { flatMap, flatMaps } from '../../../src/topology/replies';
import { readClientList, readSlowLog } from '../../../src/topology/watch/onDemand';
import { mutated } from '../../support/mutated';

/** Readers of what is asked for on demand, of logs, of what lies in folders and in /proc: they read, or say that there is nothing to read. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 500);
const options = { seed: 20261122, numRuns: runs };

const reply: fc.Arbitrary<Reply> = fc.letrec<{ value: Reply }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Reply>(
      'flags',
      'commands',
      'on',
      'nopass',
      '+@all',
      'age-seconds',
      '0',
      'reason',
      'command',
      '',
      null,
      7,
      -1,
    ),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 6 }),
  ),
})).value;

const logLines = [
  '17:M 22 Nov 2026 22:47:50.038 # Server initialized',
  '17:S 22 Nov 2026 22:47:50.038 * Connecting to MASTER 10.0.0.1:6379',
  '17:S 22 Nov 2026 22:47:50.038 # Error condition on socket for SYNC: Connection refused',
  "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 2\n>>> 'dir /x'\nNo such file",
  '17:M 22 Nov 2026 22:47:50.038 # Warning: Could not create server TCP listening socket 127.0.0.1:7000: bind: Address already in use',
  `17:M 22 Nov 2026 22:47:50.038 * REPLICAOF 10.0.0.1:6379 enabled (user request from 'id=3 addr=10.0.0.9:5 name=x')`,
  'pid=1 role=primary timestamp="x" level=notice message="Ready \\"to\\" accept"',
];
const clientLine =
  'id=3 addr=127.0.0.1:53104 laddr=127.0.0.1:6379 fd=8 name= age=2 idle=0 flags=N db=0 tot-mem=22426 cmd=client|list user=default\n';
const manifest = {
  id: 'i',
  binary: '/usr/bin/redis-server',
  conf: 'redis.conf',
  program: 'redis',
  port: 7000,
  ownership: {
    topologyId: 't',
    topologyName: 'n',
    topologyKind: 'cluster',
    node: 'a',
    owner: 'o',
    session: 's',
    schema: 1,
  },
  process: { pid: 77, start: 'b 5', startedAt: 1 },
};

const texts: readonly (readonly [name: string, texts: readonly string[], read: (text: string) => void])[] = [
  ['a log', logLines, text => void readLog(text.split('\n'))],
  [
    'CLIENT LIST',
    [clientLine, clientLine + clientLine],
    text => {
      for (const one of readClientList(text)) {
        assert.equal(typeof one.id, 'string');
        assert.ok(Number.isFinite(one.ageSeconds) && Number.isFinite(one.idleSeconds), JSON.stringify(one));
        assert.ok(one.memoryBytes === undefined || Number.isFinite(one.memoryBytes), JSON.stringify(one));
      }
    },
  ],
  [
    'CLUSTER INFO of a drill',
    ['cluster_state:ok\r\ncluster_current_epoch:7\r\n'],
    text => assert.ok(standingIn(text).epoch >= 0),
  ],
  [
    '/proc/PID/stat',
    ['17 (redis server) S 1 17 17 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 5 0 8754 72 1\n'],
    text => void readStat(text),
  ],
  ['ps', ['   17 S    Mon Nov 22 22:47:50 2026\n 18 T Mon Nov 22 22:47:50 2026\n'], text => void readPs(text)],
  [
    'a URL',
    ['redis://u:p@10.0.0.1:7000,10.0.0.2:7001/0?ssl_cert_reqs=none', 'rediss+sentinel://h:1/m/0'],
    text => {
      const read = parseExistingUrl(text);
      if (!isUrlProblem(read))
        assert.ok(
          read.seeds.every(({ port }) => Number.isInteger(port) && port > 0 && port <= 65535),
          text,
        );
    },
  ],
  ['a load', ['8 x 50/s, WAIT 1'], text => void readLoad(text)],
  [
    'ranges of slots',
    ['0-5460 7000,8000-9000'],
    text => {
      for (const [first, last] of parseRanges(text) ?? [])
        assert.ok(first >= 0 && first <= last && last <= 16383, text);
    },
  ],
  [
    'node.json',
    [
      JSON.stringify({
        schema: 1,
        node: 'a',
        engine: 'docker',
        program: 'redis',
        image: 'i',
        binary: 'b',
        port: 7,
        address: 'x',
        conf: 'redis.conf',
      }),
    ],
    text => void readNote(text),
  ],
  [
    'instance.json',
    [JSON.stringify(manifest)],
    text => {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return; // who reads the file says so
      }
      readManifest(value);
    },
  ],
];

/** As long as nobody sends them, of one kind of thing; in `npm test` fewer kinds and shorter. */
const whole = runs >= 10_000;
const BYTES = whole ? 2e6 : 7e5;
const long = (piece: string): string => piece.repeat(Math.ceil(BYTES / piece.length));
const pieces = whole
  ? [
      'x',
      ' ',
      '\n',
      ',',
      ':',
      '=',
      '-',
      '[',
      '(',
      '\r\n',
      'a=b ',
      'slave0:ip=1,',
      `${'a'.repeat(40)} `,
      "'",
      '\\"',
      '0-1 ',
      '*',
      '\0',
      'é',
    ]
  : ['\n', ' ', "'"];
/** What looks back at each step takes a minute for this; what does not, a second on a busy machine. */
const LIMIT_MS = 5000;

suite('readers on demand, fuzzed', function () {
  this.timeout(60_000 + runs * 10);
  for (const [name, good, read] of texts)
    test(name, () => fc.assert(fc.property(fc.oneof(mutated(good), fc.string({ unit: 'binary' })), read), options));

  for (const [name, read] of Object.entries({
    flatMap,
    flatMaps,
    readSlowLog: (value: Reply) => {
      for (const one of readSlowLog(value)) assert.ok(one.command.every(each => typeof each === 'string'));
    },
    readClientList,
    readAccess: (value: Reply) => readAccess(value, value),
    'CLUSTER SLOTS': (value: Reply) => {
      const told = toldToClients(value, 'a');
      assert.ok(told === undefined || told.host === undefined || typeof told.host === 'string');
    },
  } as Record<string, (value: Reply) => unknown>))
    test(name, () =>
      fc.assert(
        fc.property(reply, value => void read(value)),
        options,
      ),
    );

  test('however long it is, it is read, or refused, in a time that grows with its length', () => {
    const readers: Record<string, (text: string) => unknown> = {
      ...Object.fromEntries(texts.map(([name, , read]) => [name, read])),
      INFO: text => readServer(readInfo(text)),
      'CLUSTER NODES': text => readCluster('cluster_state:ok', new ClusterNodesReader().read(text)),
      'SENTINEL MASTERS': text => readSentinelMasters([['name', text, 'flags', text, 'port', text]]),
    };
    const once = (name: string, read: (text: string) => unknown, text: string): number => {
      const began = performance.now();
      try {
        read(text);
      } catch (error) {
        assert.ok(error instanceof HumanError, `${name}: ${String(error)}`);
      }
      return performance.now() - began;
    };
    for (const [name, read] of Object.entries(readers))
      for (const piece of pieces)
        for (const head of whole ? ['', 'id=1 ', '17:M 22 Nov 2026 22:47:50.038 * '] : ['']) {
          const text = head + long(piece);
          // the machine may have been busy with something else: slow is what is slow three times
          const slow = (): boolean => once(name, read, text) > LIMIT_MS;
          assert.ok(!(slow() && slow() && slow()), `${name}, ${JSON.stringify(head + piece)}`);
        }
  });
});
