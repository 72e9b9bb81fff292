/** Colours that depend on the server or on other lines, which a grammar cannot know. */
import type { Statement } from '../document';
import { lookup, pseudoDirectives } from './context';
import type { Context } from './context';
import { sentinelStatement } from './statements';

export const tokenTypes = ['property', 'class', 'enumMember', 'variable'] as const;
export const tokenModifiers = ['declaration', 'deprecated', 'readonly'] as const;

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  /**
   * `property`: a directive the target knows, `deprecated` under its old name or without effect, `readonly` when only a
   * restart changes it. `variable`: a name it does not know. `class`: a master or user, `declaration` where it is named.
   * `enumMember`: a value that the target takes.
   */
  readonly type: (typeof tokenTypes)[number];
  readonly modifiers: readonly (typeof tokenModifiers)[number][];
}

export function semanticTokens(context: Context, from = 0, to = Infinity): SemanticToken[] {
  const tokens: SemanticToken[] = [];
  const masters = new Set(context.document.statements.filter(one => isMonitor(one)).map(one => one.words[2]?.value));
  for (const statement of context.document.statements) {
    if (statement.line > to) break;
    if (statement.line >= from) tokens.push(...tokensOf(context, statement, masters));
  }
  return tokens;
}

const isMonitor = (statement: Statement): boolean => statement.name === 'sentinel' && statement.words[1]?.value.toLowerCase() === 'monitor';

function* tokensOf(context: Context, statement: Statement, masters: ReadonlySet<string | undefined>): Generator<SemanticToken> {
  const [name, second, third] = statement.words;
  if (name === undefined) return;
  const token = (word: { start: number; end: number }, type: SemanticToken['type'], ...modifiers: SemanticToken['modifiers'][number][]): SemanticToken =>
    ({ start: word.start, end: word.end, type, modifiers });
  if (statement.name === 'sentinel') {
    const kind = sentinelStatement(second?.value ?? '');
    if (kind === undefined || third === undefined) return;
    if (kind.words[0] === 'new-name') yield token(third, 'class', 'declaration');
    else if (kind.words[0] === 'name') yield masters.has(third.value) ? token(third, 'class') : token(third, 'variable');
    return;
  }
  if (statement.name === 'user' && second !== undefined) yield token(second, 'class', 'declaration');
  if (pseudoDirectives.has(statement.name)) return;
  const known = lookup(context, statement.name);
  if (known === undefined) yield token(name, 'variable');
  else if (known.ignored || known.aliasOf !== undefined) yield token(name, 'property', 'deprecated');
  else yield known.setting?.mutable === true ? token(name, 'property') : token(name, 'property', 'readonly');
  if (known?.setting?.type !== 'enum') return;
  for (const word of statement.words.slice(1)) {
    if (known.setting.values.includes(word.value.toLowerCase())) yield token(word, 'enumMember');
  }
}
