// The main job, as a person does it: create by palette, look, stop the master, watch it heal, start it again, fail over, remove.
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { cleanUp, leftovers } from '../support/docker';
import { inOrder } from '../support/inOrder';
import { newPrefix, testPorts } from '../support/naming';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

const topology = newPrefix('app');

/** Runs in the page, whose types the tests do not have. */
function pseudoText(element: unknown): string {
  const page = globalThis as unknown as {
    getComputedStyle(element: unknown, pseudo: string): { readonly content: string };
  };
  return page.getComputedStyle(element, '::after').content.replaceAll('"', '');
}

suite('a Sentinel topology in the workbench', function () {
  this.timeout(180_000);
  inOrder(this);
  let workbench: Workbench;
  let tree: TopologyPage;
  let firstPort: number;
  suiteSetup(async () => {
    firstPort = await testPorts(6);
    workbench = await Workbench.open({
      files: { 'README.md': '# shop\n' },
      settings: { 'workbench.hover.delay': 2500 }, // or tooltips lie over the rows that are clicked next
    });
    tree = new TopologyPage(workbench, topology);
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`sentinel-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await cleanUp(topology);
  });

  const row = (name: string, says = ''): Locator => tree.row(name, says);
  const topologyRow = (says = ''): Locator => tree.topologyRow(says);
  /** The letters that the file decoration puts at the end of a row; they stand in a pseudo-element. */
  const badge = (name: string): Promise<string> => row(name).locator('.monaco-icon-label').evaluate(pseudoText);

  test('opens its view', async () => {
    await workbench.openContainer();
    await workbench.page
      .locator('.pane-body')
      .getByText(/No Redis runs on this machine yet|healthy|degraded|down|not known yet|Other Redis containers/)
      .first()
      .waitFor({ timeout: 20_000 });
    await tree.widen();
    await workbench.screenshot('sentinel-01-empty');
  });

  test('is created with Enter, Enter, Enter', async () => {
    const picture = (name: string) => async () => void (await workbench.screenshot(name));
    await tree.create({
      command: 'Redis: Create Sentinel Topology',
      namePrompt: 'Name of the topology',
      portStep: 5,
      firstPort,
      preview: 'What it survives',
      at: {
        2: async () => {
          await workbench.quickInput.getByText('On this machine', { exact: true }).first().waitFor();
          await workbench.screenshot('sentinel-02-wizard-image');
        },
        4: picture('sentinel-03-wizard-sentinels'),
        5: picture('sentinel-04-wizard-port'),
        8: picture('sentinel-05-preview'),
      },
    });
    await row('redis-1', 'master').waitFor();
    await workbench.screenshot('sentinel-06-created');
  });

  test('is shown whole, with role badges', async () => {
    for (const name of ['redis-2', 'redis-3']) await row(name, 'in sync').waitFor();
    for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3']) await row(name, 'sentinel').waitFor();
    await topologyRow('healthy').waitFor();
    const names = ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
    assert.deepEqual(await Promise.all(names.map(badge)), ['M', 'R', 'R', 'S', 'S', 'S']);
  });

  test('offers the acts that fit a row, in groups', async () => {
    assert.deepEqual(await tree.entries('redis-1'), [
      'Stop',
      'Restart',
      'Failover',
      'Open Console',
      'Show Logs',
      'Watch Live',
      'Explain Reachability',
      'Copy Address',
      'Copy Connection Code…',
      'Break',
    ]);
    assert.deepEqual(await tree.entries('sentinel-1'), [
      'Stop',
      'Restart',
      'Open Console',
      'Show Logs',
      'Watch Live',
      'Explain Reachability',
      'Copy Address',
      'Break',
    ]);
    await tree.lookAway();
    await topologyRow().click({ button: 'right' });
    await workbench.page.getByRole('menuitem', { name: 'Remove Topology' }).waitFor();
    await workbench.page.waitForTimeout(300); // it fades in
    await workbench.screenshot('sentinel-07-menu');
    await workbench.page.keyboard.press('Escape');
    await workbench.page.locator('.monaco-menu').waitFor({ state: 'detached' });
  });

  test('heals by itself after Stop on its master', async () => {
    const costs = tree.dialog.getByText(/sentinels have promoted redis-\d or redis-\d, in about 6\.3 s/);
    await tree.act('redis-1', 'Stop', '', costs);
    await workbench.screenshot('sentinel-08-stop-asked');
    await workbench.press('Stop');
    await row('redis-1', 'stopped').waitFor();
    await workbench.screenshot('sentinel-09-stopped');
    await row('redis-[23]', 'master').waitFor({ timeout: 30_000 });
    await workbench.screenshot('sentinel-10-healed');
    assert.deepEqual((await tree.entries('redis-1')).slice(0, 3), ['Start', 'Show Logs', 'Watch Live']);
  });

  test('takes the old master back as a replica after Start', async () => {
    await tree.act('redis-1', 'Start', '', tree.row('redis-1').filter({ hasNotText: 'stopped' }));
    await row('redis-1', 'in sync').waitFor({ timeout: 40_000 });
    await topologyRow('healthy').waitFor({ timeout: 30_000 });
    await workbench.screenshot('sentinel-11-whole-again');
  });

  test('hands the master over on Failover', async () => {
    const before = await row('redis-\\d', 'master').innerText();
    await tree.act('redis-[23]', 'Failover', 'master', tree.dialog.getByText(/becomes master/));
    await workbench.screenshot('sentinel-12-failover-asked');
    await workbench.press('Failover');
    await workbench.toast(`is the master of ${topology} now`).waitFor({ timeout: 40_000 });
    await workbench.screenshot('sentinel-13-failed-over');
    assert.notEqual(await row('redis-\\d', 'master').innerText(), before);
    await topologyRow('healthy').waitFor({ timeout: 30_000 });
  });

  test('Break says what it costs, and takes a server off its network and back', async () => {
    const replica = /^redis-\d/.exec(await row('redis-\\d', 'in sync').innerText())?.[0] ?? '';
    const costs = tree.dialog.getByText('neither the others nor its clients reach it');
    const offered = await tree.breaks(replica, 'Disconnect from Network', 'sentinel-20-break', costs);
    assert.deepEqual(offered, ['Stop', 'Kill', 'Pause', 'Disconnect from Network', 'Failover Drill…']);
    await workbench.screenshot('sentinel-21-disconnect-asked');
    await workbench.press('Disconnect');
    await row(replica, 'running').waitFor({ timeout: 20_000 });
    const back = row(replica, 'in sync');
    assert.deepEqual(await tree.breaks(replica, 'Connect to Network Again', 'sentinel-22-cut-off', back), [
      'Stop',
      'Kill',
      'Pause',
      'Connect to Network Again',
    ]);
    await topologyRow('healthy').waitFor({ timeout: 40_000 });
  });

  test('a drill with a master that is cut off: split brain, drawn and counted', async () => {
    await tree.clearToasts();
    await tree.actOnTopology('Failover Drill…', workbench.option(/redis-\d.*master/));
    await workbench.screenshot('sentinel-23-drill-whom');
    await workbench
      .option(/redis-\d.*master/)
      .first()
      .click();
    await workbench.option('Kill').waitFor();
    await workbench.screenshot('sentinel-24-drill-what');
    await workbench.pick('Cut off from the others');
    await workbench.option('4 × 100/s').first().waitFor();
    await workbench.screenshot('sentinel-25-drill-load');
    await workbench.pick('4 × 100/s');
    await tree.dialog.getByText('Afterwards what was broken is mended').waitFor();
    await workbench.screenshot('sentinel-26-drill-asked');
    await workbench.press('Run Drill');
    const page = workbench.webview;
    await page.getByRole('rowheader', { name: 'another one serves as master' }).waitFor({ timeout: 40_000 });
    await row('redis-\\d', 'stale master').waitFor({ timeout: 20_000 });
    await workbench.screenshot('sentinel-27-drill-running');
    await page
      .getByText(/^Lost [1-9]\d* of \d+ acknowledged writes in 1 run\.$/)
      .first()
      .waitFor({ timeout: 90_000 });
    await page
      .getByText(/Split brain: for [\d.]+ s two servers/)
      .first()
      .waitFor();
    await page.getByText('All is as it was before.').first().waitFor();
    await tree.clearToasts();
    for (const [theme, name] of [
      ['Light Modern', 'light'],
      ['Dark High Contrast', 'contrast'],
      ['Dark Modern', 'dark'],
    ] as const) {
      await workbench.theme(theme);
      await tree.lookAway();
      await workbench.screenshot(`sentinel-28-drill-${name}`);
    }
    await page.locator('#history').scrollIntoViewIfNeeded();
    await workbench.screenshot('sentinel-29-drill-history');
    await page.getByRole('button', { name: 'As Text' }).click();
    await topologyRow('healthy').waitFor({ timeout: 30_000 });
  });

  test('tells what happened in the timeline', async () => {
    await workbench.run('Redis: Show Timeline');
    // whatever else runs on this machine is told as well, and only what is in sight can be found
    await workbench.page
      .getByPlaceholder(/^Filter/)
      .filter({ visible: true })
      .fill('switch-master');
    await workbench.page
      .locator('.output-view')
      .getByText(/switch-master/)
      .first()
      .waitFor();
    await workbench.screenshot('sentinel-14-timeline');
  });

  for (const [theme, name] of [
    ['Dark Modern', 'dark'],
    ['Light Modern', 'light'],
    ['Dark High Contrast', 'contrast'],
  ] as const) {
    test(`can be read in ${theme}`, async () => {
      await workbench.theme(theme);
      const tooltip = workbench.page.locator('.monaco-hover').getByText('Redis says');
      for (let tries = 1; ; tries++) {
        // a row that comes or goes takes the tooltip with it
        await tree.lookAway();
        await row('redis-1').hover();
        const shown = tooltip.waitFor({ timeout: 10_000 });
        if (
          await shown.then(
            () => true,
            error => (tries < 5 ? false : Promise.reject(error)),
          )
        )
          break;
      }
      await workbench.page.waitForTimeout(500); // it fades in
      await workbench.screenshot(`sentinel-15-${name}`);
      await workbench.page.keyboard.press('Escape');
    });
  }

  test('is removed with its data, and nothing of it is left', async () => {
    await tree.actOnTopology('Remove Topology…', tree.dialog.getByText('Only what was made here is touched.'));
    await workbench.screenshot('sentinel-16-remove-asked');
    await workbench.press('Remove with Data');
    await workbench.toast(`${topology} is removed`).waitFor({ timeout: 60_000 });
    await topologyRow().waitFor({ state: 'detached' });
    assert.deepEqual(await leftovers(topology), []);
  });
});
