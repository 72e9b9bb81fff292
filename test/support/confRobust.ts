/** What must hold for every text at all; throws an assertion with the text when it does not. */
import assert from 'node:assert/strict';
import { decodeBytes, encodeText } from '../../src/conf/bytes';
import { parseDocument } from '../../src/conf/document';
import type { ConfDocument } from '../../src/conf/document';
import { applyEdits, formatEdits } from '../../src/conf/features/format';
import { makeTarget, measured, parseTarget } from '../../src/conf/target';
import type { Target } from '../../src/conf/target';
import { validate, validateAcl } from '../../src/conf/validate';
import type { Finding } from '../../src/conf/types';
import { describe, describeFix, describeRelated } from '../../src/conf/words';
import { fuzzer, oddText } from './confFuzz';

const targets: readonly Target[] = [
  ...measured.map(name => parseTarget(name) ?? makeTarget('redis', 8)),
  makeTarget('redis', 9),
  makeTarget('valkey', 10),
];

const words = (document: ConfDocument): string =>
  JSON.stringify(document.statements.map(one => [one.fault?.kind, one.words.map(word => word.value)]));

function checkPlaces(document: ConfDocument, findings: readonly Finding[]): void {
  for (const finding of findings) {
    for (const span of [finding, ...finding.related, ...finding.fixes.flatMap(fix => fix.edits)]) {
      assert.ok(
        span.start >= 0 && span.start <= span.end && span.end <= document.text.length,
        `${finding.code}: a place outside the text`,
      );
    }
    assert.ok(
      describe(finding) !== '' &&
        finding.related.every(one => describeRelated(one) !== one.code) &&
        finding.fixes.every(fix => describeFix(fix) !== fix.code),
      `${finding.code} lacks words`,
    );
  }
}

/** Reads, judges (every target in turn, both modes) and formats one text. */
export function checkText(text: string, turn: number): void {
  const document = parseDocument(text, '/w/x.conf');
  for (const statement of document.statements) {
    let at = statement.start;
    assert.ok(document.positionAt(at).line === statement.line, 'line');
    for (const word of statement.words) {
      assert.ok(word.start >= at && word.end >= word.start, 'words overlap');
      at = word.end;
    }
    assert.ok(at <= statement.end, 'a word behind its line');
  }
  const target = targets[turn % targets.length] ?? makeTarget('redis', 8);
  checkPlaces(document, validate(document, { target, mode: turn % 3 === 0 ? 'sentinel' : 'redis' }).findings);
  if (turn % 5 === 0) checkPlaces(document, validateAcl(document, { target, mode: 'redis' }).findings);
  const formatted = applyEdits(text, formatEdits(document));
  const again = parseDocument(formatted);
  assert.equal(words(again), words(document), 'formatting changed words');
  assert.equal(applyEdits(formatted, formatEdits(again)), formatted, 'formatting twice differs from once');
}

/** Checks `count` texts; the seed makes them again. Bytes too: reading and writing a file must not change it. */
export function checkMany(seed: number, count: number): void {
  const generator = fuzzer(makeTarget('redis', 8), seed);
  for (let i = 0; i < count; i++) {
    const text = oddText(generator);
    try {
      const bytes = Uint8Array.from({ length: generator.number(30) }, () => generator.number(256));
      assert.deepEqual(encodeText(decodeBytes(bytes)), bytes, 'bytes');
      checkText(i % 4 === 0 ? decodeBytes(bytes) + text : text, i);
    } catch (error) {
      throw new Error(`seed ${String(seed)}, text ${String(i)}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
}
