// Servers that somebody else started, added by a URL: seen with their roles, not acted upon until that is allowed, taken out of the view again.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { inOrder } from '../support/inOrder';
import { startRedis } from '../support/realRedis';
import type { RealRedis } from '../support/realRedis';
import { Workbench } from '../support/workbench';

suite('a topology added by its address', function () {
  this.timeout(120_000);
  inOrder(this);
  let workbench: Workbench;
  let master: RealRedis;
  let replica: RealRedis;
  suiteSetup(async () => {
    master = await startRedis({ conf: ['requirepass pw-shop', 'masterauth pw-shop'] });
    replica = await startRedis({
      conf: ['requirepass pw-shop', 'masterauth pw-shop', `replicaof 127.0.0.1 ${master.port}`],
    });
    workbench = await Workbench.open({
      env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      settings: { 'workbench.hover.delay': 2500 },
    });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`existing-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await Promise.all([master.stop(), replica.stop()]);
  });

  const topologyRow = (says = ''): Locator =>
    workbench.page
      .getByRole('treeitem', { name: /^shop,/ })
      .filter({ hasText: says })
      .first();
  const row = ({ port }: RealRedis, says: string): Locator =>
    workbench.page
      .getByRole('treeitem', { name: new RegExp(`^127\\.0\\.0\\.1:${port} of shop,`) })
      .filter({ hasText: says })
      .first();

  test('the URL is judged while it is typed, the password is asked for and masked, the peers are found', async () => {
    await workbench.openContainer();
    await workbench.run('Redis: Add Existing');
    await workbench.quickInput.getByText('URL of one of its servers').first().waitFor();
    await workbench.input.fill('redis://127.0.0.1:99999');
    await workbench.quickInput.getByText('“99999” is no port').waitFor();
    await workbench.screenshot('existing-01-reason');
    await workbench.input.fill(`redis://127.0.0.1:${replica.port}`);
    await workbench.quickInput.getByText(`Replication: 127.0.0.1:${replica.port}`).waitFor();
    await workbench.input.press('Enter');
    await workbench.answer('Name to show it by', 'shop');
    await workbench.quickInput.getByText('Password of').first().waitFor();
    assert.equal(await workbench.input.getAttribute('type'), 'password');
    await workbench.input.fill('pw-wrong');
    await workbench.quickInput.getByText('refuses the password').first().waitFor();
    await workbench.input.fill('pw-shop');
    await workbench.quickInput.getByText('refuses the password').first().waitFor({ state: 'hidden' });
    await workbench.input.press('Enter');
    await workbench.toast('2 of 2 servers answer').waitFor({ timeout: 60_000 });
    await topologyRow('read-only').waitFor();
    await row(master, 'master').waitFor();
    await row(replica, 'in sync').waitFor();
    await workbench.screenshot('existing-02-added');
  });

  const asked = (): Locator => workbench.page.locator('.monaco-dialog-box').getByText('Allow changes on shop?');

  test('no act is offered on its servers, and one on the topology asks first', async () => {
    await workbench.choose(topologyRow(), 'Failover', asked());
    await workbench.screenshot('existing-03-asks');
    await workbench.press('Cancel');
    const entries = await workbench.contextMenuEntries(new RegExp(`^127\\.0\\.0\\.1:${replica.port} of shop`));
    assert.deepEqual(
      entries.filter(entry => /Promote|Replica Of|Failover|Console|Stop|Kill|Break/.test(entry)),
      [],
    );
  });

  test('allowed, acts are offered; Look Only takes that back', async () => {
    await workbench.choose(topologyRow(), 'Allow Changes…', asked());
    await workbench.press('Allow Changes');
    await topologyRow('read-only').waitFor({ state: 'detached' });
    const entries = await workbench.contextMenuEntries(new RegExp(`^127\\.0\\.0\\.1:${replica.port} of shop`));
    assert.ok(entries.includes('Promote to Master'), entries.join());
    await workbench.choose(topologyRow(), 'Look Only', topologyRow('read-only'));
  });

  test('it is there after a reload, with its pages, and gone after Remove From View; the servers run on', async () => {
    const page = workbench.webview;
    const live = page
      .getByRole('row')
      .filter({ hasText: `127.0.0.1:${replica.port}` })
      .first();
    await workbench.choose(topologyRow(), 'Show Problems', page.getByText('Nothing is wrong here'));
    await workbench.choose(topologyRow(), 'Watch Live', live.getByText('replica', { exact: true }));
    await workbench.run('Developer: Reload Window');
    await live.getByText('replica', { exact: true }).waitFor({ state: 'detached' });
    await workbench.openContainer();
    await live.getByText('replica', { exact: true }).waitFor({ timeout: 30_000 });
    await workbench.page.getByRole('tab', { name: 'Problems of shop' }).click();
    await page.getByText('Nothing is wrong here').waitFor({ timeout: 20_000 });
    await workbench.screenshot('existing-04-restored');
    await topologyRow('read-only').waitFor({ timeout: 30_000 });
    await row(replica, 'in sync').waitFor({ timeout: 30_000 });
    await workbench.openMenu(topologyRow());
    await workbench.chooseFromMenu('Remove From View');
    await topologyRow().waitFor({ state: 'detached' });
    await workbench.screenshot('existing-05-removed');
    for (const { pid } of [master, replica]) assert.doesNotThrow(() => process.kill(pid, 0));
  });
});
