/** Colours that depend on the server or on other lines, which a grammar cannot know. */
import type { ConfDocument, Statement } from '../document';
import { lookup, pseudoDirectives } from './context';
import type { Context } from './context';
import { statementsOf } from './lines';
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
  for (const statement of statementsOf(context.document, from, to)) tokens.push(...tokensOf(context, statement));
  return tokens;
}

/** The masters that a file defines, looked for once per parse. */
const mastersIn = new WeakMap<ConfDocument, ReadonlySet<string | undefined>>();

function mastersOf(document: ConfDocument): ReadonlySet<string | undefined> {
  const known = mastersIn.get(document);
  if (known !== undefined) return known;
  const masters = new Set<string | undefined>();
  for (const { name, words } of document.statements) {
    if (name === 'sentinel' && words[1]?.value.toLowerCase() === 'monitor') masters.add(words[2]?.value);
  }
  mastersIn.set(document, masters);
  return masters;
}

function* tokensOf(context: Context, statement: Statement): Generator<SemanticToken> {
  const [name, second, third] = statement.words;
  if (name === undefined) return;
  const token = (
    word: { start: number; end: number },
    type: SemanticToken['type'],
    ...modifiers: SemanticToken['modifiers'][number][]
  ): SemanticToken => ({ start: word.start, end: word.end, type, modifiers });
  if (statement.name === 'sentinel') {
    const kind = sentinelStatement(second?.value ?? '');
    if (kind === undefined || third === undefined) return;
    if (kind.words[0] === 'new-name') yield token(third, 'class', 'declaration');
    else if (kind.words[0] === 'name')
      yield mastersOf(context.document).has(third.value) ? token(third, 'class') : token(third, 'variable');
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
