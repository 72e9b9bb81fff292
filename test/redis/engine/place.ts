import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { ConfFile, Engine, InstanceRequest, Ownership, Place, Storage } from '../../../src/engine/engine';

/** Who the tests are, as an editor installation: distinct, so that what they leave behind can be told from a user's. */
export const OWNER = 'engine-tests';
export const IMAGE = 'redis:7.0';

const run = promisify(execFile);

/** The plain command line, as a second witness beside the engine under test. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', [...args], { maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
}

/** Answers of the command line that may fail (it is the state afterwards that counts). */
export async function dockerQuietly(...args: readonly string[]): Promise<void> {
  await docker(...args).catch(() => undefined);
}

export function newOwnership(name = `t${randomUUID().slice(0, 8)}`): Omit<Ownership, 'node'> {
  return {
    topologyId: randomUUID(),
    topologyName: name,
    topologyKind: 'replication',
    owner: OWNER,
    session: randomUUID(),
    schema: 1,
  };
}

export const conf = (port: number, more = ''): ConfFile => ({
  name: 'redis.conf',
  content: `port ${port}\nbind 0.0.0.0\nprotected-mode no\ndir /data\nsave ""\n${more}`,
});

export function requestFor(
  ownership: Omit<Ownership, 'node'>,
  node: string,
  place: Place,
  index: number,
  port: number,
  storage: Storage,
  image = IMAGE,
): InstanceRequest {
  return {
    ownership: { ...ownership, node },
    program: 'redis',
    image,
    place,
    address: place.addresses[index]!,
    port,
    files: [conf(port)],
    storage,
  };
}

/** Removes a topology by the engine under test, so that every test also removes. */
export async function removeAll(engine: Engine, topologyId: string): Promise<void> {
  const owned = await engine.findOwned(topologyId);
  for (const instance of owned.instances) await engine.remove(instance.id, { topologyId });
  await engine.removePlace(topologyId, { data: true });
}
