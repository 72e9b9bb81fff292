// The packed extension in the real workbench, as it is met first: installed, and with its walkthrough.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { inOrder } from '../support/inOrder';
import { Workbench } from '../support/workbench';

suite('the workbench with the VSIX', function () {
  inOrder(this);
  let workbench: Workbench;
  suiteSetup(async () => {
    workbench = await Workbench.open({ files: { 'redis.conf': 'port 6380\n' } });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('start-failed');
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

  test('opens the walkthrough, whose steps end by themselves', async () => {
    const { page } = workbench;
    const ended = (step: string): Locator => page.locator(`[data-done-step-id$="#start#${step}"][aria-checked="true"]`);
    await workbench.run('Redis: Topologies in Five Minutes');
    await page.getByRole('button', { name: 'Open the Redis View' }).click();
    await ended('engine').first().waitFor({ timeout: 60_000 });
    await workbench.screenshot('start-01-walkthrough');
    await page.getByText('Mend a warning in a conf').first().click();
    await page.getByRole('button', { name: 'Open the Example' }).click();
    await page.locator('.squiggly-warning').first().waitFor();
    await page.locator('.view-line').filter({ hasText: 'bind' }).first().click();
    const fix = page.locator('.action-widget').getByText('Listen on all addresses').first();
    for (let tries = 0; ; tries++) {
      // what the editor learns just then closes the list of fixes
      await page.keyboard.press('Control+.');
      try {
        await fix.waitFor({ timeout: 3000 });
        if (tries === 0) await workbench.screenshot('start-02-example');
        await fix.click({ timeout: 3000 });
        break;
      } catch (error) {
        if (tries === 9) throw error;
        await page.keyboard.press('Escape');
      }
    }
    await page.locator('.view-line').filter({ hasText: '-::*' }).first().waitFor();
    await page
      .getByRole('tab', { name: /Welcome|Walkthrough/ })
      .first()
      .click();
    await ended('conf').first().waitFor();
    await workbench.screenshot('start-03-mended');
  });
});
