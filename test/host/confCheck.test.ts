// A disagreement with the installed server: it is logged as what it is, our bug, and both verdicts are said.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CheckConf } from '../../src/commands/checkConf';
import type { CheckDeps } from '../../src/commands/checkConf';
import { parseDocument } from '../../src/conf/document';
import { parseTarget } from '../../src/conf/target';
import { validate } from '../../src/conf/validate';
import { until } from '../support/naming';

/** A judge that sees no fault in `blind` and the usual ones elsewhere, and what is logged beside it. */
function checkWith(judged: (text: string) => string): { readonly check: CheckConf; readonly logged: string[] } {
  const logged: string[] = [];
  const target = parseTarget('redis-7.0');
  assert.ok(target);
  const deps: CheckDeps = {
    judge: document => {
      const parsed = parseDocument(document.getText(), document.uri.toString());
      const report = validate(parseDocument(judged(parsed.text), document.uri.toString()), { target, mode: 'redis' });
      return Promise.resolve({ parsed, mode: 'redis', target, workingDirectory: undefined, report });
    },
    server: () => Promise.resolve(undefined),
    log: {
      info: text => logged.push(`info: ${text}`),
      warn: text => logged.push(`warn: ${text}`),
      show: () => undefined,
    },
  };
  return { check: new CheckConf(deps), logged };
}

suite('checking with the installed server', () => {
  teardown(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const cases: readonly (readonly [
    what: string,
    text: string,
    judged: (text: string) => string,
    warned: RegExp | undefined,
  ])[] = [
    [
      'we see nothing',
      'port 1\nappendonly true\n',
      () => 'port 1\n',
      /^warn: DISAGREEMENT, a bug of this extension: we accept the file$/,
    ],
    [
      'we see too much',
      'port 1\nappendonly yes\n',
      () => 'port x\n',
      /^warn: DISAGREEMENT, a bug of this extension: we refuse line 1 \(integer-value\)$/,
    ],
    [
      'we stop elsewhere',
      'port 1\nappendonly true\n',
      text => text.replace('port 1', 'port x'),
      /^warn: DISAGREEMENT, a bug of this extension: we refuse line 1 \(integer-value\)$/,
    ],
    ['we agree', 'port 1\nappendonly true\n', text => text, undefined],
  ];
  for (const [what, text, judged, warned] of cases) {
    test(`${what}: the log says ${warned === undefined ? 'that we agree' : 'whose bug it is'}`, async () => {
      const { check, logged } = checkWith(judged);
      // A file, and not an untitled text: that one asks before it closes, into the test that follows.
      const file = join(mkdtempSync(join(tmpdir(), 'rtx-check-')), 'redis.conf');
      writeFileSync(file, text);
      const document = await vscode.workspace.openTextDocument(file);
      await until('the file is in front', async () => {
        await vscode.window.showTextDocument(document);
        return vscode.window.activeTextEditor?.document === document ? true : undefined;
      });
      await check.run();
      const theirs = vscode.languages
        .getDiagnostics(document.uri)
        .filter(one => one.source?.startsWith('redis-server ') === true);
      check.dispose();
      const refuses = text.includes('true');
      assert.match(
        logged[0] ?? '',
        refuses ? /^info: check with redis-server 7\.\d.*: server refused at line 2; / : /: server accepted; /,
      );
      assert.deepEqual(
        theirs.map(one => one.range.start.line),
        refuses ? [1] : [],
      );
      if (warned === undefined) assert.deepEqual([logged.length, logged[0]?.endsWith('; agree')], [1, true]);
      else assert.match(logged[1] ?? '', warned);
    });
  }
});
