// What goes wrong besides the pitfalls of the notes, brought about on real servers made by hand: found, mended by its fix where it has one, and gone.
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { disconnectNode, reconnectNode } from '../../src/topology/network';
import { promoteToMaster } from '../../src/topology/replicaOf';
import { seatOf } from '../../src/topology/talk';
import { allOf, beyondMore, sentinels } from './beyondMore';
import type { BeyondCase, Told } from './beyondServers';
import { answers, healthy, linked, say, server, signal } from './beyondServers';
import { docker } from './docker';
import type { HandMade } from './handMade';
import { until } from './naming';

const MB = 'x'.repeat(1024 * 1024);

/** Its link stays up, and it is behind. */
const lagging: BeyondCase = {
  name: 'a replica far behind',
  async run(hand) {
    // writes are held up on the replica, those of its master as well: the link stays, and what comes is not taken
    await say(hand, 'replica', ['CLIENT', 'PAUSE', '60000', 'WRITE']);
    for (let i = 0; i < 24; i++) await say(hand, 'master', ['SET', `big:${i}`, MB]);
    const { ms, problem } = await hand.finds('lagging', 'replica', Date.now());
    assert.ok(problem.what.bytes >= 16 * 1024 * 1024, JSON.stringify(problem.what));
    await say(hand, 'replica', ['CLIENT', 'UNPAUSE']);
    await hand.gone('lagging', 'replica');
    await say(hand, 'master', ['FLUSHALL']);
    return [{ code: 'lagging', ms, mended: 'no fix offered: gone once it took what came' }];
  },
};

const auth: BeyondCase = {
  name: 'a master that wants a password',
  async run(hand) {
    await hand.deps.secrets.set(hand.node('master').id, 'pw-by-hand');
    await say(hand, 'master', ['CONFIG', 'SET', 'requirepass', 'pw-by-hand']);
    await hand.exec(
      'master',
      'redis-cli',
      '-a',
      'pw-by-hand',
      '--no-auth-warning',
      'client',
      'kill',
      'type',
      'replica',
    );
    const { ms, problem } = await hand.finds('master-auth', 'replica', Date.now());
    assert.equal(problem.what.missing, true);
    await hand.fix(problem);
    await linked(hand, 'replica');
    await hand.gone('master-auth', 'replica');
    await say(hand, 'master', ['CONFIG', 'SET', 'requirepass', '']);
    await say(hand, 'replica', ['CONFIG', 'SET', 'masterauth', '']);
    return [{ code: 'master-auth', ms, mended: 'master_link_status:up' }];
  },
};

