import { innerWords } from './rules/phrases';
import type { Data } from './types';

/** The holes of messages and fixes that hold a phrase of {@link innerWords}; what stands in the others is the file's own, and is the same in every language. */
export const innerHoles: ReadonlySet<string> = new Set([
  'expected',
  'got',
  'hint',
  'history',
  'mounts',
  'part',
  'problem',
  'what',
  'where',
  'who',
  'why',
  'zero',
]);

const hole = /\{(\w+)\}/g;
const withHoles = Object.values(innerWords).flatMap(template => {
  const names = [...template.matchAll(hole)].map(match => match[1] ?? '');
  if (names.length === 0) return [];
  const text = template
    .split(hole)
    .map((part, at) => (at % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '(.+)'));
  return [{ template, names, pattern: new RegExp(`^${text.join('')}$`, 's') }];
});
const exact = new Set(Object.values(innerWords));

/** The template that a phrase was made of, with what was filled in; undefined when it is none of ours. */
export function innerPhrase(text: string): { readonly template: string; readonly data: Data } | undefined {
  if (exact.has(text)) return { template: text, data: {} };
  for (const { template, names, pattern } of withHoles) {
    const found = pattern.exec(text);
    if (found !== null)
      return { template, data: Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ''])) };
  }
  return undefined;
}

/** The data of a finding or a fix with its inner phrases said by `say`. History is a list of phrases. */
export function saidInside(data: Data, say: (template: string, data: Data) => string): Data {
  const phrase = (text: string): string => {
    const known = innerPhrase(text);
    return known === undefined ? text : say(known.template, known.data);
  };
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      !innerHoles.has(name) || typeof value !== 'string' || value === ''
        ? value
        : name === 'history'
          ? value.split('; ').map(phrase).join('; ')
          : phrase(value),
    ]),
  );
}
