import assert from 'node:assert/strict';
import { isFault } from '../../../src/base/errors';
import type { Reply } from '../../../src/redis/client';
import { ReplyError } from '../../../src/redis/client';
import { Prober, ProbeRefused } from '../../../src/topology/probe';
import { infoTexts } from '../model/texts';

/** A server in memory: answers by command line, counts round trips. */
class Answers {
  readonly asked: string[][] = [];
  constructor(public replies: Record<string, Reply | ReplyError>) {}
  pipeline(commands: readonly (readonly string[])[]): Promise<readonly (Reply | ReplyError)[]> {
    this.asked.push(commands.map(command => command.join(' ')));
    return Promise.resolve(
      commands.map(command => this.replies[command.join(' ')] ?? new ReplyError('ERR unknown command')),
    );
  }
}

const line = `${'a'.repeat(40)} 10.0.0.2:7000@17000 myself,master - 0 1 1 connected 0-16383\n`;
const clusterReplies = {
  INFO: infoTexts.redis80Cluster,
  'CLUSTER INFO': 'cluster_state:ok\r\ncluster_current_epoch:1',
  'CLUSTER NODES': line,
};
const row = (name: string): Reply => [
  'name',
  name,
  'ip',
  '10.0.0.2',
  'port',
  '6379',
  'flags',
  'master',
  'quorum',
  '2',
  'config-epoch',
  '0',
];
const sentinelReplies = {
  INFO: infoTexts.redis70Sentinel,
  'SENTINEL MYID': 'x',
  'SENTINEL MASTERS': [row('a')],
  'SENTINEL REPLICAS a': [],
  'SENTINEL SENTINELS a': [],
  'SENTINEL CKQUORUM a': 'OK 1 usable Sentinels',
};

suite('topology/probe', () => {
  test('a plain server: one question', async () => {
    const server = new Answers({ INFO: infoTexts.redis62Master });
    const report = await new Prober().probe(server);
    assert.deepEqual([report.mode, report.replication?.role, server.asked], ['standalone', 'master', [['INFO']]]);
  });

  test('a cluster node: two round trips when unknown, then one; one from the start with a hint', async () => {
    const server = new Answers(clusterReplies);
    const prober = new Prober();
    assert.equal((await prober.probe(server)).cluster?.nodes.length, 1);
    await prober.probe(server);
    await new Prober('cluster').probe(server);
    assert.deepEqual(
      server.asked.map(questions => questions.length),
      [1, 2, 3, 3],
    );
  });

  test('the same replies give the same report; other ping times as well', async () => {
    const server = new Answers(clusterReplies);
    const prober = new Prober();
    const first = await prober.probe(server);
    server.replies = { ...clusterReplies, 'CLUSTER NODES': line.replace(' 0 1 1 ', ' 0 1700000000000 1 ') };
    assert.equal(await prober.probe(server), first);
  });

  test('while loading the last cluster view stands', async () => {
    const server = new Answers(clusterReplies);
    const prober = new Prober();
    const first = await prober.probe(server);
    server.replies = {
      INFO: `${infoTexts.redis80Cluster}\r\nloading:1`,
      'CLUSTER INFO': new ReplyError('LOADING Redis is loading'),
      'CLUSTER NODES': new ReplyError('LOADING Redis is loading'),
    };
    assert.equal((await prober.probe(server)).cluster, first.cluster);
  });

  test('a Sentinel: its masters in a further round trip, with the others from then on', async () => {
    const server = new Answers(sentinelReplies);
    const prober = new Prober();
    assert.deepEqual(
      (await prober.probe(server)).sentinel?.masters.map(({ name, quorumCheck }) => [name, quorumCheck.ok]),
      [['a', true]],
    );
    await prober.probe(server);
    assert.deepEqual(
      server.asked.map(questions => questions.length),
      [1, 2, 3, 6],
    );
    server.replies = {
      ...sentinelReplies,
      'SENTINEL MASTERS': [row('a'), row('b')],
      'SENTINEL REPLICAS b': [],
      'SENTINEL SENTINELS b': [],
      'SENTINEL CKQUORUM b': new ReplyError('NOQUORUM 1 usable Sentinels'),
    };
    assert.deepEqual(
      (await prober.probe(server)).sentinel?.masters.map(({ name, quorumCheck }) => [name, quorumCheck.ok]),
      [
        ['a', true],
        ['b', false],
      ],
    );
  });

  test('a server that turned into another kind is asked the right questions at once', async () => {
    const server = new Answers(clusterReplies);
    const prober = new Prober();
    await prober.probe(server);
    server.replies = { INFO: infoTexts.redis70Replica };
    assert.deepEqual([(await prober.probe(server)).mode, prober.report?.cluster], ['standalone', undefined]);
  });

  test('INFO refused, INFO unreadable', async () => {
    await assert.rejects(
      new Prober().probe(new Answers({ INFO: new ReplyError('NOPERM this user has no permissions') })),
      (error: unknown) => error instanceof ProbeRefused && error.reply.prefix === 'NOPERM',
    );
    await assert.rejects(new Prober().probe(new Answers({ INFO: 'hello' })), (error: unknown) =>
      isFault(error, 'unreadable-reply'),
    );
  });
});
