// The language of conf files in a page without a machine behind it, as on vscode.dev: files that only workspace.fs reaches, no Node.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { inOrder } from '../support/inOrder';
import { Workbench } from '../support/workbench';

suite('in a page without a machine', function () {
  inOrder(this);
  let workbench: Workbench;
  suiteSetup(async () => {
    workbench = await Workbench.openPage({
      files: {
        'redis/redis.conf':
          'include common/*.conf\ninclude gone.conf\nmaxmemory   2gb\nmax-memory-policy allkeys-lru\n',
        'redis/common/a.conf': 'include common/deeper/b.conf\nport 6380\n',
        'redis/common/deeper/b.conf': 'appendonly true\n',
        'redis/sentinel.conf': 'port 26379\nsentinel monitor orders redis-1 6379 2\nsentinel parallel-syncs orders 1\n',
      },
      settings: { 'editor.inlayHints.enabled': 'on', 'problems.sortOrder': 'position' },
    });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`web-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(() => workbench.close());

  const line = (text: string): Locator =>
    workbench.page
      .locator('.editor-instance .view-line')
      .filter({ hasText: new RegExp(text.replaceAll(' ', '\\s+')) })
      .first();
  /** By the explorer: a page has nothing that searches a folder for files. */
  const open = async (name: string): Promise<void> => {
    await workbench.page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true }).dblclick();
    await workbench.page.getByRole('tab', { name }).first().waitFor();
  };

  test('findings, also in files that includes of includes name', async () => {
    await workbench.expand('redis');
    await open('redis.conf');
    const rows = await workbench.problems();
    for (const code of ['bool-value', 'include-missing', 'module-setting-unsure'])
      await rows.filter({ hasText: code }).first().waitFor();
    await rows
      .filter({ hasText: /^b\.conf/ })
      .first()
      .waitFor();
    await workbench.screenshot('web-01-findings');
    await workbench.page.keyboard.press('Control+J');
  });

  test('a hint, a fix, formatting', async () => {
    await line('= 2 147 483 648 bytes').waitFor();
    await line('max-memory-policy').getByText('max-memory-policy').click();
    await workbench.page.keyboard.press('Control+.');
    const widget = workbench.page.locator('.action-widget:not(.action-list-submenu-panel)');
    await widget.waitFor();
    for (let tries = 0; (await widget.isVisible()) && tries < 20; tries++) {
      // the list ignores keys for a moment
      await workbench.page.keyboard.press('Enter');
      await workbench.page.waitForTimeout(200);
    }
    await line('maxmemory-policy allkeys-lru').waitFor();
    await workbench.run('Format Document');
    await line('maxmemory 2gb').waitFor();
  });

  test('hover and completion', async () => {
    await line('maxmemory-policy').locator('span span').first().hover();
    await workbench.page.locator('.monaco-hover:visible').getByText('allkeys-lfu').first().waitFor();
    assert.equal(await workbench.toast('not found').count(), 0, 'every command that the fix ran is there');
    await workbench.screenshot('web-02-hover');
    await line('maxmemory-policy').click();
    await workbench.page.keyboard.press('Control+End');
    await workbench.page.keyboard.type('lazyfree-lazy-ev', { delay: 30 });
    await workbench.page.locator('.suggest-widget.visible').getByText('lazyfree-lazy-eviction').first().waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  test('outline, and a master renamed', async () => {
    await open('sentinel.conf');
    await workbench.page.locator('.breadcrumbs-control').getByText('sentinel.conf').waitFor();
    await line('sentinel monitor').getByText('orders').first().click();
    await workbench.page.locator('.breadcrumbs-control').getByText('orders').waitFor();
    await workbench.page.keyboard.press('F2');
    const name = workbench.page.locator('.rename-box input');
    await name.fill('carts');
    await name.press('Enter');
    await line('sentinel monitor carts').waitFor();
    await line('sentinel parallel-syncs carts').waitFor();
    await workbench.screenshot('web-03-renamed');
  });

  test('nothing that needs a machine is offered', async () => {
    assert.equal(await workbench.activityTab('Redis').count(), 0);
    await workbench.palette();
    await workbench.input.fill('>Redis: ');
    await workbench
      .option(/^Redis: /)
      .first()
      .waitFor();
    await workbench.screenshot('web-04-palette');
    assert.equal(await workbench.option(/^Redis: /).count(), 1); // the example of a conf file
  });
});
