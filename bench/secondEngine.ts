/**
 * needs: docker, openssl
 * Claim: an engine on another machine is used like this one's. A second Docker engine with a network, mounts and a host name of its own, reached
 * by TCP with TLS through a Docker context: topologies of all three kinds are made (volumes, uploads), seen, failed over, stopped, killed, paused,
 * started and removed, every server through the engine; afterwards nothing is left on either. `npm run bench -- secondEngine`
 */
import assert from 'node:assert/strict';
import { FarStage, objectsOf } from '../test/support/farStage';
import { startSecondEngine } from '../test/support/secondEngine';
import { volume } from '../test/support/topologies';

async function main(): Promise<void> {
  const second = await startSecondEngine('rte-second', 77);
  const stage = new FarStage(second, 'second-engine', () => Promise.resolve(volume));
  const objects = (): Promise<readonly string[]> => objectsOf(second, 'container', 'network', 'volume');
  try {
    const about = await second.docker('info', '--format', '{{.Name}}, Docker {{.ServerVersion}}');
    stage.say(`second engine: ${about}, tcp://${second.host}:2376, TLS both ways`);
    await second.copyImage('redis:7.0');
    const before = await objects();
    const { title, sharesFiles, afar } = await stage.engine.describe();
    stage.say(`${title}; shares files: ${sharesFiles}; elsewhere: ${afar === true}`);
    assert.deepEqual([sharesFiles, afar], [false, true]);
    assert.match(title, /far \(tcp:/);
    stage.inventory.setVisible(true);
    await stage.inventory.refresh();

    for (const kind of ['replication', 'sentinel', 'cluster'] as const) {
      const made = await stage.make(kind);
      const { nodes } = await stage.whole(made);
      assert.ok(
        nodes.every(({ reachable }) => reachable?.via !== undefined),
        'a server is reached past its engine',
      );
      stage.say(`${kind}: ${nodes.length} servers made in ${made.report.totalMs.toFixed(0)} ms and seen`);
      await stage.failOver(made);
      const replica = await stage.role(made, 'replica');
      const took = await stage.act(replica, 'stop', 'start', 'kill', 'start', 'pause', 'unpause', 'restart');
      await stage.whole(made);
      stage.say(`${replica.name}: ${took}; answers again`);
      await stage.remove(made);
    }

    assert.deepEqual(await objects(), before, 'left on the second engine');
    await stage.leavesThisMachineAlone();
    stage.say('nothing left on either engine');
  } finally {
    stage.end();
    await second.stop();
    stage.say('second engine ended');
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
