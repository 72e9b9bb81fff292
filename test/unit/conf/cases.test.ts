import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeFiles } from '../../../src/cli/lint/nodeFiles';
import { parseTarget } from '../../../src/conf/target';
import { validate } from '../../../src/conf/validate';
import type { Report } from '../../../src/conf/validate';

/** What a real server said of a file; `startup` verdicts have no line of their own. */
interface Verdict {
  readonly phase: string;
  readonly line: number | null;
}
interface Case extends Partial<Verdict> {
  readonly file: string;
  readonly mode: 'redis' | 'sentinel';
  readonly accepted: boolean;
  readonly lintLine: number | null;
  readonly kind: 'static' | 'files' | 'env';
  readonly errorFile?: string;
  readonly others: Readonly<Record<string, 'accepted' | Verdict>>;
}

const folder = resolve('test/fixtures/conf-cases');
const { cases } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { cases: readonly Case[] };

/** Line of the first error of the file itself in the server's order; 0 when there is none. */
function errorLine(one: Case, server: string): { readonly line: number; readonly report: Report } {
  const target = parseTarget(server);
  assert.ok(target);
  const files = nodeFiles();
  const document = files.open(join(folder, one.file));
  assert.ok(typeof document === 'object');
  const report = validate(document, { target, mode: one.mode, workingDirectory: folder, files });
  const errors = report.findings
    .filter(finding => finding.severity === 'error' && finding.uri === document.uri && finding.refusal !== undefined)
    .sort((a, b) => (a.refusal?.order ?? 0) - (b.refusal?.order ?? 0));
  const [first] = errors;
  return { line: first === undefined ? 0 : document.positionAt(first.start).line + 1, report };
}

suite('real verdicts of 66 files on nine servers', () => {
  for (const one of cases) {
    test(one.file, () => {
      const verdicts: Readonly<Record<string, 'accepted' | Verdict | undefined>> = {
        'redis-7.0.15': undefined,
        ...one.others,
      };
      for (const [server, verdict] of Object.entries(verdicts)) {
        const { line, report } = errorLine(one, server);
        const errors = report.findings.filter(finding => finding.severity === 'error').map(finding => finding.code);
        // `timeout` was a server that started and printed nothing: loglevel nothing.
        const accepted = verdict === undefined ? one.accepted : verdict === 'accepted' || verdict.phase === 'timeout';
        const expected =
          typeof verdict === 'object' && one.errorFile === undefined ? (verdict.line ?? one.lintLine) : one.lintLine;
        if (accepted || one.kind === 'env') assert.deepEqual(errors, [], server);
        else if (expected !== null) assert.equal(line, expected, server);
        else assert.ok(line > 0, server);
      }
    });
  }
});
