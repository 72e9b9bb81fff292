import { HumanError, isFault, textOf } from '../base/errors';
import type { SilenceReason } from '../model/snapshot';
import type { RedisFault } from '../redis/client';
import { ProbeRefused } from './probe';

/** Why a server is silent, when `error` says that of it; nothing for what is a mistake of ours. */
export function silenceOf(error: unknown): SilenceReason | undefined {
  if (isFault(error, 'redis-silent')) return (error.fault as RedisFault & { code: 'redis-silent' }).reason;
  if (isFault(error, 'unreadable-reply')) return 'not-redis';
  if (error instanceof ProbeRefused) return error.reply.prefix === 'NOPERM' ? 'no-permission' : 'not-redis';
  return undefined;
}

/** What a failure to reach a server says, as it was said: the server's words or the system's, else the reason's name; for a fault that quotes it. */
export function saidBy(error: unknown): string {
  const { text } = (error instanceof HumanError ? error.fault : {}) as { readonly text?: unknown };
  return typeof text === 'string' && text !== '' ? text : (silenceOf(error) ?? textOf(error));
}

/** Of several addresses' failures the one that says most: a word from the server, then a refusal, then nothing at all. */
export function moreTelling(a: unknown, b: unknown): unknown {
  const order: readonly (SilenceReason | undefined)[] = [undefined, 'no-address', 'timeout', 'closed', 'refused'];
  const rank = (error: unknown): number => {
    const index = order.indexOf(silenceOf(error));
    return index < 0 ? order.length : index;
  };
  return rank(b) >= rank(a) ? b : a;
}
