import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceRequest } from '../../../../../src/engine/engine';
import { ENTRY, serviceSpec, splitSecret } from '../../../../../src/engine/docker/swarm/spec';

const request: InstanceRequest = {
  ownership: {
    topologyId: '0b7f9d7e-1c2d-4e3f-8a9b-0c1d2e3f4a5b',
    topologyName: 'orders',
    topologyKind: 'sentinel',
    node: 'sentinel-1',
    owner: 'me',
    session: 'one',
    schema: 1,
  },
  program: 'sentinel',
  image: 'redis:8.0',
  place: { network: 'net', addresses: ['orders-sentinel-1'] },
  address: 'orders-sentinel-1',
  port: 26379,
  files: [{ name: 'sentinel.conf', content: 'port 26379\nrequirepass s3cret\n' }],
  storage: { kind: 'swarm', hosts: [] },
  secret: 's3cret',
};

suite('engine/docker/swarm: what a service is made of', () => {
  for (const [what, content, secret, expected] of [
    [
      'lines with the password apart',
      'port 1\nrequirepass pw\nmasterauth pw\ndir /data\n',
      'pw',
      ['port 1\ndir /data\n', 'requirepass pw\nmasterauth pw\n'],
    ],
    ['no password', 'port 1\n', undefined, ['port 1\n', '']],
    ['an empty one is none', 'port 1\n', '', ['port 1\n', '']],
  ] as const)
    test(what, () => {
      const { conf, secret: apart } = splitSecret({ name: 'redis.conf', content }, secret);
      assert.deepEqual([conf, apart], expected);
    });

  test('the spec names what is secret and holds nothing of it', () => {
    const spec = serviceSpec(
      request,
      'node1',
      { binary: 'redis-server', image: 'sha256:abc' },
      { conf: { id: 'c1', name: 'c' }, secret: { id: 's1', name: 's' } },
    );
    const text = JSON.stringify(spec);
    assert.equal(text.includes('s3cret'), false);
    const at = (path: string): unknown =>
      path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], spec);
    assert.deepEqual(
      [
        at('Name'),
        at('Mode.Replicated.Replicas'),
        at('EndpointSpec.Mode'),
        at('TaskTemplate.Placement.Constraints'),
        at('TaskTemplate.ContainerSpec.Args'),
        at('TaskTemplate.ContainerSpec.Secrets.0.SecretID'),
        at('TaskTemplate.ContainerSpec.Mounts.0.Source'),
        (at('Labels') as Record<string, string>)['redis-topology.port'],
      ],
      [
        'orders-sentinel-1',
        0,
        'dnsrr',
        ['node.id==node1'],
        ['/conf/sentinel.conf', '--sentinel'],
        's1',
        'orders-sentinel-1-conf-0b7f9d7e',
        '26379',
      ],
    );
    // what survives of the text is looked for on a machine that shall not have it: labels of the task are none of ours
    assert.equal('Labels' in (at('TaskTemplate.ContainerSpec') as object), false);
  });

  test('the entry lays the conf once, keeps what the server wrote, and hands the words on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'entry-'));
    try {
      const script = ENTRY.replaceAll('/run/conf', `${folder}/held`)
        .replaceAll('/run/secrets/conf', `${folder}/secret`)
        .replace(/chown -R .*/, ':')
        .replaceAll('id -u', 'echo 1000');
      writeFileSync(join(folder, 'held'), 'port 1\n');
      writeFileSync(join(folder, 'secret'), 'requirepass pw\n');
      const conf = join(folder, 'redis.conf');
      const start = (): string => execFileSync('sh', ['-c', script, 'echo', conf, '--sentinel'], { encoding: 'utf8' });
      assert.equal(start(), `${conf} --sentinel\n`);
      assert.equal(readFileSync(conf, 'utf8'), 'port 1\nrequirepass pw\n');
      assert.equal(statSync(conf).mode & 0o777, 0o600);
      writeFileSync(conf, 'port 1\nreplicaof a 1\n');
      start();
      assert.equal(readFileSync(conf, 'utf8'), 'port 1\nreplicaof a 1\n');
      rmSync(join(folder, 'secret'));
      rmSync(conf);
      start();
      assert.equal(readFileSync(conf, 'utf8'), 'port 1\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
