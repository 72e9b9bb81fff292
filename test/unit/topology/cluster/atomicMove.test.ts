import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import type { Reply } from '../../../../src/redis/client';
import { ReplyError } from '../../../../src/redis/client';
import { atomicMoveBetween } from '../../../../src/topology/cluster/atomicMove';
import type { CrewMember } from '../../../../src/topology/cluster/crew';

const ids = { source: 'a'.repeat(40), target: 'b'.repeat(40) } as const;
const info = ['cluster|migration', -4, ['admin'], 0, 0, 0];

/** A server that answers each command with the next of its replies; the last one stays. Shapes as the manuals of Redis 8.4 and Valkey 9.0 give them. */
function member(
  name: keyof typeof ids,
  replies: Readonly<Record<string, readonly (Reply | ReplyError)[]>>,
  heard: string[],
): CrewMember {
  const next = new Map<string, number>();
  const answer = (command: readonly string[]): Reply | ReplyError => {
    const text = command.join(' ');
    const key = Object.keys(replies).find(start => text.startsWith(start)) ?? '';
    const turn = next.get(key) ?? 0;
    next.set(key, turn + 1);
    if (!text.startsWith('COMMAND')) heard.push(`${name}: ${text}`);
    const of = replies[key] ?? [new ReplyError('ERR unknown subcommand')];
    return of[Math.min(turn, of.length - 1)] as Reply | ReplyError;
  };
  const address = { host: 'h', port: 1 };
  return {
    name,
    id: ids[name],
    announced: address,
    connection: {
      address,
      onClose: () => ({ dispose: () => undefined }),
      dispose: () => undefined,
      subscribe: () => Promise.reject(new Error('no')),
      call: () => Promise.reject(new Error('no')),
      pipeline: commands => Promise.resolve(commands.map(answer)),
    },
  };
}

const task = (state: string, error = ''): Reply => [
  [
    'id',
    't1',
    'slots',
    '0-9 20-29',
    'source',
    ids.source,
    'dest',
    ids.target,
    'operation',
    'import',
    'state',
    state,
    'last_error',
    error,
    'retries',
    '0',
    'create_time',
    '1',
    'start_time',
    '1',
    'end_time',
    '0',
    'write_pause_ms',
    '0',
  ],
];
const job = (name: string, state: string, message = ''): Reply => [
  'name',
  name,
  'operation',
  'EXPORT',
  'slot_ranges',
  '0-9 20-29',
  'target_node',
  ids.target,
  'source_node',
  ids.source,
  'create_time',
  1,
  'last_update_time',
  1,
  'last_ack_time',
  1,
  'state',
  state,
  'message',
  message,
  'cow_size',
  0,
];
const redis = { 'COMMAND INFO': [[info, null]] };
const valkey = { 'COMMAND INFO': [[null, info]] };
const ranges = [
  [0, 9],
  [20, 29],
] as const;

