import assert from 'node:assert/strict';
import type { EngineKind, TopologyKind } from '../../../src/model/instance';
import { ProcessDecoys } from '../../support/byHand';
import { crashAndRecover, isCrashChild } from '../../support/crash';
import type { KillPoint } from '../../support/crash';
import { docker, Decoys } from '../../support/dockerWorld';
import { newPrefix, testLabel, testPorts } from '../../support/naming';
import { StrayVolumes } from '../../support/strayVolumes';

type Case = readonly [point: KillPoint, then: 'remove' | 'finish'];

/** A sample; every step both ways is `bench/crash.ts`. */
const suites: readonly (readonly [kind: TopologyKind, engine: EngineKind, cases: readonly Case[]])[] = [
  [
    'sentinel',
    'docker',
    [
      [{ write: 1, when: 'before' }, 'remove'],
      [{ write: 5, when: 'before' }, 'remove'],
      [{ write: 8, when: 'after' }, 'remove'],
      [{ write: 14, when: 'before' }, 'finish'],
      [{ write: 20, when: 'after' }, 'finish'],
      [{ write: 40, when: 'before' }, 'finish'],
    ],
  ],
  [
    'cluster',
    'docker',
    [
      [{ write: 9, when: 'after' }, 'remove'],
      [{ write: 30, when: 'after' }, 'finish'],
    ],
  ],
  [
    'cluster',
    'process',
    [
      [{ write: 4, when: 'after' }, 'remove'],
      [{ write: 17, when: 'before' }, 'finish'],
      [{ write: 30, when: 'after' }, 'finish'],
      [{ write: 30, when: 'after' }, 'remove'],
    ],
  ],
  [
    'replication',
    'process',
    [
      [{ write: 7, when: 'after' }, 'remove'],
      [{ write: 12, when: 'after' }, 'finish'],
      [{ write: 19, when: 'before' }, 'remove'],
    ],
  ],
];

if (!isCrashChild()) {
  for (const [kind, engine, cases] of suites) {
    suite(`creation killed in the middle: ${kind} by ${engine}`, () => {
      const name = newPrefix();
      let decoys: Decoys | ProcessDecoys;
      suiteSetup(async () => {
        decoys = engine === 'docker' ? new Decoys(name) : await ProcessDecoys.start();
      });
      suiteTeardown(() => decoys.remove());

      for (const [point, then] of cases) {
        test(`${point.when} journal write ${point.write}, then ${then}`, async function () {
          this.timeout(120_000);
          const { killed } = await crashAndRecover(
            __filename,
            { name, kind, engine, firstPort: await testPorts(10) },
            point,
            then,
            decoys,
          );
          assert.ok(killed, 'the creation has fewer journal writes than this');
        });
      }
    });
  }

  test('a volume that nobody named is laid at the door of who mounted it', async function () {
    this.timeout(60_000);
    const name = newPrefix();
    const label = (topology: string): readonly string[] => [
      '--label',
      `${testLabel}=${name}`,
      '--label',
      `redis-topology.name=${topology}`,
    ];
    const existing = docker('run', '-d', ...label(`${name}-older`), '--network', 'none', 'redis:7.0');
    const volumes = await StrayVolumes.watch(name);
    const mine = docker('run', '-d', ...label(name), '--network', 'none', 'redis:7.0');
    const another = docker('run', '-d', ...label(`${name}-x`), '--network', 'none', 'redis:7.0');
    const never = docker('create', ...label(name), 'redis:7.0');
    const ofMine = [mine, never]
      .map(id => docker('inspect', '--format', '{{range .Mounts}}{{.Name}}{{end}}', id))
      .sort();
    const ofOthers = [existing, another].map(id =>
      docker('inspect', '--format', '{{range .Mounts}}{{.Name}}{{end}}', id),
    );
    try {
      assert.deepEqual([...volumes.mounted()].sort(), ofMine);
      docker('rm', '-f', existing, mine, another, never); // as somebody who forgets the volumes
      assert.deepEqual(
        [...(await volumes.left())].filter(one => [...ofMine, ...ofOthers].includes(one)).sort(),
        ofMine,
      );
    } finally {
      volumes.dispose();
      docker('volume', 'rm', ...ofMine, ...ofOthers);
    }
  });
}
