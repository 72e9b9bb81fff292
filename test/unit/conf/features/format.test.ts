import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDocument } from '../../../../src/conf/document';
import { applyEdits, formatEdits } from '../../../../src/conf/features/format';

const format = (text: string): string => applyEdits(text, formatEdits(parseDocument(text)));
const wordsOf = (text: string): string[][] =>
  parseDocument(text).statements.map(one => one.words.map(word => text.slice(word.start, word.end)));

suite('conf/features/format', () => {
  const cases: readonly (readonly [what: string, before: string, after: string])[] = [
    ['blanks around and between words', '  port \t 6379  \n', 'port 6379\n'],
    ['comments keep their inner blanks', '  #  a   b  \nport 1\n', '#  a   b\nport 1\n'],
    ['quotes and escapes stay', `requirepass   "a\\x41  b"\nlogfile ''\n`, `requirepass "a\\x41  b"\nlogfile ''\n`],
    ['a line with open quotes is left alone', '  logfile  "a b\nport  1\n', '  logfile  "a b\nport 1\n'],
    ['text behind a quote is left alone', 'logfile  "a"b\n', 'logfile  "a"b\n'],
    ['CRLF stays', '  port  1 \r\n\r\nbind  *\r\n', 'port 1\r\n\r\nbind *\r\n'],
    ['no final newline is added', 'port  1', 'port 1'],
    ['empty lines are cut down to two', 'port 1\n\n\n\n\nbind *\n', 'port 1\n\n\nbind *\n'],
    ['lines of blanks become empty', 'port 1\n   \n\t\nbind *\n', 'port 1\n\n\nbind *\n'],
    ['old Mac lines are one line and stay', 'port  1\rbind  *\r', 'port  1\rbind  *\r'],
    ['a NUL byte makes nothing safe', 'port  1\0\nbind  *\n', 'port  1\0\nbind  *\n'],
    ['a form feed line stays', '\f# x\n', '\f# x\n'],
    ['only words are counted, not order', 'b  2\na  1\n', 'b 2\na 1\n'],
  ];
  for (const [what, before, after] of cases) test(what, () => assert.equal(format(before), after));

  test('a range changes its lines only', () => {
    const document = parseDocument(' a  1\n b  2\n c  3\n');
    assert.equal(applyEdits(document.text, formatEdits(document, { from: 1, to: 1 })), ' a  1\nb 2\n c  3\n');
  });

  test('any text: formatting twice is formatting once, and no word changes', () => {
    const piece = fc.constantFrom(
      'port',
      '6379',
      '#',
      '"',
      "'",
      ' ',
      '  ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '\f',
      '\v',
      '\\',
      '\\x41',
      'é',
      '\0',
      'a',
      '\uFEFF',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const text = pieces.join('');
        const once = format(text);
        assert.equal(format(once), once);
        assert.deepEqual(wordsOf(once), wordsOf(text));
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});
