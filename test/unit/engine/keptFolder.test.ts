import assert from 'node:assert/strict';
import type { NodeNote } from '../../../src/engine/keptFolder';
import { descriptions, readNote } from '../../../src/engine/keptFolder';
import { memberKey } from '../../../src/model/servers';
import { passwordIn } from '../../../src/topology/recreate';
import { plain } from '../../support/plain';

const note: NodeNote = {
  schema: 1,
  node: 'redis-1',
  engine: 'docker',
  program: 'redis',
  image: 'redis:7.0',
  binary: 'redis-server',
  port: 7001,
  address: '172.20.5.2',
  conf: 'redis.conf',
  user: '999:999',
};

suite('engine/keptFolder: what a folder says of itself', () => {
  const about = { topologyName: 'My Orders', topologyKind: 'sentinel' } as const;

  test('of containers: a Compose file on the very folders, at the addresses that the servers know', () => {
    const sentinel: NodeNote = {
      ...note,
      node: 'sentinel-1',
      program: 'sentinel',
      conf: 'sentinel.conf',
      port: 7010,
      address: '172.20.5.3',
    };
    const files = descriptions(plain, about, [note, sentinel]);
    assert.deepEqual(Object.keys(files), ['compose.yaml', 'README.md']);
    const yaml = files['compose.yaml'] ?? '';
    for (const line of [
      'image: "redis:7.0"',
      'user: "999:999"',
      'command: ["/conf/sentinel.conf", "--sentinel"]',
      '- "./sentinel-1/data:/data"',
      'ipv4_address: 172.20.5.3',
      '- "127.0.0.1:7001:7001"',
      '- subnet: 172.20.5.0/24',
    ])
      assert.ok(yaml.includes(line), line);
    assert.match(files['README.md'] ?? '', /docker compose -p my-orders-here up -d/);
  });

  test('of processes: one command a server, quoted where its path needs it', () => {
    const files = descriptions(plain, about, [
      { ...note, engine: 'process', binary: '/opt/my redis/redis-server', address: '127.0.0.1' },
    ]);
    assert.deepEqual(Object.keys(files), ['README.md']);
    assert.match(
      files['README.md'] ?? '',
      /\(cd redis-1\/data && '\/opt\/my redis\/redis-server' \.\.\/conf\/redis\.conf --daemonize yes\)/,
    );
  });

  test('in the language of the reader; what the editor knows its own files by stays', () => {
    const files = descriptions(message => `译 ${message.length}`, about, [note]);
    assert.match(
      files['README.md'] ?? '',
      /^# My Orders\n\n<!-- Written by Redis Topology Explorer; 译 \d+ -->\n\n译 \d+\n/,
    );
    assert.match(files['README.md'] ?? '', / {4}docker compose -p my-orders-here up -d {5}# 译 5\n/);
    assert.match(files['compose.yaml'] ?? '', /^# Written by Redis Topology Explorer: My Orders, sentinel\. 译/);
  });

  const damaged: readonly [title: string, change: object][] = [
    ['another schema', { schema: 2 }],
    ['a file outside its folder', { conf: '../x.conf' }],
    ['no port', { port: '7001' }],
    ['a user that is none', { user: 'root' }],
    ['an engine that nobody knows', { engine: 'podman' }],
  ];
  test('a note is read back as it was written', () => assert.deepEqual(readNote(JSON.stringify(note)), note));
  for (const [title, change] of damaged)
    test(`damaged: ${title}`, () => assert.equal(readNote(JSON.stringify({ ...note, ...change })), undefined));
  test('damaged: no JSON', () => assert.equal(readNote('{'), undefined));

  const passwords: readonly [conf: string, password: string | undefined][] = [
    ['port 1\nrequirepass abc\n', 'abc'],
    ['requirepass a\r\nREQUIREPASS "b c"\r\n', 'b c'],
    ['# requirepass abc\n', undefined],
    ['requirepass ""\n', undefined],
    ['masterauth abc\n', undefined],
  ];
  for (const [conf, password] of passwords)
    test(`password of ${JSON.stringify(conf)}`, () => assert.equal(passwordIn(conf), password));

  test('a container is known again by its service, else by its name', () => {
    assert.equal(memberKey({ name: 'p_a_1', compose: { project: 'p', service: 'a' } }), 'compose p/a');
    assert.equal(memberKey({ name: 'redis6379' }), 'container redis6379');
  });
});
