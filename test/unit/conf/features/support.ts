import { parseDocument } from '../../../../src/conf/document';
import type { Context } from '../../../../src/conf/features/context';
import { parseTarget } from '../../../../src/conf/target';
import type { Mode } from '../../../../src/conf/types';

/** A context for `text`; the caret is where `¦` stands. */
export function caret(
  text: string,
  target = 'redis-7.0',
  mode: Mode = 'redis',
): { readonly context: Context; readonly offset: number } {
  const offset = text.indexOf('¦');
  return { context: context(text.replace('¦', ''), target, mode), offset };
}

export function context(text: string, target = 'redis-7.0', mode: Mode = 'redis'): Context {
  const parsed = parseTarget(target);
  if (parsed === undefined) throw new Error(`no target: ${target}`);
  return { document: parseDocument(text, 'file:///x.conf'), target: parsed, mode };
}
