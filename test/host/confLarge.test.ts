// Files of 100,000 lines: typing in them never holds up the extension host, and what is shown is about the present text.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const lines = 100_000;
/** Half comments and half directives of all kinds, as in the stock file. */
const stock = [
  '# a comment of the usual length, as in the stock file',
  'maxmemory 100mb',
  '# another comment',
  'save 900 1',
  '# more',
  'client-output-buffer-limit replica 256mb 64mb 60',
  '',
  'repl-backlog-size 64mb',
  '# words',
  'notify-keyspace-events KEA',
];
/** A fault in every second line. */
const faulty = ['# a comment', 'timeout 30s', '', 'max-memory 5'];
const typed = 20;

/** How much this thread works between two beats of a timer, in milliseconds of processor time: other programs on the machine do not count. */
class Beats {
  readonly #stretches: number[] = [];
  #last = Beats.#worked();
  readonly #timer = setInterval(() => {
    const now = Beats.#worked();
    this.#stretches.push(now - this.#last);
    this.#last = now;
  }, 1);

  static #worked(): number {
    const { user, system } = (
      process as unknown as { threadCpuUsage(): { readonly user: number; readonly system: number } }
    ).threadCpuUsage();
    return (user + system) / 1000;
  }

  stop(): { readonly count: number; readonly median: number; readonly most: number; readonly longest: number } {
    clearInterval(this.#timer);
    const sorted = [...this.#stretches].sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
    return { count: sorted.length, median: at(0.5), most: at(0.99), longest: at(1) };
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds));

suite('files of 100,000 lines', () => {
  suiteSetup(async () => {
    // VS Code's own extension for merge conflicts puts the whole text together after each change, in this very thread.
    const conflicts = vscode.workspace.getConfiguration('merge-conflict');
    for (const feature of ['codeLens.enabled', 'decorators.enabled'])
      await conflicts.update(feature, false, vscode.ConfigurationTarget.Global);
  });
  suiteTeardown(async () => {
    const conflicts = vscode.workspace.getConfiguration('merge-conflict');
    for (const feature of ['codeLens.enabled', 'decorators.enabled'])
      await conflicts.update(feature, undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const files: readonly (readonly [what: string, pattern: readonly string[]])[] = [
    ['like the stock file', stock],
    ['with a fault in every second line', faulty],
  ];
  for (const [what, pattern] of files) {
    test(`${what}: typing is never held up, and no finding is of an older text`, async function () {
      this.timeout(180_000);
      const file = join(mkdtempSync(join(tmpdir(), 'rtx-conf-')), 'large-redis.conf');
      // The last finding in the order of severity that is surely shown: an error near the top, which every typed line moves.
      writeFileSync(
        file,
        '# redis-conf: target=redis-7.0\nappendonly true\n' +
          Array.from({ length: lines }, (_, at) => `${pattern[at % pattern.length] ?? ''}\n`).join(''),
      );
      const document = await vscode.workspace.openTextDocument(file);
      await vscode.window.showTextDocument(document);
      const fault = (): vscode.Diagnostic | undefined =>
        vscode.languages
          .getDiagnostics(document.uri)
          .find(one => typeof one.code === 'object' && one.code.value === 'bool-value');
      while (fault() === undefined) await pause(50);
      await pause(1000); // folding, links and the rest of what follows an opening

      // A finding is new when it is another object; it must stand where the text had it when it was shown.
      const first = document.version;
      const wrong: string[] = [];
      let seen = fault();
      let looks = 0;
      const look = (version: number): void => {
        const now = fault();
        if (now === seen || now === undefined) return;
        seen = now;
        looks++;
        if (now.range.start.line !== 1 + version - first)
          wrong.push(`line ${String(now.range.start.line)} at change ${String(version - first)}`);
      };
      const changes = vscode.workspace.onDidChangeTextDocument(event => {
        if (event.document === document && event.contentChanges.length > 0) look(event.document.version - 1);
      });
      const beats = new Beats();
      const watch = setInterval(() => look(document.version), 1);
      for (let at = 0; at < typed; at++) {
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, new vscode.Position(1, 0), '\n');
        await vscode.workspace.applyEdit(edit);
        await pause(at % 5 === 4 ? 600 : 60); // a burst, then a pause in which the text is judged
      }
      while (fault()?.range.start.line !== 1 + typed) await pause(20);
      await pause(500);
      clearInterval(watch);
      changes.dispose();
      const { count, median, most, longest } = beats.stop();
      console.log(
        `      work between beats: median ${String(median)} ms, 99 % ${String(most)} ms, longest ${String(longest)} ms of ${String(count)}`,
      );
      assert.deepEqual(wrong, []);
      assert.ok(looks > 0 && count > 100);
      assert.ok(most <= 16, 'the host was held up');
    });
  }
});
