/** What is under the pointer, as facts; the words are put together where the language of the user is known. */
import type { Statement } from '../document';
import { historyOf } from '../table';
import type { History, Known } from '../table';
import { lookup, pseudoDirectives } from './context';
import type { Context } from './context';
import { memoryBytes } from './quantities';
import { isSecret } from './secrets';
import { sentinelStatement } from './statements';
import type { SentinelStatement } from './statements';

export type HoverFacts = { readonly start: number; readonly end: number } &
  /** A directive: what the target makes of it, and its history. `known` is absent when the target has no such name. */
  (
    | {
        readonly kind: 'directive';
        readonly name: string;
        readonly known: Known | undefined;
        readonly history: History | undefined;
      }
    | { readonly kind: 'pseudo'; readonly name: string }
    | { readonly kind: 'statement'; readonly statement: SentinelStatement }
    | {
        readonly kind: 'master';
        readonly name: string;
        readonly host: string | undefined;
        readonly port: string | undefined;
        readonly quorum: string | undefined;
      }
    /** One of a fixed set of values: `key` names the set in descriptions.json (`values`). */
    | { readonly kind: 'value'; readonly key: string; readonly values: readonly string[] }
    | { readonly kind: 'memory'; readonly bytes: bigint }
  );

export function hoverAt(context: Context, offset: number): HoverFacts | undefined {
  const at = context.document.wordAt(offset);
  const word = at === undefined ? undefined : at.statement.words[at.index];
  if (at === undefined || word === undefined) return undefined;
  const place = { start: word.start, end: word.end };
  const { statement, index } = at;
  if (index === 0) {
    if (pseudoDirectives.has(statement.name)) return { ...place, kind: 'pseudo', name: statement.name };
    const known = lookup(context, statement.name);
    const history = historyOf(statement.name);
    return known === undefined && history === undefined
      ? undefined
      : { ...place, kind: 'directive', name: statement.name, known, history };
  }
  if (isSecret(statement, index)) return undefined;
  return statement.name === 'sentinel'
    ? inStatement(context, statement, index, place)
    : inValue(context, statement, index, place);
}

function inStatement(
  context: Context,
  statement: Statement,
  index: number,
  place: { start: number; end: number },
): HoverFacts | undefined {
  const kind = sentinelStatement(statement.words[1]?.value ?? '');
  if (kind === undefined) return undefined;
  if (index === 1) return { ...place, kind: 'statement', statement: kind };
  const role = kind.words[index - 2];
  if (role !== 'name' && role !== 'new-name') return undefined;
  const name = statement.words[index]?.value ?? '';
  const monitor = context.document.statements.find(
    one => one.name === 'sentinel' && one.words[1]?.value.toLowerCase() === 'monitor' && one.words[2]?.value === name,
  );
  return {
    ...place,
    kind: 'master',
    name,
    host: monitor?.words[3]?.value,
    port: monitor?.words[4]?.value,
    quorum: monitor?.words[5]?.value,
  };
}

function inValue(
  context: Context,
  statement: Statement,
  index: number,
  place: { start: number; end: number },
): HoverFacts | undefined {
  const value = statement.words[index]?.value ?? '';
  if (statement.name === 'user')
    return index === 1 ? undefined : { ...place, kind: 'value', key: 'user', values: [value.toLowerCase()] };
  const setting = lookup(context, statement.name)?.setting;
  if (setting === undefined) return undefined;
  if (setting.type === 'event-flags') return { ...place, kind: 'value', key: setting.id, values: [...new Set(value)] };
  if (setting.type === 'memory' || setting.type === 'buffer-limits') {
    const bytes = /[a-z]$/i.test(value) ? memoryBytes(value) : undefined;
    if (bytes !== undefined && bytes > 0n) return { ...place, kind: 'memory', bytes };
  }
  if (setting.type !== 'enum' && setting.type !== 'buffer-limits') return undefined;
  return { ...place, kind: 'value', key: setting.id, values: [value.toLowerCase()] };
}
