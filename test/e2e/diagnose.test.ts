// The evening of the notes in the real workbench: quorum 3 of 3, the master stopped with its sentinel; told why, and mended by one button.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { docker } from '../support/docker';
import { HandMade } from '../support/handMade';
import { inOrder } from '../support/inOrder';
import { testPort, until } from '../support/naming';
import { Workbench } from '../support/workbench';

suite('why a failover does not come, in the workbench', function () {
  this.timeout(180_000);
  inOrder(this);
  let workbench: Workbench;
  let hand: HandMade;
  let master: string;
  const nodes = ['6379', '6380', '6381'];

  suiteSetup(async () => {
    hand = new HandMade();
    master = `a${hand.prefix.slice(4)}`; // first in the tree, above what others make meanwhile
    await docker('network', 'create', hand.name('net'));
    for (const [index, node] of nodes.entries()) {
      await hand.create(
        node,
        ['--network', hand.name('net'), '-p', `127.0.0.1:${await testPort()}:6379`],
        [
          'redis-server',
          '--protected-mode',
          'no',
          ...(index === 0 ? [] : ['--replicaof', await hand.addressOf('6379'), '6379']),
        ],
      );
      await hand.start(node);
    }
    const address = await hand.addressOf('6379');
    for (const [index, node] of nodes.entries()) {
      const file = hand.conf(
        node,
        [
          `port ${26379 + index}`,
          'protected-mode no',
          `sentinel monitor ${master} ${address} 6379 3`,
          `sentinel down-after-milliseconds ${master} 1000`,
          `sentinel failover-timeout ${master} 5000`,
        ],
        'sentinel.conf',
      );
      await docker('cp', file, `${hand.name(node)}:/tmp/sentinel.conf`);
      await docker('exec', '-u', 'root', hand.name(node), 'chmod', '666', '/tmp/sentinel.conf');
      await hand.exec(node, 'redis-server', '/tmp/sentinel.conf', '--sentinel', '--daemonize', 'yes');
    }
    workbench = await Workbench.open({ files: { 'README.md': '# shop\n' } });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`diagnose-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await hand.dispose();
  });

  const line = (says: RegExp): Locator => workbench.page.getByRole('treeitem').filter({ hasText: says }).first();

  test('foretells that no failover would come', async () => {
    await workbench.openContainer();
    await line(/The quorum is 3 of 3 sentinels/).waitFor({ timeout: 60_000 });
    await workbench.screenshot('diagnose-01-foretold');
  });

  test('says why nobody is promoted', async () => {
    await hand.stop('6379');
    await line(/1 of 3 sentinels is down, and a quorum of 3 cannot be met/).waitFor({ timeout: 30_000 });
    await workbench.screenshot('diagnose-02-told');
    const why = workbench.webview.getByText('never declared down');
    for (let tries = 1; ; tries++) {
      // rows move while others make theirs: another one may get the click, and fold what lies below it
      await workbench.expand(master);
      await line(/a quorum of 3 cannot be met/).click();
      const shown = why.waitFor({ timeout: 10_000 });
      if (
        await shown.then(
          () => true,
          error => (tries < 4 ? false : Promise.reject(error)),
        )
      )
        break;
    }
    await workbench.screenshot('diagnose-03-page');
  });

  test('mends it by one button, and the failover comes', async () => {
    await workbench.webview.getByRole('button', { name: 'Set the quorum to 2 on all sentinels' }).first().click();
    await workbench.page
      .locator('.monaco-dialog-box')
      .getByText(/SENTINEL SET .* quorum 2/)
      .waitFor();
    await workbench.screenshot('diagnose-04-preview');
    await workbench.press('Fix');
    await workbench.toast('The problem is gone').waitFor({ timeout: 40_000 });
    await workbench.page
      .getByRole('treeitem', { name: new RegExp(`${hand.prefix}-63(80|81) of ${master}, master`) })
      .first()
      .waitFor({ timeout: 40_000 });
    await workbench.screenshot('diagnose-05-mended');
  });

  test('Watch Live shows the switch, the figures, and who is connected', async () => {
    const page = workbench.webview;
    await workbench.choose(workbench.treeItem(master), 'Watch Live', page.getByRole('row'));
    const row = (name: string): Locator => page.getByRole('row').filter({ has: page.getByRole('button', { name }) });
    await row(`${hand.prefix}-6380`)
      .first()
      .getByText(/master|replica/)
      .first()
      .waitFor({ timeout: 20_000 });
    await page.getByText('was replica, is master').first().waitFor();
    const all = await page.locator('#events tbody tr').count();
    await page.getByLabel('Kind').selectOption({ label: 'Roles' });
    await until('fewer are shown', async () => (await page.locator('#events tbody tr').count()) < all);
    assert.match((await page.locator('#events tbody').innerText()) ?? '', /was replica, is master/);
    await row(`${hand.prefix}-6380`).first().getByRole('button', { name: 'Clients' }).click();
    await page.getByText(`Clients of ${hand.prefix}-6380`).waitFor();
    await page
      .getByText('REPLCONF')
      .or(page.getByText('PSYNC'))
      .or(page.getByText('INFO'))
      .first()
      .waitFor({ timeout: 10_000 });
    await workbench.screenshot('diagnose-06-live');
  });
});