/** A whole copy takes longer than what is written meanwhile may wait: it breaks, and begins again, without end. */
const loop: BeyondCase = {
  name: 'whole copies again and again',
  async run(hand) {
    await say(
      hand,
      'master',
      ['DEBUG', 'POPULATE', '3000', 'key', '100'],
      ['CONFIG', 'SET', 'repl-diskless-sync-delay', '0'],
      ['CONFIG', 'SET', 'repl-backlog-size', '16384'],
      ['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 65536 65536 1'],
      ['CONFIG', 'SET', 'rdb-key-save-delay', '500'],
    );
    let writing = true;
    const writes = (async () => {
      const connection = await hand.inventory.connectionTo(hand.node('master').id);
      for (let i = 0; writing; i++) {
        await connection.call(['SET', `loop:${i % 50}`, 'y'.repeat(20_000)], { timeoutMs: 10_000 });
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      connection.dispose();
    })();
    const copies = async (): Promise<number> =>
      (await docker('logs', hand.name('replica'))).split('\n').filter(line => /Full resync from/.test(line)).length;
    const before = await copies();
    try {
      // until what was written while it was away is more than the backlog holds
      await until('a whole copy', async () => {
        if ((await copies()) > before) return true;
        await say(hand, 'master', ['CLIENT', 'KILL', 'TYPE', 'replica']);
        return undefined;
      });
      const third = until('the third copy', async () => (await copies()) >= before + 3 && Date.now(), 60_000);
      third.catch(() => undefined); // told by what waits for the problem
      const { ms, problem } = await hand.finds('resync-loop', 'replica', third, 60_000);
      await hand.fix(problem);
      await linked(hand, 'replica');
      await hand.gone('resync-loop', 'replica');
      return [{ code: 'resync-loop', ms, mended: 'master_link_status:up under the same load' }];
    } finally {
      writing = false;
      await writes;
    }
  },
};

/** The server takes it without a word. */
const ring: BeyondCase = {
  name: 'a ring of replicas',
  async run(hand) {
    await say(hand, 'master', ['REPLICAOF', await hand.addressOf('replica'), '6379']);
    const { ms, problem } = await hand.finds('replica-ring', undefined, Date.now());
    assert.deepEqual([...problem.what.nodes].sort(), [hand.name('master'), hand.name('replica')]);
    const [fix] = problem.fixes;
    assert.ok(fix?.code === 'promote');
    const promoted = ['master', 'replica'].find(short => hand.node(short).id === fix.node) ?? '';
    const node = seatOf(hand.node(promoted));
    assert.ok(node);
    await promoteToMaster(hand.deps, { node, topologyId: problem.topologyId ?? '' }, signal);
    await hand.gone('replica-ring');
    if (promoted === 'replica') {
      await say(hand, 'master', ['REPLICAOF', 'NO', 'ONE']);
      await say(hand, 'replica', ['REPLICAOF', await hand.addressOf('master'), '6379']);
    }
    await linked(hand, 'replica');
    return [{ code: 'replica-ring', ms, mended: 'role:master, its replica linked' }];
  },
};

const unreadable: BeyondCase = {
  name: 'data and a conf that cannot be read',
  async run(hand) {
    const data = join(hand.folder, 'torn', 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'dump.rdb'), 'REDIS0010 this is no such file, although it begins like one');
    await server(hand, 'torn', [], ['-v', `${data}:/data`]);
    hand.conf('typo', ['port 6379', 'protected-mode no', 'maxmemory-polici allkeys-lru']);
    await server(hand, 'typo', [], [], true);
    await hand.start('torn', 'typo');
    const since = Date.now();
    // one that belongs to nothing is told of as such
    const torn = await hand.finds('data-unreadable', 'torn', since);
    const typo = await hand.finds('conf-refused', 'typo', since);
    assert.equal(typo.problem.place?.line, 3);
    await hand.fix(typo.problem);
    await answers(hand, 'typo');
    await hand.gone('conf-refused', 'typo');
    return [
      { code: 'data-unreadable', ms: torn.ms, mended: 'no fix offered: nobody knows what is left of the data' },
      { code: 'conf-refused', ms: typo.ms, mended: 'PONG' },
    ];
  },
};

const memory: BeyondCase = {
  name: 'killed by the kernel for its memory',
  async run(hand) {
    await server(
      hand,
      'small',
      ['--enable-debug-command', 'yes', '--save', ''],
      ['--memory', '32m', '--memory-swap', '32m'],
    );
    await hand.start('small');
    await answers(hand, 'small');
    const dies = docker('wait', hand.name('small')).then(() => Date.now());
    await docker('exec', hand.name('small'), 'redis-cli', 'debug', 'populate', '200000', 'key', '1000').catch(
      () => undefined, // it dies of it
    );
    const { ms, problem } = await hand.finds('killed', 'small', dies);
    assert.equal(problem.what.outOfMemory, true, JSON.stringify(problem.evidence));
    await hand.fix(problem);
    await answers(hand, 'small');
    await hand.gone('killed', 'small');
    return [{ code: 'killed', ms, mended: 'PONG' }];
  },
};

const overcommit: BeyondCase = {
  name: 'the warning about memory overcommit',
  async run(hand) {
    const warned = /overcommit/i.test(await docker('logs', hand.name('master')));
    if (!warned) return []; // this machine overcommits
    const { ms, problem } = await hand.finds('overcommit', undefined, Date.now());
    assert.equal(problem.severity, 'info');
    return [{ code: 'overcommit', ms, mended: 'nothing to mend: told to be harmless' }];
  },
};

