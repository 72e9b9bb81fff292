import assert from 'node:assert/strict';
import { parseDocument } from '../../../../src/conf/document';
import { makeTarget } from '../../../../src/conf/target';
import { validate } from '../../../../src/conf/validate';
import type { ComposeModel } from '../../../../src/topology/compose/model';
import { projectOf } from '../../../../src/topology/compose/project';
import { linesOf, settingsOf } from '../../../../src/topology/compose/settings';
import { plain } from '../../../support/plain';

const watch = { masterName: 'orders', quorum: 2, downAfterMs: 5000, failoverTimeoutMs: 60_000, parallelSyncs: 1 };
const server = (service: string, port: number, more: Partial<ComposeModel['nodes'][number]> = {}) => ({
  service,
  program: 'redis' as const,
  port,
  settings: [],
  ...more,
});
const sentinel: ComposeModel = {
  name: 'orders',
  kind: 'sentinel',
  image: 'redis:7.0',
  product: 'redis',
  password: 'it\'s "a" $ecret',
  subnet: '172.28.5',
  watch,
  nodes: [
    server('redis-1', 6379, {
      settings: [
        ['appendonly', 'yes'],
        ['save', '900 1 300 10'],
      ],
    }),
    server('redis-2', 6380, { follows: 'redis-1' }),
    { service: 'sentinel-1', program: 'sentinel', port: 26379, settings: [] },
  ],
};
const cluster: ComposeModel = {
  name: 'shop',
  kind: 'cluster',
  image: 'valkey/valkey:8.1',
  product: 'valkey',
  subnet: '172.29.0',
  nodes: [
    server('a', 7001, { slots: [[0, 8191]] }),
    server('b', 7002, {
      slots: [
        [8192, 12000],
        [12002, 16383],
      ],
    }),
    server('c', 7003, { slots: [[12001, 12001]] }),
    server('d', 7004, { follows: 'a' }),
  ],
};
const filesOf = (model: ComposeModel): Record<string, string> =>
  Object.fromEntries(projectOf(plain, model).map(({ path, content }) => [path, content]));

