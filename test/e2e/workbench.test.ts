// The packed extension in the real workbench.
import assert from 'node:assert/strict';
import { Workbench } from '../support/workbench';

suite('the workbench with the VSIX', () => {
  let workbench: Workbench;
  suiteSetup(async () => {
    workbench = await Workbench.open({ files: { 'redis.conf': 'port 6380\n' } });
  });
  suiteTeardown(() => workbench.close());

  test('lists the extension as installed', async () => {
    await workbench.run('Extensions: Show Installed Extensions');
    await workbench.page
      .getByRole('listitem', { name: /Redis Topology Explorer/ })
      .or(workbench.treeItem(/Redis Topology Explorer/))
      .first()
      .waitFor();
    assert.ok(await workbench.screenshot('installed'));
  });
});
