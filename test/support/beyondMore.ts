// More of what goes wrong on servers made by hand: figures and settings, Sentinels that disagree or lost their clock, doors left open.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import type { What } from '../../src/topology/diagnose/problem';
import type { BeyondCase, Told } from './beyondServers';
import { answers, healthy, linked, say, server } from './beyondServers';
import { docker } from './docker';
import type { HandMade } from './handMade';
import { testPort, until } from './naming';

/** Found since now, put right by hand, gone. */
async function passing(
  hand: HandMade,
  code: What['code'],
  short: string,
  mend: () => Promise<unknown>,
  mended: string,
): Promise<Told> {
  const { ms } = await hand.finds(code, short, Date.now());
  await mend();
  await hand.gone(code, short);
  return { code, ms, mended };
}

const figures: BeyondCase = {
  name: 'memory, disk, too few replicas, nothing kept',
  async run(hand) {
    const on = (...words: readonly string[]) => say(hand, 'master', ['CONFIG', 'SET', ...words]);
    const byHand = 'no fix offered: gone once it was put right by hand';
    const told: Told[] = [];
    await on('maxmemory', '500kb');
    told.push(await passing(hand, 'memory-full', 'master', () => on('maxmemory', '0'), byHand));
    told.push(await passing(hand, 'master-forgets', 'master', () => on('save', '3600 1'), byHand));
    await docker('exec', '-u', 'root', hand.name('master'), 'chmod', '555', '/data');
    await say(hand, 'master', ['SET', 'page', '1'], ['BGSAVE']);
    const failed = hand.says('master', /bgsave_status:err/, 'redis-cli', 'info', 'persistence');
    const { ms, problem } = await hand.finds('cannot-save', 'master', failed);
    assert.equal(problem.what.refusesWrites, true);
    assert.match(await hand.exec('master', 'redis-cli', 'set', 'page', '2'), /^MISCONF/);
    await docker('exec', '-u', 'root', hand.name('master'), 'chmod', '755', '/data');
    await say(hand, 'master', ['BGSAVE']);
    await hand.gone('cannot-save', 'master');
    told.push({
      code: 'cannot-save',
      ms,
      mended: `${byHand}, ${await hand.exec('master', 'redis-cli', 'set', 'page', '2')}`,
    });
    await docker('stop', '-t', '15', hand.name('replica'));
    await on('min-replicas-to-write', '1');
    const few = await hand.finds('replicas-too-few', 'master', Date.now());
    assert.match(await hand.exec('master', 'redis-cli', 'set', 'page', '3'), /^NOREPLICAS/);
    await hand.fix(few.problem);
    await hand.gone('replicas-too-few', 'master');
    told.push({
      code: few.problem.what.code,
      ms: few.ms,
      mended: await hand.exec('master', 'redis-cli', 'set', 'page', '3'),
    });
    await on('min-replicas-to-write', '0', 'save', '');
    await linked(hand, 'replica');
    return told;
  },
};

const access: BeyondCase = {
  name: 'a user that may not copy',
  async run(hand) {
    await say(hand, 'master', ['ACL', 'SETUSER', 'copier', 'on', '>s3cret', '+ping']);
    await say(hand, 'replica', ['CONFIG', 'SET', 'masteruser', 'copier', 'masterauth', 's3cret']);
    await say(hand, 'master', ['CLIENT', 'KILL', 'TYPE', 'replica']);
    const refused = hand.says('master', /copier/, 'redis-cli', 'acl', 'log');
    const { ms, problem } = await hand.finds('acl-denies', 'master', refused);
    await hand.fix(problem);
    await linked(hand, 'replica');
    await hand.gone('acl-denies', 'master');
    await say(hand, 'replica', ['CONFIG', 'SET', 'masteruser', '', 'masterauth', '']);
    return [{ code: 'acl-denies', ms, mended: 'master_link_status:up' }];
  },
};

