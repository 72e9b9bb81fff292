import assert from 'node:assert/strict';
import { scanWords } from '../../../src/conf/scanner';

const values = (line: string): string[] => scanWords(line, 0, line.length).words.map(word => word.value);
const fault = (line: string): string | undefined => scanWords(line, 0, line.length).fault?.kind;

suite('scanner: words as sdssplitargs splits them', () => {
  const split: readonly (readonly [line: string, words: readonly string[]])[] = [
    ['port 6379', ['port', '6379']],
    ['  port \t 6379\r', ['port', '6379']],
    ['a\vb\fc d', ['a\vb\fc', 'd']],
    ['\va', ['a']],
    ['"a b" c', ['a b', 'c']],
    ['ab"c d" e', ['abc d', 'e']],
    ['"\\n\\r\\t\\b\\a\\q\\\\\\""', ['\n\r\t\b\x07q\\"']],
    ['"\\x41\\x4"', ['Ax4']],
    ['"\\xff"', ['\udcff']],
    ["'it\\'s \\n'", ["it's \\n"]],
    ['a\\ b', ['a\\', 'b']],
    ['"" x', ['', 'x']],
    ['"a"\fb', ['a', 'b']],
    ['${PORT} $X', ['${PORT}', '$X']],
  ];
  for (const [line, words] of split) test(JSON.stringify(line), () => assert.deepEqual(values(line), words));

  const faults: readonly (readonly [line: string, kind: string | undefined])[] = [
    ["it's", 'unclosed'],
    ['"a', 'unclosed'],
    ['"C:\\redis\\"', 'unclosed'],
    ['"a"b', 'after-quote'],
    ['"a""b"', 'after-quote'],
    ['"a" b', undefined],
    ["'a'\tb", undefined],
    ['"a"', undefined],
    ['"270"01 "x', 'after-quote'],
  ];
  for (const [line, kind] of faults)
    test(`${JSON.stringify(line)} is ${kind ?? 'fine'}`, () => assert.equal(fault(line), kind));
});
