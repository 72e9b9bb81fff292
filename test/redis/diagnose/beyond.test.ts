import assert from 'node:assert/strict';
import { delay } from '../../../src/base/abort';
import type { Node } from '../../../src/model/snapshot';
import { Collector } from '../../../src/topology/diagnose/collector';
import { Diagnoser } from '../../../src/topology/diagnose/diagnoser';
import { isDelegated, planFix } from '../../../src/topology/diagnose/fixes/plan';
import { runFix } from '../../../src/topology/diagnose/fixes/run';
import type { Problem, What } from '../../../src/topology/diagnose/problem';
import { docker } from '../../support/docker';
import { readText } from '../../support/handMade';
import { inOrder } from '../../support/inOrder';
import type { LiveTopology } from '../../support/liveDrill';
import { liveSentinel } from '../../support/liveDrill';
import { testPorts, until } from '../../support/naming';

/** What goes wrong besides the notes' pitfalls, on a topology of ours: done for real, all at once where it can be, found, and put right. */
suite('diagnose: beyond the notes', function () {
  this.timeout(120_000);
  inOrder(this);
  let live: LiveTopology;
  let collector: Collector;
  let diagnoser: Diagnoser;
  const failures: unknown[] = [];
  const took: string[] = [];

  suiteSetup(async () => {
    live = await liveSentinel({ firstPort: await testPorts(60) });
    await live.healthy();
    const onFailure = (error: unknown): void => void failures.push(error);
    collector = new Collector({
      engine: () => live.engine,
      inventory: live.inventory,
      readText,
      now: () => Date.now(),
      onFailure,
    });
    diagnoser = new Diagnoser(live.inventory, collector, onFailure);
    await diagnoser.look();
  });
  suiteTeardown(async () => {
    console.log(`      found after: ${took.join(', ')}`);
    diagnoser.dispose();
    collector.dispose();
    await live.dispose();
  });

  const named = (role: Node['role']): Node => {
    const node = live.topology().nodes.find(one => one.role === role);
    assert.ok(node, role);
    return node;
  };
  const say = async (node: Node, ...commands: readonly (readonly string[])[]): Promise<void> => {
    const connection = await live.inventory.connectionTo(node.id);
    for (const command of commands) await connection.call(command);
    connection.dispose();
  };
  const problem = (code: What['code']): Problem | undefined =>
    diagnoser.problems.find(({ what }) => what.code === code);
  const found = async (code: What['code'], since: number): Promise<Problem> => {
    const it = await until(code, () => problem(code), 30_000).catch((error: unknown) => {
      throw new Error(`no ${code} in ${JSON.stringify(diagnoser.problems.map(({ what }) => what))}`, { cause: error });
    });
    took.push(`${code} ${Date.now() - since} ms`);
    return it;
  };
  const gone = (code: What['code']): Promise<unknown> => until(`no ${code}`, () => problem(code) === undefined, 30_000);
  const mend = async ({ fixes: [fix], topologyId }: Problem): Promise<void> => {
    assert.ok(fix !== undefined && !isDelegated(fix));
    const deps = { ...live.deps, files: { read: readText, write: () => Promise.reject(new Error('no file is ours')) } };
    const { notKept } = await runFix(
      deps,
      planFix(live.inventory.snapshot, topologyId, fix),
      new AbortController().signal,
    );
    assert.deepEqual(notKept, []);
  };

  test('memory full, disk refused, too few replicas, nothing kept, nobody to promote, one sentinel set alone, one frozen', async () => {
    const [master, sentinel] = [named('master'), named('sentinel')];
    const replicas = live.topology().nodes.filter(({ role }) => role === 'replica');
    const container = master.instance?.id ?? '';
    const data = master.instance?.mounts.find(({ target }) => target.includes('data'))?.target ?? '/data';
    const others = live.topology().nodes.filter(one => one.role === 'sentinel' && one !== sentinel);
    const since = Date.now();
    await docker('pause', sentinel.instance?.id ?? '');
    await docker('exec', container, 'chmod', '555', data);
    await say(
      master,
      ['CONFIG', 'SET', 'maxmemory', '500kb', 'min-replicas-to-write', '5', 'save', '', 'appendonly', 'no'],
      ['BGSAVE'],
    );
    for (const replica of replicas) await say(replica, ['CONFIG', 'SET', 'replica-priority', '0']);
    await say(others[0] as Node, ['SENTINEL', 'SET', live.topology().masterName ?? '', 'failover-timeout', '54321']);
    const all = [
      'memory-full',
      'cannot-save',
      'replicas-too-few',
      'master-forgets',
      'no-candidate',
      'never-promoted',
      'sentinel-drift',
    ] as const;
    const [full, unsaved, few] = await Promise.all(all.map(code => found(code, since)));
    assert.deepEqual([full?.severity, unsaved?.severity, few?.severity], ['error', 'error', 'error']);
    assert.equal(few?.what.code === 'replicas-too-few' && few.what.needed, 5);
    await delay(Math.max(0, since + 3000 - Date.now())); // a clock that missed 2 s is what it tilts at
    await docker('unpause', sentinel.instance?.id ?? '');
    await found('tilt', Date.now());
    await docker('exec', container, 'chmod', '755', data);
    await say(
      master,
      ['CONFIG', 'SET', 'maxmemory', '0', 'min-replicas-to-write', '0', 'save', '3600 1'],
      ['BGSAVE', 'SCHEDULE'],
    );
    for (const replica of replicas) await say(replica, ['CONFIG', 'SET', 'replica-priority', '100']);
    await mend(await found('sentinel-drift', Date.now()));
    await Promise.all(all.filter(code => code !== 'no-candidate').map(gone));
  });

  test('a replica whose user may not copy: told by the master, and allowed', async () => {
    const [master, replica] = [named('master'), named('replica')];
    await say(master, ['ACL', 'SETUSER', 'copier', 'on', '>s3cret', '+ping']);
    const since = Date.now();
    await say(replica, ['CONFIG', 'SET', 'masteruser', 'copier', 'masterauth', 's3cret']);
    await say(master, ['CLIENT', 'KILL', 'TYPE', 'replica']);
    const denied = await found('acl-denies', since);
    assert.deepEqual(denied.what.code === 'acl-denies' && [denied.what.user, denied.what.whom], ['copier', 'replica']);
    await mend(denied);
    await gone('acl-denies');
    await until(
      'linked again',
      () => {
        const { contact } = live.node(replica.name);
        return contact.state === 'answering' && contact.report.replication?.master?.link === 'up';
      },
      30_000,
    );
  });

  test('nothing unexpected happened on the way', () => assert.deepEqual(failures, []));
});
