import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { validateTopology } from '../../../src/conf/acrossFiles';
import { parseDocument } from '../../../src/conf/document';
import { guessMode } from '../../../src/conf/mode';
import { ruleCodes, rules } from '../../../src/conf/rules/codes';
import type { RuleCode } from '../../../src/conf/rules/codes';
import { defaultTarget } from '../../../src/conf/target';
import { validate } from '../../../src/conf/validate';
import { folder } from '../../support/confFolder';
import { exampleKey, fences, judgeExample, keptFile, probeOf } from '../../support/ruleExamples';
import type { Fence, Kept } from '../../support/ruleExamples';

const found = (examples: readonly Fence[]): Set<RuleCode> => new Set(judgeExample(examples).map(one => one.code));

/** Findings over all files of an example. */
function foundTogether(examples: readonly Fence[]): Set<RuleCode> {
  assert.ok(examples.length > 0);
  return new Set(
    validateTopology(
      examples.map(one => {
        const document = parseDocument(one.text, `${folder}/${one.file}`);
        return {
          document,
          title: one.file,
          report: validate(document, { target: defaultTarget, mode: guessMode(document) }),
        };
      }),
    ).map(one => one.code),
  );
}

suite('docs/rules', () => {
  test('every rule has its page, with the head that the table gives', () => {
    const run = spawnSync(process.execPath, ['scripts/ruleDocs.mjs', '--check'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  });

  test('what servers did with each example is kept for the example as it is (npm run bench -- ruleExamples --record)', () => {
    const kept = JSON.parse(readFileSync(keptFile, 'utf8')) as Readonly<Record<string, Kept>>;
    const stale = ruleCodes.filter(code => {
      const probe = probeOf(code, readFileSync(`docs/rules/${code}.md`, 'utf8'));
      return kept[code]?.example !== (probe === undefined ? undefined : exampleKey(probe));
    });
    assert.deepEqual(stale, []);
  });

  for (const code of ruleCodes.filter(one => rules[one].family === 'topology' && existsSync(`docs/rules/${one}.md`))) {
    test(`${code}: the files show it, and the better ones do not`, () => {
      const page = readFileSync(`docs/rules/${code}.md`, 'utf8');
      const [bad, good] = [foundTogether(fences(page, 'Found')), foundTogether(fences(page, 'Better'))];
      assert.ok(bad.has(code), `not found; found ${[...bad].join(', ')}`);
      assert.deepEqual(
        [...good].filter(one => one === code || rules[one].severity === 'error'),
        [],
      );
    });
  }

  for (const code of ruleCodes.filter(one => rules[one].family !== 'topology' && existsSync(`docs/rules/${one}.md`))) {
    test(`${code}: the example shows it, and the better one does not`, () => {
      const page = readFileSync(`docs/rules/${code}.md`, 'utf8');
      const [bad, good] = [fences(page, 'Found'), fences(page, 'Better')];
      assert.ok(bad.length > 0 && good.length > 0, 'two examples');
      if (bad.some(one => one.skip)) return;
      assert.ok(found(bad).has(code), `not found; found ${[...found(bad)].join(', ')}`);
      const better = found(good);
      assert.ok(!better.has(code), 'still found');
      assert.deepEqual(
        [...better].filter(one => rules[one].severity === 'error'),
        [],
        'the better one has errors of its own',
      );
    });
  }
});
