import assert from 'node:assert/strict';
import { confLine, confText, confWord } from '../../../src/topology/confText';

suite('topology/confText', () => {
  const words: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['/data', '/data'],
    ['*', '*'],
    ['-::*', '-::*'],
    ['<password>', '<password>'],
    ['a#b', 'a#b'],
    ['', '""'],
    ['#a', '"#a"'],
    ['a b', '"a b"'],
    ['a"b', '"a\\"b"'],
    ["a'b", '"a\'b"'],
    ['a\\b', '"a\\\\b"'],
    ['a\nb', '"a\\nb"'],
    ['a\tb', '"a\\tb"'],
    ['a\rb', '"a\\rb"'],
    ['\x01', '"\\x01"'],
    ['数据', '"\\xe6\\x95\\xb0\\xe6\\x8d\\xae"'],
  ];
  for (const [word, text] of words) test(`${JSON.stringify(word)} → ${text}`, () => assert.equal(confWord(word), text));

  test('a line and a file', () => {
    assert.equal(confLine('dir', '/my data'), 'dir "/my data"');
    assert.equal(confText([confLine('port', 1), undefined, confLine('appendonly', 'yes')]), 'port 1\nappendonly yes\n');
  });
});
