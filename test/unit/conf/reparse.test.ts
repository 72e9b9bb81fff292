import assert from 'node:assert/strict';
import { parseDocument } from '../../../src/conf/document';
import type { ConfDocument } from '../../../src/conf/document';
import { reparse } from '../../../src/conf/reparse';
import type { Change } from '../../../src/conf/reparse';
import { makeTarget } from '../../../src/conf/target';
import { Generator } from '../../support/confLines';

/** Everything that a document says, as plain data. */
const shape = (document: ConfDocument): unknown => ({
  statements: document.statements.map(one => [
    one.line,
    one.start,
    one.end,
    one.name,
    one.fault?.kind,
    one.fault?.at,
    one.fault?.alsoUnclosedAt,
    one.words.map(word => [word.start, word.end, word.value, word.quoted]),
  ]),
  pragmas: document.pragmas,
  lineStarts: [...document.lineStarts],
  lines: document.lineCount,
  byteOrderMark: document.byteOrderMark,
  nulAt: document.nulAt,
});

/** The text with changes (offsets into the text before) made. */
const changed = (text: string, changes: readonly Change[]): string =>
  [...changes]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, text: by }) => now.slice(0, start) + by + now.slice(end), text);

const pieces = [
  '',
  'x',
  '\n',
  '\n\n',
  '# ',
  '"',
  ' ',
  'port 1\n',
  'timeout 5',
  '# redis-conf-disable-next-line old-name\n',
  '\r\n',
  '\ufeff',
  'a'.repeat(40),
  'save 900 1\n'.repeat(300),
];

suite('reparse: the same as reading all of it', () => {
  for (let seed = 1; seed <= 12; seed++) {
    test(`seed ${String(seed)}: 60 edits one after the other`, () => {
      const generator = new Generator(makeTarget('redis', 7, 0), seed);
      let text = Array.from({ length: generator.pick([0, 1, 30, 256, 600, 1500]) }, () =>
        generator.chance(0.2) ? '# redis-conf-disable x' : generator.line(),
      ).join('\n');
      let document = parseDocument(text, 'a.conf');
      let reused = 0;
      for (let i = 0; i < 60; i++) {
        // Some cursors close together, or one anywhere.
        let at = generator.number(text.length + 1);
        const changes: Change[] = [];
        for (let cursors = generator.pick([1, 1, 1, 3]); cursors > 0 && at <= text.length; cursors--) {
          const end = Math.min(text.length, at + generator.pick([0, 0, 0, 1, 5, 40, 4000]));
          changes.unshift({ start: at, end, text: generator.pick(pieces) });
          at = end + 1 + generator.number(50);
        }
        text = changed(text, changes);
        if (generator.chance(0.5)) assert.ok(document.lineStarts.length > 0); // known before the edit, or not
        const next = reparse(document, text, changes);
        const whole = parseDocument(text, 'a.conf');
        if (next !== undefined) reused++;
        document = next ?? whole;
        assert.deepEqual(shape(document), shape(whole), JSON.stringify(changes).slice(0, 500));
      }
      assert.ok(reused > 50, String(reused));
    });
  }

  const long = Array.from({ length: 2000 }, (_, i) => `timeout ${String(i)}`).join('\n');
  test('statements behind the edit are the same objects, moved', () => {
    const before = parseDocument(long);
    const [first, last] = [before.statements[0], before.statements.at(-1)];
    const [line, start] = [last?.line ?? 0, last?.start ?? 0];
    const after = reparse(before, changed(long, [{ start: 12000, end: 12000, text: '\nport 1\n' }]), [
      { start: 12000, end: 12000, text: '\nport 1\n' },
    ]);
    assert.equal(after?.statements[0], first);
    assert.equal(after?.statements.at(-1), last);
    assert.deepEqual([last?.line, last?.start], [line + 2, start + 8]);
  });

  test('what is no small change is left to a full reading', () => {
    const insert = (text: string): ConfDocument | undefined =>
      reparse(parseDocument(long), text + long, [{ start: 0, end: 0, text }]);
    assert.ok(insert('port 1\n') !== undefined);
    assert.equal(insert('port 1\n'.repeat(100_000)), undefined);
    assert.equal(insert('a\0b'), undefined, 'a NUL swallows text');
    assert.equal(reparse(parseDocument(`a\0\n${long}`), `a\0\n${long} `, [{ start: 3, end: 3, text: ' ' }]), undefined);
    assert.equal(reparse(parseDocument(long), long, []), undefined);
    assert.equal(
      reparse(parseDocument(long), `${long}xx`, [{ start: 0, end: 0, text: 'x' }]),
      undefined,
      'changes of another text',
    );
  });
});
