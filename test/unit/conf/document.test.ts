import assert from 'node:assert/strict';
import { byteLength, decodeBytes, encodeText } from '../../../src/conf/bytes';
import { parseDocument } from '../../../src/conf/document';

const shape = (text: string): unknown[] =>
  parseDocument(text).statements.map(one => [one.line, ...one.words.map(word => word.value)]);

suite('document: lines and words with their place', () => {
  const cases: readonly (readonly [name: string, text: string, statements: unknown[]])[] = [
    ['empty', '', []],
    ['comments and blanks', '# a\n\n \t\r\n  # b\nport 1', [[4, 'port', '1']]],
    [
      'CRLF',
      'port 1\r\ntimeout 5\r\n',
      [
        [0, 'port', '1'],
        [1, 'timeout', '5'],
      ],
    ],
    ['CR only is one line', 'port 1\rtimeout 5\r', [[0, 'port', '1', 'timeout', '5']]],
    ['form feed alone is no statement, before # it is', '\f\n\f# x\n', [[1, '#', 'x']]],
    [
      'NUL melts two lines',
      'port 1\ntimeout 5\0 x\nappendonly no\n',
      [
        [0, 'port', '1'],
        [1, 'timeout', '5appendonly', 'no'],
      ],
    ],
    [
      'a NUL far behind melts nothing before',
      'port 1\ntimeout 5\n\0\n',
      [
        [0, 'port', '1'],
        [1, 'timeout', '5'],
      ],
    ],
  ];
  for (const [name, text, statements] of cases) test(name, () => assert.deepEqual(shape(text), statements));

  test('a NUL drops the rest of its 1024-byte chunk only', () => {
    const long = `port 1${' '.repeat(1010)}\0${'x'.repeat(100)}\n`;
    assert.deepEqual(shape(`${long}timeout 5\n`), [
      [0, 'port', '1', 'x'.repeat(93)],
      [1, 'timeout', '5'],
    ]);
  });

  test('ranges point into the source, behind a NUL as well', () => {
    const text = 'port 1\n  timeout\0zz\n "5" x\n';
    const document = parseDocument(text);
    const words = document.statements[1]?.words ?? [];
    assert.deepEqual(
      words.map(word => text.slice(word.start, word.end)),
      ['timeout', '"5"', 'x'],
    );
  });

  test('odd bytes survive a round trip and count as bytes', () => {
    const bytes = Uint8Array.from([0x70, 0xe4, 0xff, 0xfe, 0xc3, 0xa4, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80, 0]);
    const text = decodeBytes(bytes);
    assert.deepEqual([...encodeText(text)], [...bytes]);
    assert.equal(byteLength(text), bytes.length);
  });

  test('pragmas are read from comments only', () => {
    const document = parseDocument(
      '# redis-conf: target=valkey-8.1 mode=sentinel -- why\n#redis-conf-disable-next-line old-name, x\nport 1\n# redis-conf-disable\nx redis-conf:\n',
    );
    assert.deepEqual(
      document.pragmas.map(({ start: _s, end: _e, ...rest }) => rest),
      [
        { kind: 'settings', line: 0, target: 'valkey-8.1', mode: 'sentinel' },
        { kind: 'disable-next-line', line: 1, codes: ['old-name', 'x'] },
        { kind: 'disable', line: 3, codes: [] },
      ],
    );
  });
});
