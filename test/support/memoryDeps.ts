import { randomBytes, randomUUID } from 'node:crypto';
import type { Engine } from '../../src/engine/engine';
import type { RedisConnector } from '../../src/redis/client';
import type { VerbDeps } from '../../src/topology/deps';
import type { Records, Secrets } from '../../src/topology/ports';

/** Secrets in a map. */
export class MemorySecrets implements Secrets {
  readonly kept = new Map<string, string>();
  get(topologyId: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(topologyId));
  }
  set(topologyId: string, password: string): Promise<void> {
    this.kept.set(topologyId, password);
    return Promise.resolve();
  }
  delete(topologyId: string): Promise<void> {
    this.kept.delete(topologyId);
    return Promise.resolve();
  }
}

/** Records as JSON text, so that whatever can't be stored is found out. `onSet` sees each write before it is safe. */
export class MemoryRecords implements Records {
  readonly kept = new Map<string, string>();
  onSet: (key: string, value: unknown) => void = () => undefined;
  keys(): readonly string[] {
    return [...this.kept.keys()];
  }
  get(key: string): unknown {
    const text = this.kept.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }
  async set(key: string, value: unknown): Promise<void> {
    this.onSet(key, value);
    await Promise.resolve();
    this.kept.set(key, JSON.stringify(value));
  }
  delete(key: string): Promise<void> {
    this.kept.delete(key);
    return Promise.resolve();
  }
}

export interface MemoryDeps extends VerbDeps {
  readonly secrets: MemorySecrets;
  readonly records: MemoryRecords;
}

export function memoryDeps(engine: Engine, connector: RedisConnector): MemoryDeps {
  return {
    engine: () => engine,
    connector,
    secrets: new MemorySecrets(),
    records: new MemoryRecords(),
    owner: 'test-machine',
    now: () => Date.now(),
    uuid: () => randomUUID(),
    randomPassword: () => randomBytes(32).toString('base64url'),
  };
}