suite('topology/compose: the project of a topology', () => {
  test('what people read is in their language, what Compose and the servers read is the same', () => {
    const strip = (text: string): string =>
      text
        .split('\n')
        .filter(line => !/^\s*#/.test(line))
        .join('\n');
    const theirs = Object.fromEntries(
      projectOf((_, ...values) => ['译', ...values].join(' '), sentinel).map(({ path, content }) => [path, content]),
    );
    for (const { path, content } of projectOf(plain, sentinel)) {
      if (path === 'README.md') assert.ok((theirs[path]?.match(/译/g)?.length ?? 0) > 8, theirs[path]);
      else assert.equal(strip(theirs[path] ?? ''), strip(content), path);
    }
  });

  test('its files', () => {
    assert.deepEqual(Object.keys(filesOf(sentinel)), [
      'compose.yaml',
      '.env',
      '.gitignore',
      'README.md',
      'scripts/start.sh',
      'conf/redis-1/redis.conf',
      'conf/redis-2/redis.conf',
      'conf/sentinel-1/sentinel.conf',
    ]);
    assert.deepEqual(Object.keys(filesOf(cluster)), [
      'compose.yaml',
      'README.md',
      'scripts/start.sh',
      'scripts/cluster.sh',
      ...['a', 'b', 'c', 'd'].map(name => `conf/${name}/redis.conf`),
    ]);
  });

  test('the password stands in .env alone, which only its owner reads', () => {
    for (const { path, content, secret } of projectOf(plain, sentinel)) {
      assert.equal(secret === true, path === '.env', path);
      assert.equal(content.includes('$ecret'), path === '.env', path);
    }
    assert.match(filesOf(sentinel)['.env'] ?? '', /^REDIS_PASSWORD='it\\'s "a" \$ecret'$/m);
  });

  const lines: readonly [
    title: string,
    model: ComposeModel,
    file: string,
    expected: readonly string[],
    absent: readonly string[],
  ][] = [
    [
      'a master',
      sentinel,
      'conf/redis-1/redis.conf',
      [
        'port 6379',
        'appendonly yes',
        'save 900 1',
        'save 300 10',
        'requirepass @REDIS_PASSWORD@',
        'masterauth @REDIS_PASSWORD@',
        'protected-mode yes',
      ],
      ['replicaof', 'cluster-enabled'],
    ],
    [
      'a replica follows by fixed address',
      sentinel,
      'conf/redis-2/redis.conf',
      ['replicaof 172.28.5.11 6379', 'port 6380'],
      [],
    ],
    [
      'a Sentinel: monitor before what is told of the master',
      sentinel,
      'conf/sentinel-1/sentinel.conf',
      [
        'sentinel announce-ip 172.28.5.13',
        'sentinel monitor orders 172.28.5.11 6379 2',
        'sentinel auth-pass orders @REDIS_PASSWORD@',
        'sentinel down-after-milliseconds orders 5000',
      ],
      [],
    ],
    [
      'a node of a cluster follows nobody in its conf',
      cluster,
      'conf/d/redis.conf',
      ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'protected-mode no'],
      ['replicaof', 'requirepass'],
    ],
    [
      'the slots as they are',
      cluster,
      'scripts/cluster.sh',
      [
        'give 172.29.0.11 7001 1 0 8191',
        'give 172.29.0.12 7002 2 8192 12000 12002 16383',
        'give 172.29.0.13 7003 3 12001 12001',
        "within 60 'd follows a' follow 172.29.0.14 7004 172.29.0.11 7001",
      ],
      ['redis-cli'],
    ],
    [
      'what Compose is told',
      sentinel,
      'compose.yaml',
      [
        '        ipv4_address: 172.28.5.13',
        '      - "127.0.0.1:26379:26379"',
        '    entrypoint: ["sh", "/scripts/start.sh", "redis-server", "sentinel.conf", "--sentinel"]',
        '        - subnet: 172.28.5.0/24',
        '      redis-2:',
      ],
      ['cluster-create'],
    ],
    [
      'a cluster is joined once',
      cluster,
      'compose.yaml',
      [
        '  cluster-create:',
        '    restart: "no"',
        '    entrypoint: ["sh", "/scripts/start.sh", "valkey-server", "redis.conf"]',
      ],
      ['REDIS_PASSWORD:'],
    ],
  ];
  for (const [title, model, file, expected, absent] of lines) {
    test(title, () => {
      const text = filesOf(model)[file] ?? '';
      const all = text.split('\n');
      for (const line of expected) assert.ok(all.includes(line), `${line}\nis not in\n${text}`);
      for (const word of absent) assert.ok(!text.includes(word), word);
    });
  }

  test('no conf file has a fault', () => {
    for (const model of [sentinel, cluster]) {
      for (const { path, content } of projectOf(plain, model).filter(({ path }) => path.endsWith('.conf'))) {
        const document = parseDocument(content.replaceAll('@REDIS_PASSWORD@', 'secret'), path);
        const { findings } = validate(document, {
          target: makeTarget('redis', 7, 0),
          mode: path.endsWith('sentinel.conf') ? 'sentinel' : 'redis',
        });
        assert.deepEqual(
          findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
          [],
          path,
        );
      }
    }
  });

  const settings: readonly [
    title: string,
    config: Readonly<Record<string, string>>,
    expected: readonly (readonly [string, string])[],
  ][] = [
    [
      'what differs from the default is kept',
      { appendonly: 'yes', 'maxmemory-policy': 'noeviction', maxmemory: '1048576' },
      [
        ['maxmemory', '1048576'],
        ['appendonly', 'yes'],
      ],
    ],
    [
      'what belongs to the place is not',
      {
        port: '7000',
        bind: '10.0.0.1',
        dir: '/srv',
        logfile: '/var/log/redis',
        'replica-announce-ip': '1.2.3.4',
        'cluster-announce-port': '1',
        replicaof: '1.2.3.4 6379',
        'tls-port': '1',
        maxclients: '4064',
        requirepass: 'secret',
      },
      [],
    ],
    ['no save points at all', { save: '' }, [['save', '']]],
    ['what the server does not have is not invented', { 'no-such-setting': '1' }, []],
  ];
  for (const [title, config, expected] of settings) {
    test(title, () =>
      assert.deepEqual(
        [...settingsOf(new Map(Object.entries(config)), makeTarget('redis', 7, 0))].sort(),
        [...expected].sort(),
      ),
    );
  }

  test('lines of settings that have parts', () => {
    assert.deepEqual(linesOf('save', ''), [['save', '']]);
    assert.deepEqual(linesOf('save', '900 1 300 10'), [
      ['save', '900', '1'],
      ['save', '300', '10'],
    ]);
    assert.deepEqual(linesOf('client-output-buffer-limit', 'normal 0 0 0 slave 1 2 3'), [
      ['client-output-buffer-limit', 'normal', '0', '0', '0'],
      ['client-output-buffer-limit', 'slave', '1', '2', '3'],
    ]);
    assert.deepEqual(linesOf('notify-keyspace-events', ''), [['notify-keyspace-events', '']]);
  });
});
