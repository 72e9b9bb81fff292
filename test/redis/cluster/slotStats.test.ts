import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Topology } from '../../../src/model/snapshot';
import { countKeys, heatKindsOf, heatOf } from '../../../src/webviews/slotFigures';
import { connectTo } from '../../support/clusterServers';
import { newPrefix, testPort, until } from '../../support/naming';
import { noSignal } from '../../support/topologies';

/** Figures for each slot as a real server gives them: Valkey 8.1 with and without `cluster-slot-stats-enabled`, Redis 7.0 without the command. */
suite('cluster: figures of slots', function () {
  this.timeout(60_000);
  const cases: readonly [image: string, options: readonly string[], kinds: string, more: boolean][] = [
    ['valkey/valkey:8.1', ['--cluster-slot-stats-enabled', 'yes'], 'keys cpu in out', false],
    ['valkey/valkey:8.1', [], 'keys', true],
    ['redis:7.0', [], 'keys', false],
  ];
  for (const [image, options, kinds, more] of cases) {
    test(`${image} ${options.join(' ')}`, async () => {
      const name = newPrefix();
      const port = await testPort();
      execFileSync(
        'docker',
        [
          'run',
          '-d',
          '--rm',
          '--name',
          name,
          '--label',
          `redis-topology-test=${name}`,
          '-p',
          `127.0.0.1:${port}:6379`,
          image,
          image.startsWith('valkey') ? 'valkey-server' : 'redis-server',
          '--cluster-enabled',
          'yes',
          '--protected-mode',
          'no',
          ...options,
        ],
        { stdio: 'ignore' },
      );
      try {
        const connection = await until('answer', () => connectTo(port));
        await connection.pipeline([['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']], { timeoutMs: 20_000 });
        await until('state ok', async () =>
          String(await connection.call(['CLUSTER', 'INFO'])).includes('cluster_state:ok'),
        );
        for (let n = 0; n < 50; n++) await connection.call(['SET', `{page}:${n}`, 'x'.repeat(100)]);
        const topology = {
          cluster: {
            shards: [{ masterId: 'm', replicaIds: [], ranges: [[0, 16383]], slots: 16384 }],
            members: [{ id: 'm', node: 'n' }],
            open: [],
          },
        } as unknown as Topology;
        const inventory = { connectionTo: () => connectTo(port) };
        assert.deepEqual(await countKeys(inventory, topology, 144, noSignal), { keys: 50 });
        const offered = await heatKindsOf(inventory, topology, noSignal);
        assert.deepEqual([offered.kinds.join(' '), offered.more], [kinds, more]);
        for (const kind of offered.kinds) {
          const figures = new Array<number>(16384).fill(-1);
          await heatOf(inventory, topology, kind, noSignal, (first, some) =>
            some.forEach((figure, index) => {
              figures[first + index] = figure;
            }),
          );
          assert.ok(
            figures.every(figure => figure >= 0),
            `${kind}: all slots are told`,
          );
          const busiest = figures.indexOf(Math.max(...figures));
          if (kind === 'keys') assert.deepEqual([figures[144], busiest], [50, 144]);
          else
            assert.ok((figures[144] as number) > 0 && busiest === 144, `${kind}: ${figures[144]}, busiest ${busiest}`);
        }
        const cancelled = AbortSignal.abort();
        await assert.rejects(
          heatOf(inventory, topology, 'keys', cancelled, () => assert.fail('nothing after a cancel')),
        );
        connection.dispose();
      } finally {
        execFileSync('docker', ['rm', '-f', name], { stdio: 'ignore' });
      }
    });
  }
});