const doors: BeyondCase = {
  name: 'one that crashes, one that is open, one by an address that passes',
  async run(hand) {
    const told: Told[] = [];
    await server(hand, 'crashes', ['--enable-debug-command', 'yes']);
    await hand.start('crashes');
    await answers(hand, 'crashes');
    const dies = docker('wait', hand.name('crashes')).then(() => Date.now());
    await docker('exec', hand.name('crashes'), 'redis-cli', 'debug', 'segfault').catch(() => undefined); // it dies of it
    const died = await hand.finds('died', 'crashes', dies);
    await hand.fix(died.problem);
    await answers(hand, 'crashes');
    await hand.gone('died', 'crashes');
    told.push({ code: 'died', ms: died.ms, mended: await hand.exec('crashes', 'redis-cli', 'ping') });

    // the engine's own side of its network: not loopback, and nobody outside this machine gets there
    const gateway = await docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', hand.name('net'));
    await hand.create(
      'open',
      ['--network', hand.name('net'), '-p', `${gateway}:${await testPort()}:6379`],
      ['redis-server', '--protected-mode', 'no'],
    );
    await hand.start('open');
    await answers(hand, 'open');
    const open = await hand.finds('open-to-network', 'open', Date.now());
    await hand.fix(open.problem);
    await hand.gone('open-to-network', 'open');
    told.push({ code: 'open-to-network', ms: open.ms, mended: await hand.exec('open', 'redis-cli', 'ping') });

    await hand.create('old', ['-p', `127.0.0.1:${await testPort()}:6379`], ['redis-server', '--protected-mode', 'no']);
    await hand.start('old');
    await hand.create(
      'older',
      ['-p', `127.0.0.1:${await testPort()}:6379`],
      ['redis-server', '--protected-mode', 'no', '--replicaof', await hand.addressOf('old'), '6379'],
    );
    await hand.start('older');
    const linkedAt = hand.says('older', /master_link_status:up/, 'redis-cli', 'info', 'replication');
    const may = await hand.finds('address-may-move', 'older', linkedAt);
    told.push({
      code: 'address-may-move',
      ms: may.ms,
      mended: 'no fix offered: it works until containers start in another order',
    });
    await docker('rm', '-f', '-v', ...['crashes', 'open', 'old', 'older'].map(each => hand.name(each)));
    return told;
  },
};

const files: BeyondCase = {
  name: 'files of one topology that contradict each other',
  async run(hand) {
    hand.conf('keeper', ['port 6379', 'protected-mode no', 'min-replicas-to-write 3']);
    await server(hand, 'keeper', [], [], true);
    await hand.start('keeper');
    hand.conf('copy', ['port 6379', 'protected-mode no', `replicaof ${await hand.addressOf('keeper')} 6379`]);
    await server(hand, 'copy', [], [], true);
    await hand.start('copy');
    await linked(hand, 'copy');
    const { ms, problem } = await hand.finds('conf-rule', 'keeper', Date.now());
    assert.deepEqual([problem.what.rule, problem.place?.line], ['topology-min-replicas', 3]);
    hand.conf('keeper', ['port 6379', 'protected-mode no']);
    await hand.gone('conf-rule', 'keeper');
    await docker('rm', '-f', '-v', hand.name('keeper'), hand.name('copy'));
    return [{ code: 'conf-rule', ms, mended: 'its line is led to; gone once it was put right by hand' }];
  },
};

/** A Sentinel topology by hand: master `<prefix>a`, replica `<prefix>b`, Sentinels `<prefix>1` to 3, the last by a shell without a published port. */
export async function sentinels(hand: HandMade, prefix: string, quorum = 2): Promise<void> {
  const [master, replica] = [`${prefix}a`, `${prefix}b`];
  await server(hand, master);
  await hand.start(master);
  const address = await hand.addressOf(master);
  await server(hand, replica, ['--replicaof', address, '6379']);
  await hand.start(replica);
  const name = `${prefix}-${hand.prefix}`;
  for (const index of [1, 2, 3]) {
    const each = `${prefix}${index}`;
    const byShell = index === 3;
    hand.conf(each, [
      ...(byShell ? [] : ['port 6379']),
      'protected-mode no',
      `sentinel monitor ${name} ${address} 6379 ${quorum}`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
    ]);
    // the image's own user writes there
    chmodSync(join(hand.folder, each, 'conf'), 0o777);
    chmodSync(join(hand.folder, each, 'conf', 'redis.conf'), 0o666);
    await hand.create(
      each,
      [
        '--network',
        hand.name('net'),
        ...(byShell ? [] : ['-p', `127.0.0.1:${await testPort()}:6379`]),
        '-v',
        `${hand.folder}/${each}/conf:/etc/redis`,
      ],
      byShell
        ? ['sh', '-c', 'exec redis-server /etc/redis/redis.conf --sentinel']
        : ['redis-server', '/etc/redis/redis.conf', '--sentinel'],
    );
    await hand.start(each);
  }
  await healthy(hand, () => hand.inventory.snapshot.topologies.find(({ masterName }) => masterName === name), 5);
}

