import assert from 'node:assert/strict';
import { formatAddress } from '../../../src/model/address';
import { accessOfTopology } from '../../../src/topology/access';
import { docker } from '../../support/docker';
import { HandMade } from '../../support/handMade';
import { inOrder } from '../../support/inOrder';
import { testPort, until } from '../../support/naming';

/** The second evening of the notes: Sentinel and Cluster mixed, three masters without a replica, ports that are not those of the conf. */
suite('diagnose: the cluster of the notes', function () {
  this.timeout(240_000);
  inOrder(this);
  let hand: HandMade;
  const took: string[] = [];
  const found = async (...[code, short, since, within]: Parameters<HandMade['finds']>) => {
    const { problem, ms } = await hand.finds(code, short, since, within);
    took.push(`${code} ${ms} ms`);
    return problem;
  };
  const masters = ['6400', '6410', '6420'];

  suiteSetup(async () => {
    hand = new HandMade();
    await docker('network', 'create', hand.name('net'));
    for (const node of masters) {
      hand.conf(node, ['port 6379', 'protected-mode no', 'cluster-enabled yes', 'cluster-node-timeout 2000']);
      await hand.create(
        node,
        [
          '--network',
          hand.name('net'),
          '-p',
          `127.0.0.1:${await testPort()}:6379`,
          '-v',
          `${hand.folder}/${node}/conf:/etc/redis`,
        ],
        ['redis-server', '/etc/redis/redis.conf'],
      );
    }
    await hand.start(...masters);
    await hand.watch();
  });
  suiteTeardown(async () => {
    console.log(`      found after: ${took.join(', ')}`);
    await hand.dispose();
  });

  test('10: replicaof in a cluster', async () => {
    hand.conf('6401', ['port 6379', `replicaof ${await hand.addressOf('6400')} 6379`, 'cluster-enabled yes']);
    await hand.create(
      '6401',
      ['--network', hand.name('net'), '-v', `${hand.folder}/6401/conf:/etc/redis`],
      ['redis-server', '/etc/redis/redis.conf'],
    );
    const since = Date.now();
    await hand.start('6401');
    const problem = await found('replicaof-in-cluster', '6401', since);
    const { place, fixes } = problem;
    assert.equal(place?.line, 2);
    assert.deepEqual(
      fixes.map(fix => fix.code === 'edit-conf' && fix.edits[0]?.line),
      [2, 3],
      'one or the other',
    );
    await hand.fix(problem);
    await hand.gone('replicaof-in-cluster');
    assert.match(await hand.exec('6401', 'redis-cli', 'cluster', 'info'), /cluster_known_nodes:1/);
  });

  test('12: a sentinel that watches a node of a cluster', async () => {
    hand.conf('sentinel', [
      'port 26379',
      'protected-mode no',
      `sentinel monitor mymaster ${await hand.addressOf('6400')} 6379 1`,
    ]);
    await docker(
      'exec',
      '-u',
      'root',
      hand.name('6400'),
      'sh',
      '-c',
      `printf 'port 26379\\nprotected-mode no\\nsentinel monitor mymaster ${await hand.addressOf('6400')} 6379 1\\n' > /tmp/sentinel.conf`,
    );
    await hand.create(
      'sentinel',
      ['--network', hand.name('net'), '-v', `${hand.folder}/sentinel/conf:/etc/redis`],
      ['redis-server', '/etc/redis/redis.conf', '--sentinel'],
    );
    await docker(
      'run',
      '--rm',
      '-v',
      `${hand.folder}/sentinel/conf:/c`,
      '--entrypoint',
      'chmod',
      'redis:7.0',
      '-R',
      '777',
      '/c',
    );
    const since = Date.now();
    await hand.start('sentinel');
    const problem = await found('sentinel-watches-cluster', undefined, since);
    const { what } = problem;
    assert.deepEqual(what, {
      code: 'sentinel-watches-cluster',
      node: hand.name('sentinel'),
      master: hand.name('6400'),
    });
    const { undo } = await hand.fix(problem);
    await hand.gone('sentinel-watches-cluster');
    assert.equal(await hand.exec('sentinel', 'redis-cli', '-p', '26379', 'sentinel', 'masters'), '');
    assert.deepEqual(
      undo?.steps.map(({ act }) => act),
      ['sentinel-monitor'],
    );
    await docker('rm', '-f', '-v', hand.name('sentinel'));
  });

  test('13: a master without a replica is stopped: which slots, and whom to start', async () => {
    const addresses = await Promise.all(masters.map(async node => `${await hand.addressOf(node)}:6379`));
    await hand.exec(
      '6400',
      'redis-cli',
      '--cluster',
      'create',
      ...addresses,
      '--cluster-replicas',
      '0',
      '--cluster-yes',
    );
    await until(
      'a cluster',
      () => hand.inventory.snapshot.topologies.find(({ kind }) => kind === 'cluster')?.cluster?.uncovered.length === 0,
    );
    const since = Date.now();
    await docker('kill', hand.name('6400'));
    const killed = await found('killed', '6400', since);
    assert.equal(killed.severity, 'error');
    const failed = hand.says('6410', /cluster_state:fail/, 'redis-cli', 'cluster', 'info');
    const down = await found('slots-down', '6400', failed);
    const { what, fixes } = down;
    assert.deepEqual(what, {
      code: 'slots-down',
      ranges: [[0, 5460]],
      replicas: 0,
      node: hand.name('6400'),
      state: 'stopped',
    });
    assert.deepEqual(
      fixes.map(({ code }) => code),
      ['start-node', 'add-replica'],
    );
    await hand.fix(down);
    assert.match(await hand.exec('6400', 'redis-cli', 'ping'), /PONG/);
    await hand.gone('slots-down');
    await hand.gone('killed');
  });

  test("14: the conf's port is not the published one", async () => {
    hand.conf('6500', ['port 6500', 'protected-mode no']);
    await hand.create(
      '6500',
      ['-p', `127.0.0.1:${await testPort()}:6379`, '-v', `${hand.folder}/6500/conf:/etc/redis`],
      ['redis-server', '/etc/redis/redis.conf'],
    );
    const since = Date.now();
    await hand.start('6500');
    const { what, place } = await found('port-not-published', '6500', since);
    assert.deepEqual(
      [what, place?.line],
      [{ code: 'port-not-published', node: hand.name('6500'), port: 6500, published: [6379] }, 1],
    );
  });

  test('bind to loopback inside a container: it runs, and nobody hears it', async () => {
    hand.conf('6600', ['port 6379', 'bind 127.0.0.1']);
    await hand.create(
      '6600',
      ['-p', `127.0.0.1:${await testPort()}:6379`, '-v', `${hand.folder}/6600/conf:/etc/redis`],
      ['redis-server', '/etc/redis/redis.conf'],
    );
    const since = Date.now();
    await hand.start('6600');
    const { place } = await found('loopback-only', '6600', since);
    assert.equal(place?.line, 2);
  });

  test('15: where a redirect leads', async () => {
    const { what, severity, fixes, topologyId } = await found('redirects-elsewhere', '6400', Date.now());
    assert.deepEqual(fixes, [{ code: 'copy-address-map' }]);
    const topology = hand.inventory.snapshot.topologies.find(({ id }) => id === topologyId);
    assert.ok(topology);
    const access = accessOfTopology(topology, 'here');
    // the way that the map gives for the announced address leads to the very node
    assert.ok(what.code === 'redirects-elsewhere' && !('code' in access));
    const way = access.map.find(({ announced }) => formatAddress(announced) === what.announced);
    assert.equal(way && formatAddress(way.reachable), what.reachable);
    assert.deepEqual(
      [what.code === 'redirects-elsewhere' && what.announced, severity],
      [`${await hand.addressOf('6400')}:6379`, 'info'],
    );
  });

  test('nothing unexpected happened on the way', () => assert.deepEqual(hand.failures, []));
});
