/** Byte strings by chance, and files with damage by chance, for the robustness of everything that reads conf files. */
import { Generator } from './confLines';
import type { Target } from '../../src/conf/target';

const odd = [
  '\0',
  '\r',
  '\n',
  '\t',
  '\f',
  '\v',
  '"',
  "'",
  '\\',
  '#',
  ' ',
  '\ufeff',
  '\udcff',
  'é',
  '😀',
  '*',
  '(',
  ')',
  '|',
  '@',
  '\\x4',
  '${',
  '-',
  '::',
  '[',
  '%',
  '\u2028',
  '\ud800',
];

/** One text: bytes of any kind, or generated lines with bytes replaced, dropped, doubled and moved. */
export function oddText(generator: Generator): string {
  if (generator.chance(0.3))
    return Array.from({ length: generator.number(200) }, () =>
      generator.chance(0.5)
        ? generator.pick(odd)
        : String.fromCharCode(generator.number(generator.chance(0.9) ? 128 : 0x3000)),
    ).join('');
  const lines = Array.from({ length: 1 + generator.number(8) }, () =>
    generator.chance(0.3) ? generator.sentinelLine(['m', 'n']) : generator.line(),
  );
  let text = lines.join('\n');
  for (let i = generator.number(6); i > 0 && text.length > 0; i--) {
    const at = generator.number(text.length);
    const to = Math.min(text.length, at + generator.number(12));
    text = generator.pick([
      () => text.slice(0, at) + generator.pick(odd) + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => text.slice(0, at) + generator.pick(odd) + text.slice(at + 1),
    ])();
  }
  return text;
}

export const fuzzer = (target: Target, seed: number): Generator => new Generator(target, seed);