/** An application that writes at the address it has, and comes back there when it is cut. */
class Client {
  readonly #at: { readonly host: string; readonly port: number };
  #socket: Socket | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(at: { readonly host: string; readonly port: number }) {
    this.#at = at;
    this.#timer = setInterval(() => this.#write(), 100);
  }

  #write(): void {
    if (this.#socket?.destroyed !== false) {
      this.#socket = createConnection(this.#at).on('error', () => undefined); // it comes again
      this.#socket.setTimeout(1000, () => this.#socket?.destroy()); // nothing came: what it was led to is not there any more
      this.#socket.resume();
    }
    this.#socket.write('SET page 1\r\n');
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#socket?.destroy();
  }
}

/** A master cut off from its Sentinels and replicas, with a client that stays. */
const parted: BeyondCase = {
  name: 'two masters, and clients on the one that lost',
  async run(hand) {
    await sentinels(hand, 'p');
    await disconnectNode(hand.deps, hand.node('pa'), signal, { reachable: true });
    const client = new Client(hand.node('pa').instance?.ports[0]?.outside ?? { host: '', port: 0 });
    try {
      const promoted = until('promoted', () => hand.node('pb').role === 'master' && Date.now(), 40_000);
      const stale = await hand.finds('clients-on-stale-master', 'pa', promoted, 40_000);
      const split = await hand.finds('split-brain', 'pa', promoted, 40_000);
      assert.deepEqual([stale.problem.severity, split.problem.severity], ['error', 'error']);
      client.dispose();
      const alone = await hand.finds('stale-master', 'pa', Date.now(), 20_000);
      await reconnectNode(hand.deps, hand.node('pa'));
      for (const code of ['split-brain', 'stale-master'] as const) await hand.gone(code, undefined, 40_000);
      assert.equal(hand.node('pa').role, 'replica');
      const mended = 'no fix offered: gone with the partition';
      return [
        { code: 'clients-on-stale-master', ms: stale.ms, mended },
        { code: 'split-brain', ms: split.ms, mended },
        { code: 'stale-master', ms: alone.ms, mended: 'role:slave after the partition' },
      ];
    } finally {
      client.dispose();
      await docker('rm', '-f', '-v', ...allOf('p').map(each => hand.name(each)));
    }
  },
};