suite('topology/cluster/atomicMove', () => {
  const cases: readonly [
    title: string,
    source: Readonly<Record<string, readonly (Reply | ReplyError)[]>>,
    target: Readonly<Record<string, readonly (Reply | ReplyError)[]>>,
    result: boolean | string,
    heard: readonly string[],
  ][] = [
    [
      'Redis imports at the taker until it is completed',
      redis,
      {
        ...redis,
        'CLUSTER MIGRATION IMPORT': ['t1'],
        'CLUSTER MIGRATION STATUS': [task('streaming-buf'), task('completed')],
      },
      true,
      [
        'target: CLUSTER MIGRATION IMPORT 0 9 20 29',
        'target: CLUSTER MIGRATION STATUS ID t1',
        'target: CLUSTER MIGRATION STATUS ID t1',
      ],
    ],
    [
      'Redis fails',
      redis,
      { ...redis, 'CLUSTER MIGRATION IMPORT': ['t1'], 'CLUSTER MIGRATION STATUS': [task('failed', 'source is gone')] },
      'source is gone',
      ['target: CLUSTER MIGRATION IMPORT 0 9 20 29', 'target: CLUSTER MIGRATION STATUS ID t1'],
    ],
    [
      'Redis lost the task',
      redis,
      { ...redis, 'CLUSTER MIGRATION IMPORT': ['t1'], 'CLUSTER MIGRATION STATUS': [[]] },
      'no task t1',
      ['target: CLUSTER MIGRATION IMPORT 0 9 20 29', 'target: CLUSTER MIGRATION STATUS ID t1'],
    ],
    [
      'Redis is recalled',
      redis,
      {
        ...redis,
        'CLUSTER MIGRATION IMPORT': ['t1'],
        'CLUSTER MIGRATION CANCEL': [1],
        'CLUSTER MIGRATION STATUS': [task('send-handshake'), task('canceled')],
      },
      false,
      [
        'target: CLUSTER MIGRATION IMPORT 0 9 20 29',
        'target: CLUSTER MIGRATION STATUS ID t1',
        'target: CLUSTER MIGRATION CANCEL ID t1',
        'target: CLUSTER MIGRATION STATUS ID t1',
      ],
    ],
    [
      'Valkey exports at the giver; an older job of the same slots is not taken for it',
      {
        ...valkey,
        'CLUSTER GETSLOTMIGRATIONS': [
          [job('old', 'failed')],
          [job('new', 'snapshotting'), job('old', 'failed')],
          [job('new', 'success'), job('old', 'failed')],
        ],
        'CLUSTER MIGRATESLOTS': ['OK'],
      },
      valkey,
      true,
      [
        'source: CLUSTER GETSLOTMIGRATIONS',
        `source: CLUSTER MIGRATESLOTS SLOTSRANGE 0 9 20 29 NODE ${ids.target}`,
        'source: CLUSTER GETSLOTMIGRATIONS',
        'source: CLUSTER GETSLOTMIGRATIONS',
      ],
    ],
    [
      'Valkey fails',
      {
        ...valkey,
        'CLUSTER GETSLOTMIGRATIONS': [[], [job('new', 'failed', 'Timed out')]],
        'CLUSTER MIGRATESLOTS': ['OK'],
      },
      valkey,
      'Timed out',
      [
        'source: CLUSTER GETSLOTMIGRATIONS',
        `source: CLUSTER MIGRATESLOTS SLOTSRANGE 0 9 20 29 NODE ${ids.target}`,
        'source: CLUSTER GETSLOTMIGRATIONS',
      ],
    ],
    [
      'Valkey was done before the recall came',
      {
        ...valkey,
        'CLUSTER GETSLOTMIGRATIONS': [[], [job('new', 'waiting-to-pause')], [job('new', 'success')]],
        'CLUSTER MIGRATESLOTS': ['OK'],
        'CLUSTER CANCELSLOTMIGRATIONS': [new ReplyError('ERR No migrations ongoing')],
      },
      valkey,
      true,
      [
        'source: CLUSTER GETSLOTMIGRATIONS',
        `source: CLUSTER MIGRATESLOTS SLOTSRANGE 0 9 20 29 NODE ${ids.target}`,
        'source: CLUSTER GETSLOTMIGRATIONS',
        'source: CLUSTER CANCELSLOTMIGRATIONS',
        'source: CLUSTER GETSLOTMIGRATIONS',
      ],
    ],
  ];
  for (const [title, atSource, atTarget, result, expected] of cases) {
    test(title, async () => {
      const heard: string[] = [];
      const move = await atomicMoveBetween(member('source', atSource, heard), member('target', atTarget, heard));
      const signal = expected.some(line => line.includes('CANCEL'))
        ? AbortSignal.abort()
        : new AbortController().signal;
      const run = move?.run(ranges, signal, () => undefined);
      if (typeof result === 'string')
        await assert.rejects(
          run as Promise<boolean>,
          error => isFault(error, 'move-atomic-failed') && (error.fault as unknown as { text: string }).text === result,
        );
      else assert.equal(await run, result);
      assert.deepEqual(heard, expected);
    });
  }

  const without: readonly [
    title: string,
    source: readonly (Reply | ReplyError)[],
    target: readonly (Reply | ReplyError)[],
  ][] = [
    ['older servers', [[null, null]], [[null, null]]],
    ['only one of them is new', [[info, null]], [[null, null]]],
    ['one of each family', [[info, null]], [[null, info]]],
    ['COMMAND is forbidden', [new ReplyError('NOPERM no')], [new ReplyError('NOPERM no')]],
  ];
  for (const [title, source, target] of without) {
    test(`key by key: ${title}`, async () =>
      assert.equal(
        await atomicMoveBetween(
          member('source', { 'COMMAND INFO': source }, []),
          member('target', { 'COMMAND INFO': target }, []),
        ),
        undefined,
      ));
  }
});
