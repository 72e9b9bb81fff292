import type { Engine } from '../engine/engine';
import type { EngineKind } from '../model/instance';
import type { RedisConnector } from '../redis/client';
import type { Records, Secrets } from './ports';

/** What a verb needs of the world. A verb is `(deps, request, signal, onProgress) => Promise<result>`. */
export interface VerbDeps {
  /** The engine of that kind; throws an EngineFault when there is none. */
  engine(kind: EngineKind): Engine;
  readonly connector: RedisConnector;
  readonly secrets: Secrets;
  readonly records: Records;
  /** Identifies machine and installation; goes into the labels of what we make. Not a secret. */
  readonly owner: string;
  /** Milliseconds since the epoch. */
  now(): number;
  uuid(): string;
  /** 32 random bytes, URL-safe text: needs no quoting in any conf line. */
  randomPassword(): string;
}
