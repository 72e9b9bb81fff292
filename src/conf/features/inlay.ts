/** Small notes behind a line: how many bytes a memory value is, what a save point says, how long milliseconds are. */
import type { Statement } from '../document';
import { lookup } from './context';
import type { Context } from './context';
import { statementsOf } from './lines';
import { memoryBytes } from './quantities';
import { sentinelStatement } from './statements';

export type InlayNote = { readonly offset: number; readonly line: number } & (
  | { readonly kind: 'bytes'; readonly bytes: bigint }
  | { readonly kind: 'no-limit' }
  | { readonly kind: 'save'; readonly points: readonly { readonly seconds: number; readonly changes: number }[] }
  | { readonly kind: 'no-snapshots' }
  | { readonly kind: 'milliseconds'; readonly milliseconds: number }
);

/** Notes for the lines `from` to `to`, both inclusive. */
export function inlayNotes(context: Context, from = 0, to = Infinity): InlayNote[] {
  const notes: InlayNote[] = [];
  for (const statement of statementsOf(context.document, from, to)) {
    if (statement.fault !== undefined) continue;
    const note = noteOf(context, statement);
    if (note !== undefined) notes.push(note);
  }
  return notes;
}

function noteOf(context: Context, statement: Statement): InlayNote | undefined {
  const [, value, ...more] = statement.words;
  if (value === undefined) return undefined;
  const at = { offset: statement.words.at(-1)?.end ?? statement.end, line: statement.line };
  if (statement.name === 'sentinel') return sentinelNote(statement, at);
  const setting = lookup(context, statement.name)?.setting;
  if (setting?.type === 'save-points') return saveNote(statement, at);
  if (setting?.type !== 'memory' || more.length > 0) return undefined;
  const bytes = memoryBytes(value.value);
  if (bytes === undefined) return undefined;
  if (bytes === 0n) return setting.id === 'maxmemory' ? { ...at, kind: 'no-limit' } : undefined;
  return bytes >= 1000n ? { ...at, kind: 'bytes', bytes } : undefined;
}

function saveNote(statement: Statement, at: { offset: number; line: number }): InlayNote | undefined {
  const words = statement.words
    .slice(1)
    .flatMap(word => word.value.split(' '))
    .filter(word => word !== '');
  if (words.length === 0) return { ...at, kind: 'no-snapshots' };
  if (words.length % 2 !== 0 || words.some(word => !/^\d+$/.test(word))) return undefined;
  const points = words.flatMap((word, index) =>
    index % 2 === 0 ? [{ seconds: Number(word), changes: Number(words[index + 1]) }] : [],
  );
  return points.some(point => point.seconds < 1) ? undefined : { ...at, kind: 'save', points };
}

function sentinelNote(statement: Statement, at: { offset: number; line: number }): InlayNote | undefined {
  const kinds = sentinelStatement(statement.words[1]?.value ?? '')?.words;
  const index = kinds?.indexOf('milliseconds') ?? -1;
  const value = statement.words[index + 2]?.value ?? '';
  if (index < 0 || !/^\d+$/.test(value) || Number(value) < 1000) return undefined;
  return { ...at, kind: 'milliseconds', milliseconds: Number(value) };
}
