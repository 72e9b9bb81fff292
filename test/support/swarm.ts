// A Docker swarm on this machine: engines of their own (see secondEngine.ts), joined by a network that only they share. Needs root and vxlan in the kernel.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SecondEngine } from './secondEngine';
import { startSecondEngine } from './secondEngine';

const run = promisify(execFile);

export interface TestSwarm {
  /** The first is the manager, the only one that is spoken to. */
  readonly engines: readonly SecondEngine[];
  /** Takes a machine off the network that the swarm shares, and puts it back: neither its engine nor its tasks are told. @param machine from 1 */
  cable(machine: number, plugged: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** @param name at most 8 letters; nothing whose name begins so may exist. @param number of the first engine's network */
export async function startSwarm(name: string, number: number, machines: number): Promise<TestSwarm> {
  const engines: SecondEngine[] = [];
  const hub = `${name}-hub`;
  const cable = async (machine: number, plugged: boolean): Promise<void> => {
    await run('ip', ['-n', hub, 'link', 'set', `${name}${machine}`, plugged ? 'up' : 'down']);
  };
  const stop = async (): Promise<void> => {
    for (const engine of engines) await engine.docker('swarm', 'leave', '--force').catch(() => undefined); // never joined
    await Promise.all(engines.map(engine => engine.stop()));
    await run('ip', ['netns', 'del', hub]).catch(() => undefined);
  };
  try {
    await run('ip', ['netns', 'add', hub]);
    await run('ip', ['-n', hub, 'link', 'add', 'bridge', 'type', 'bridge']);
    await run('ip', ['-n', hub, 'link', 'set', 'bridge', 'up']);
    for (let index = 1; index <= machines; index++) {
      const own = `${name}${index}`;
      engines.push(await startSecondEngine(own, number + index - 1));
      for (const args of [
        ['link', 'add', 'swarm', 'netns', own, 'type', 'veth', 'peer', 'name', own, 'netns', hub],
        ['-n', hub, 'link', 'set', own, 'master', 'bridge', 'up'],
        ['-n', own, 'addr', 'add', `10.197.${number}.${index}/24`, 'dev', 'swarm'],
        ['-n', own, 'link', 'set', 'swarm', 'up'],
      ])
        await run('ip', args);
    }
    const addressOf = (index: number): readonly string[] =>
      ['--advertise-addr', '--data-path-addr'].flatMap(flag => [flag, `10.197.${number}.${index}`]);
    const [manager, ...workers] = engines;
    await manager?.docker('swarm', 'init', ...addressOf(1));
    const token = (await manager?.docker('swarm', 'join-token', '-q', 'worker')) ?? '';
    for (const [index, worker] of workers.entries())
      await worker.docker('swarm', 'join', ...addressOf(index + 2), '--token', token, `10.197.${number}.1:2377`);
    return { engines, cable, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
