import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { validateTopology } from '../../../src/conf/acrossFiles';
import { parseDocument } from '../../../src/conf/document';
import { guessMode } from '../../../src/conf/mode';
import { ruleCodes, rules } from '../../../src/conf/rules/codes';
import type { RuleCode } from '../../../src/conf/rules/codes';
import { defaultTarget, parseTarget } from '../../../src/conf/target';
import type { Container } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';
import { filesOf, folder } from '../../support/confFolder';

interface Fence {
  readonly language: string;
  readonly file: string;
  readonly target: string | undefined;
  readonly skip: boolean;
  /** `mounts=/data,/conf published=6379`: the container of the example. */
  readonly container: Container | undefined;
  readonly text: string;
}

/** The examples of a section of a page. Those without `file=` are redis.conf or sentinel.conf. */
function fences(page: string, section: 'Found' | 'Better'): Fence[] {
  const body = new RegExp(`^## ${section}\\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(page)?.[1] ?? '';
  return [...body.matchAll(/^```(\S+)(.*)\n([^]*?)\n```$/gm)].map(([, language = '', info = '', text = '']) => ({
    language,
    target: /target=(\S+)/.exec(info)?.[1],
    skip: /\bskip\b/.test(info),
    container: /\bmounts=/.test(info)
      ? {
          mounts: /mounts=(\S*)/.exec(info)?.[1]?.split(',') ?? [],
          published: /published=(\S+)/.exec(info)?.[1]?.split(',').map(Number) ?? [],
        }
      : undefined,
    file: /file=(\S+)/.exec(info)?.[1] ?? (language === 'redis-sentinel-conf' ? 'sentinel.conf' : 'redis.conf'),
    text: /\braw\b/.test(info) ? decode(text) : `${text}\n`,
  }));
}

/** `\xHH` is a byte; `\c` at the end is a missing final newline. Bytes above 7F are those of UTF-8 where they are valid. */
function decode(text: string): string {
  const whole = text.endsWith('\\c') ? text.slice(0, -2) : `${text}\n`;
  return whole
    .replaceAll('\\xEF\\xBB\\xBF', '\uFEFF')
    .replaceAll('\\xFF\\xFE', '\udcff\udcfe')
    .replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function found(examples: readonly Fence[]): Set<RuleCode> {
  const files = filesOf(new Map(examples.map(one => [one.file, one.text])));
  const [first] = examples;
  assert.ok(first);
  const report = validate(parseDocument(first.text, `${folder}/${first.file}`), {
    target: (first.target === undefined ? undefined : parseTarget(first.target)) ?? defaultTarget,
    mode: first.language === 'redis-sentinel-conf' ? 'sentinel' : 'redis',
    workingDirectory: folder,
    files,
    ...(first.container && { container: first.container }),
  });
  return new Set(report.findings.map(one => one.code));
}

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
