// The extension in VS Code's own extension host.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

suite('activation', () => {
  test('the extension is found and activates', async () => {
    const extension = vscode.extensions.getExtension('redis-topology-explorer.redis-topology-explorer');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