/** Three masters and one replica; what only a cluster can suffer from. */
const clusters: BeyondCase = {
  name: 'a cluster: no candidate, slots claimed twice, slots of nobody, no majority',
  async run(hand) {
    const all = ['c1', 'c2', 'c3', 'c4'];
    for (const each of all) await server(hand, each, ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']);
    await hand.start(...all);
    const addresses = await Promise.all(all.map(async each => `${await hand.addressOf(each)}:6379`));
    await hand.exec('c1', 'redis-cli', '--cluster', 'create', ...addresses.slice(0, 3), '--cluster-yes');
    const first = await hand.exec('c1', 'redis-cli', 'cluster', 'myid');
    const join = (): Promise<string> =>
      hand.exec(
        'c1',
        'redis-cli',
        '--cluster',
        'add-node',
        addresses[3] ?? '',
        addresses[0] ?? '',
        '--cluster-slave',
        '--cluster-master-id',
        first,
      );
    await until('all agree', async () =>
      /cluster_state:ok/.test(await hand.exec('c1', 'redis-cli', 'cluster', 'info')),
    );
    await join();
    const topology = () => hand.inventory.snapshot.topologies.find(({ kind }) => kind === 'cluster');
    await healthy(hand, topology, 4);
    const told: Told[] = [];
    await say(hand, 'c4', ['CONFIG', 'SET', 'cluster-replica-no-failover', 'yes']);
    told.push({
      code: 'never-promoted',
      ms: (await hand.finds('never-promoted', 'c4', Date.now())).ms,
      mended: 'no fix offered: somebody wants it so',
    });
    await say(hand, 'c4', ['CONFIG', 'SET', 'cluster-replica-no-failover', 'no']);
    await hand.gone('never-promoted', 'c4');
    // it tells the others a port at which nobody hears their gossip
    await say(hand, 'c4', ['CONFIG', 'SET', 'cluster-announce-bus-port', '1']);
    const suspected = hand.says('c1', /slave,fail\b|slave.* disconnected/, 'redis-cli', 'cluster', 'nodes');
    const bus = await hand.finds('bus-unreachable', 'c4', suspected, 40_000);
    await say(hand, 'c4', ['CONFIG', 'SET', 'cluster-announce-bus-port', '0']);
    await hand.gone('bus-unreachable', 'c4', 40_000);
    told.push({ code: 'bus-unreachable', ms: bus.ms, mended: 'no fix offered: gone once it was put right by hand' });
    // the one that is cut off is patient, the others are not: it goes on serving what they gave to another
    await say(hand, 'c1', ['CONFIG', 'SET', 'cluster-node-timeout', '30000']);
    await disconnectNode(hand.deps, hand.node('c1'), signal, { reachable: true, letGoMs: 2000 });
    const promoted = until('promoted', () => hand.node('c4').role === 'master' && Date.now(), 40_000);
    const twice = await hand.finds('slots-claimed-twice', 'c1', promoted, 40_000);
    told.push({ code: 'slots-claimed-twice', ms: twice.ms, mended: 'no fix offered: gone with the partition' });
    await say(hand, 'c1', ['CONFIG', 'SET', 'cluster-node-timeout', '2000']);
    await reconnectNode(hand.deps, hand.node('c1'));
    await hand.gone('slots-claimed-twice', 'c1', 40_000);
    for (const each of all) await hand.exec(each, 'redis-cli', 'cluster', 'delslots', '144');
    const nobody = await hand.finds('slots-unowned', undefined, Date.now());
    assert.deepEqual(nobody.problem.fixes, [{ code: 'assign-slots' }]);
    await hand.exec('c4', 'redis-cli', 'cluster', 'addslots', '144');
    await hand.gone('slots-unowned', undefined, 40_000);
    told.push({
      code: 'slots-unowned',
      ms: nobody.ms,
      mended: 'Assign Uncovered Slots is a verb with tests of its own',
    });
    await docker('kill', hand.name('c2'), hand.name('c3'));
    const failed = hand.says('c4', /cluster_state:fail/, 'redis-cli', 'cluster', 'info');
    const majority = await hand.finds('cluster-majority', undefined, failed, 40_000);
    await hand.fix(majority.problem);
    await hand.gone('cluster-majority', undefined, 40_000);
    told.push({
      code: 'cluster-majority',
      ms: majority.ms,
      mended: `both started, ${await hand.says('c4', /cluster_state:ok/, 'redis-cli', 'cluster', 'info').then(() => 'cluster_state:ok')}`,
    });
    await docker('rm', '-f', '-v', ...all.map(each => hand.name(each)));
    return told;
  },
};

/** In the order in which they are run: each leaves master and replica as they were. */
export const beyond: readonly BeyondCase[] = [
  overcommit,
  lagging,
  auth,
  ring,
  unreadable,
  memory,
  loop,
  ...beyondMore,
  parted,
  clusters,
];
/** Of these `npm test` brings each about: seconds. Not the memory, which a machine without limits of swap never takes away. */
export const beyondQuick: readonly BeyondCase[] = [overcommit, lagging, auth, ring, unreadable];

/** Network, master and replica that the cases begin with. */
export async function beginBeyond(hand: HandMade): Promise<void> {
  await docker('network', 'create', hand.name('net'));
  await server(hand, 'master', ['--enable-debug-command', 'yes', '--save', '']);
  await hand.start('master');
  await server(hand, 'replica', ['--replicaof', await hand.addressOf('master'), '6379']);
  await hand.start('replica');
  await hand.watch();
  await answers(hand, 'replica');
  await linked(hand, 'replica');
}
