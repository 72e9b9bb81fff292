import assert from 'node:assert/strict';
import { docker } from '../../support/docker';
import { HandMade } from '../../support/handMade';
import { testPort } from '../../support/naming';

/**
 * The evening of the seed notes, step by step, with `docker create` on names and ports of its own: each pitfall is found with its reason, and what
 * mends it is offered. Found within 2 s is the claim of bench/diagnose; here the limits are generous.
 */
suite('diagnose: the steps of the notes', function () {
  this.timeout(240_000);
  this.bail(true);
  let hand: HandMade;
  let ports: number[];
  const took: string[] = [];
  const found = async (...[code, short, since]: Parameters<HandMade['finds']>) => {
    const { problem, ms } = await hand.finds(code, short, since);
    took.push(`${code} ${ms} ms`);
    return problem;
  };

  suiteSetup(async () => {
    hand = new HandMade();
    ports = [await testPort(), await testPort(), await testPort()];
    await docker('network', 'create', hand.name('net'));
    for (const [index, node] of ['6379', '6380'].entries()) {
      const conf = hand.conf(node, ['bind 127.0.0.1 ::1', 'protected-mode yes', `port ${node}`, 'dir "/Users/kimmking/logs/redis0"']);
      await hand.create(node, ['--network', hand.name('net'), '-p', `127.0.0.1:${ports[index] ?? 0}:${node}`, '-v', `${conf}:/etc/redis/redis.conf`], ['redis-server', '/etc/redis/redis.conf', '--appendonly', 'yes']);
    }
    await hand.watch();
  });
  suiteTeardown(async () => {
    console.log(`      found after: ${took.join(', ')}`);
    await hand.dispose();
  });

  test('2: a dir of another machine', async () => {
    const since = Date.now();
    await hand.start('6379');
    const { what, place, fixes, severity } = await found('dir-missing', '6379', since);
    assert.deepEqual(what, { code: 'dir-missing', node: hand.name('6379'), dir: '/Users/kimmking/logs/redis0', reason: 'No such file or directory' });
    assert.deepEqual([severity, place?.line, fixes[0]?.code], ['error', 4, 'edit-conf']);
  });

  test('1: bind ::1 in a container', async () => {
    hand.conf('6379', ['bind 127.0.0.1 ::1', 'protected-mode yes', 'port 6379']);
    const since = Date.now();
    await hand.start('6379');
    const { what, place, fixes } = await found('bind-refused', '6379', since);
    assert.deepEqual([what, place?.line], [{ code: 'bind-refused', node: hand.name('6379'), address: '::1', port: 6379, reason: 'Cannot assign requested address' }, 1]);
    assert.deepEqual(fixes.map(fix => fix.code === 'edit-conf' ? fix.edits[0]?.now : fix.code), ['# bind 127.0.0.1 ::1', 'bind 127.0.0.1 -::1']);
  });

  test('3: protected mode keeps replica and clients out', async () => {
    for (const node of ['6379', '6380']) hand.conf(node, ['protected-mode yes', `port ${node}`]);
    await hand.start('6379', '6380');
    const since = Date.now();
    await hand.exec('6380', 'redis-cli', '-p', '6380', 'replicaof', await hand.addressOf('6379'), '6379');
    const master = await found('protected-mode', '6379', since);
    const replica = await found('denied-by-master', '6380', since);
    assert.equal(replica.what.code === 'denied-by-master' && replica.what.master, hand.name('6379'));
    assert.deepEqual([master.fixes.map(({ code }) => code), replica.fixes.map(({ code }) => code)], [['set-password', 'protected-mode-off'], ['set-password', 'protected-mode-off']]);
  });

  test('5: the role is not kept, the conf being one mounted file', async () => {
    for (const node of ['6379', '6380']) await hand.exec(node, 'redis-cli', '-p', node, 'config', 'set', 'protected-mode', 'no');
    const since = Date.now();
    const { what, fixes, severity } = await found('role-not-kept', '6380', since);
    assert.deepEqual([what.code === 'role-not-kept' && what.why, severity, fixes[0]?.code], ['file-mounted', 'warning', 'mount-conf-folder']);
    await hand.gone('protected-mode');
    await hand.gone('denied-by-master');
  });
});