export const allOf = (prefix: string): readonly string[] => ['a', 'b', '1', '2', '3'].map(each => `${prefix}${each}`);

const disagreeing: BeyondCase = {
  name: 'sentinels that disagree, lost their clock, are too few; nobody to promote; one that is frozen',
  async run(hand) {
    try {
      return await disagreements(hand);
    } finally {
      // whoever is left would believe whatever comes to its addresses next
      await docker('rm', '-f', '-v', ...allOf('w').map(each => hand.name(each)));
    }
  },
};

async function disagreements(hand: HandMade): Promise<readonly Told[]> {
  const told: Told[] = [];
  await sentinels(hand, 'w');
  const master =
    hand.inventory.snapshot.topologies.find(({ masterName }) => masterName === `w-${hand.prefix}`)?.masterName ?? '';
  await say(hand, 'w1', ['SENTINEL', 'SET', master, 'failover-timeout', '54321']);
  const drift = await hand.finds('sentinel-drift', 'w1', Date.now());
  await hand.fix(drift.problem);
  await hand.gone('sentinel-drift');
  assert.match(await hand.exec('w1', 'redis-cli', 'sentinel', 'master', master), /failover-timeout\n5000/);
  told.push({ code: 'sentinel-drift', ms: drift.ms, mended: 'failover-timeout 5000 on all' });

  await say(hand, 'wb', ['CONFIG', 'SET', 'replica-priority', '0']);
  const since = Date.now();
  const [none, never] = await Promise.all([
    hand.finds('no-candidate', 'wa', since),
    hand.finds('never-promoted', 'wb', since),
  ]);
  await say(hand, 'wb', ['CONFIG', 'SET', 'replica-priority', '100']);
  await hand.gone('no-candidate', 'wa');
  const wanted = 'no fix offered: somebody wants it so';
  told.push(
    { code: 'no-candidate', ms: none.ms, mended: wanted },
    { code: 'never-promoted', ms: never.ms, mended: wanted },
  );

  await docker('pause', hand.name('wb'));
  const frozen = await hand.finds('paused', 'wb', Date.now());
  await hand.fix(frozen.problem);
  await hand.gone('paused', 'wb');
  told.push({ code: 'paused', ms: frozen.ms, mended: await hand.exec('wb', 'redis-cli', 'ping') });

  // a clock that missed 2 s is what it tilts at; the Sentinel's own clock calms down after 30 s
  await docker('pause', hand.name('w2'));
  await new Promise(resolve => setTimeout(resolve, 3500));
  await docker('unpause', hand.name('w2'));
  const tilt = await hand.finds('tilt', 'w2', Date.now());
  told.push({
    code: 'tilt',
    ms: tilt.ms,
    mended: 'no fix offered: the Sentinel comes out of it by itself after 30 s',
  });
  await hand.gone('tilt', 'w2', 45_000);

  for (const each of ['w1', 'w2', 'w3']) await say(hand, each, ['SENTINEL', 'SET', master, 'quorum', '1']);
  await docker('kill', hand.name('w1'), hand.name('w2'));
  const few = await hand.finds('majority-unmet', 'w1', Date.now());
  const fixable = await until('offered, once the engine has told of the ends as well', () => {
    const problem = hand.problem('majority-unmet', 'w1');
    return problem?.fixes.some(fix => fix.code === 'start-node' && fix.nodes.length === 2) === true
      ? problem
      : undefined;
  });
  await hand.fix(fixable);
  await hand.gone('majority-unmet');
  await until(
    'it says so itself',
    async () => /^OK 3 usable/.test(await hand.exec('w3', 'redis-cli', '-p', '26379', 'sentinel', 'ckquorum', master)),
    30_000,
  );
  told.push({ code: 'majority-unmet', ms: few.ms, mended: 'CKQUORUM OK 3 usable' });
  return told;
}

/** Those of seconds, and the one with Sentinels. */
export const beyondMore: readonly BeyondCase[] = [figures, access, doors, files, disagreeing];
