// Without an engine the view says why and what to do next.
import assert from 'node:assert/strict';
import { Workbench } from '../support/workbench';

suite('the view without an engine', function () {
  this.timeout(120_000);
  this.bail(true);
  let workbench: Workbench;
  suiteSetup(async () => { workbench = await Workbench.open({ env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' } }); });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('no-engine-failed');
  });
  suiteTeardown(() => workbench.close());

  test('says that none was found, where it looked, and what can be done', async () => {
    await workbench.openContainer();
    const pane = workbench.page.locator('.part.sidebar');
    await pane.getByText('No Docker engine was found.').waitFor({ timeout: 30_000 });
    await pane.getByText('unix:///nowhere/docker.sock').first().waitFor({ state: 'attached' }); // beside the title, as far as there is room
    await pane.getByText('Look Again').waitFor();
    await workbench.screenshot('no-engine');
    assert.doesNotMatch(await pane.innerText(), /chmod|666/);
  });

  test('opens the setting that says where the engine listens', async () => {
    await workbench.page.locator('.part.sidebar').getByText('Set the Address of the Engine').click();
    await workbench.page.locator('.settings-editor').getByText(/Docker.*Host/).first().waitFor({ timeout: 30_000 });
  });
});
