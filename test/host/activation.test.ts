// The extension in VS Code's own extension host.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'redis-topology-explorer.redis-topology-explorer';

interface Mark {
  readonly name: string;
  readonly startTime: number;
}

/** Milliseconds from one of the host's own marks to another; undefined when either was not set. */
function between(from: string, to: string): number | undefined {
  const marks =
    (globalThis as { MonacoPerformanceMarks?: { getMarks(): readonly Mark[] } }).MonacoPerformanceMarks?.getMarks() ??
    [];
  const at = (name: string): number | undefined =>
    marks.find(mark => mark.name === `code/extHost/${name}/${id}`)?.startTime;
  const [start, end] = [at(from), at(to)];
  return start === undefined || end === undefined ? undefined : end - start;
}

suite('activation', () => {
  test('the extension is found and activates', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test('the host itself saw a short activation', () => {
    const load = between('willLoadExtensionCode', 'didLoadExtensionCode');
    const activate = between('willActivateExtension', 'didActivateExtension');
    assert.ok(load !== undefined && activate !== undefined, 'the host sets its marks');
    console.log(`      the host's own marks: load ${load.toFixed(1)} ms, all of activation ${activate.toFixed(1)} ms`);
    // Marks are whole milliseconds, and other extensions start at the same time: bench/activation holds the exact claim.
    assert.ok(load < 2000, `${load} ms to load`);
  });

  test('every command of package.json is registered', async () => {
    const extension = vscode.extensions.getExtension(id);
    const { contributes } = extension?.packageJSON as {
      readonly contributes: { readonly commands: readonly { readonly command: string }[] };
    };
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter(command => !registered.has(command)),
      [],
    );
  });
});
