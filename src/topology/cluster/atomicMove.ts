import { delay } from '../../base/abort';
import { HumanError } from '../../base/errors';
import { readFlat } from '../../model/flat';
import { formatRanges } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { Reply } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import type { CrewMember } from './crew';
import { ask } from './wire';

/**
 * Moving slots as one act of the servers, where they offer it: Redis 8.4 `CLUSTER MIGRATION` (asked of the taker), Valkey 9 `CLUSTER MIGRATESLOTS`
 * (asked of the giver). No slot is open meanwhile, and a cancel leaves everything where it was.
 * Shapes of the replies: redis.io/commands/cluster-migration, valkey.io/commands/cluster-getslotmigrations.
 */
export interface AtomicMove {
  /** `text` is what the server says of the work: its state, or why it tries again. Resolves with false when cancelled. */
  run(ranges: readonly SlotRange[], signal: AbortSignal, onState: (text: string) => void): Promise<boolean>;
}

export type AtomicMoveFault =
  /** The servers gave up; none of these slots moved. */
  {
    readonly code: 'move-atomic-failed';
    readonly from: string;
    readonly to: string;
    readonly ranges: readonly SlotRange[];
    readonly text: string;
  };

/** State of one migration, as both families can tell it. */
interface Sight {
  readonly state: 'going' | 'done' | 'failed' | 'cancelled';
  readonly text: string;
}

const EVERY_MS = 100;
const ANSWER_MS = 5000;

/** Asks both servers whether they can; undefined when slots must be moved key by key. */
export async function atomicMoveBetween(source: CrewMember, target: CrewMember): Promise<AtomicMove | undefined> {
  const question = ['COMMAND', 'INFO', 'cluster|migration', 'cluster|migrateslots'];
  const [atSource, atTarget] = await Promise.all(
    [source, target].map(async ({ connection }) => {
      const [reply] = await connection.pipeline([question], { timeoutMs: ANSWER_MS });
      return Array.isArray(reply) ? (reply as readonly Reply[]).map(one => Array.isArray(one)) : []; // refused by an ACL: as if it did not know
    }),
  );
  if (atTarget?.[0] === true && atSource?.[0] === true) return watched(source, target, importBy(target));
  if (atTarget?.[1] === true && atSource?.[1] === true) return watched(source, target, exportBy(source, target));
  return undefined;
}

interface Family {
  /** Orders the work; gives back how it is looked at and how it is recalled. */
  start(ranges: readonly SlotRange[]): Promise<{ look(): Promise<Sight>; cancel(): Promise<void> }>;
}

function watched(source: CrewMember, target: CrewMember, family: Family): AtomicMove {
  return {
    async run(ranges, signal, onState) {
      const work = await family.start(ranges);
      for (let recalled = false; ;) {
        const { state, text } = await work.look();
        if (state === 'done') return true;
        if (state === 'cancelled' && recalled) return false;
        if (state !== 'going')
          throw new HumanError<AtomicMoveFault>({
            code: 'move-atomic-failed',
            from: source.name,
            to: target.name,
            ranges,
            text,
          });
        onState(text);
        if (signal.aborted && !recalled) {
          recalled = true;
          await work.cancel(); // it may be done by now: the next look tells
        }
        await delay(EVERY_MS, recalled ? undefined : signal).catch(() => undefined); // a cancel ends the wait, and is heard above
      }
    },
  };
}

/** Redis: the taker imports, and gives the work an id. */
function importBy(target: CrewMember): Family {
  const call = async (...words: string[]): Promise<Reply> =>
    (await ask(target.connection, [['CLUSTER', 'MIGRATION', ...words]], undefined, ANSWER_MS))[0] as Reply;
  return {
    async start(ranges) {
      const id = String(await call('IMPORT', ...ranges.flat().map(String)));
      return {
        async look() {
          const [task] = listOf(await call('STATUS', 'ID', id));
          if (task === undefined) return { state: 'failed', text: `no task ${id}` };
          const fields = readFlat('CLUSTER MIGRATION STATUS', task);
          const error = String(fields.get('last_error') ?? '');
          switch (fields.get('state')) {
            case 'completed':
              return { state: 'done', text: '' };
            case 'canceled':
              return { state: 'cancelled', text: error };
            case 'failed':
              return { state: 'failed', text: error };
            default:
              return { state: 'going', text: error === '' ? String(fields.get('state')) : error };
          }
        },
        cancel: async () => void (await call('CANCEL', 'ID', id)),
      };
    },
  };
}

/** Valkey: the giver exports; its work is found by slots and taker among those that were not there before. */
function exportBy(source: CrewMember, target: CrewMember): Family {
  const jobs = async (): Promise<ReadonlyMap<string, unknown>[]> =>
    listOf((await ask(source.connection, [['CLUSTER', 'GETSLOTMIGRATIONS']], undefined, ANSWER_MS))[0]).map(job =>
      readFlat('CLUSTER GETSLOTMIGRATIONS', job),
    );
  return {
    async start(ranges) {
      const before = new Set((await jobs()).map(job => job.get('name')));
      await ask(
        source.connection,
        [['CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', ...ranges.flat().map(String), 'NODE', target.id]],
        undefined,
        ANSWER_MS,
      );
      return {
        async look() {
          const job = (await jobs()).find(
            one =>
              !before.has(one.get('name')) && one.get('target_node') === target.id && one.get('operation') === 'EXPORT',
          );
          if (!job) return { state: 'failed', text: `no job for ${formatRanges(ranges)}` };
          const text = String(job.get('message') ?? '');
          switch (job.get('state')) {
            case 'success':
              return { state: 'done', text: '' };
            case 'cancelled':
              return { state: 'cancelled', text };
            case 'failed':
              return { state: 'failed', text };
            default:
              return { state: 'going', text: String(job.get('state')) };
          }
        },
        async cancel() {
          const [reply] = await source.connection.pipeline([['CLUSTER', 'CANCELSLOTMIGRATIONS']], {
            timeoutMs: ANSWER_MS,
          });
          // "No migrations ongoing": it has just ended by itself
          if (reply instanceof ReplyError && !/no migrations/i.test(reply.text)) throw new Error(reply.text);
        },
      };
    },
  };
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}
