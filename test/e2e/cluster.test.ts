// A cluster as a person makes and uses it: create by palette, open its slot map, find the home of a key, fail over, remove.
import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { cleanUp, docker, leftovers } from '../support/docker';
import { inOrder } from '../support/inOrder';
import { newPrefix, testPorts } from '../support/naming';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

const topology = newPrefix('app');

suite('a cluster in the workbench', function () {
  this.timeout(120_000);
  inOrder(this);
  let workbench: Workbench;
  let tree: TopologyPage;
  suiteSetup(async () => {
    workbench = await Workbench.open({ files: { 'README.md': '# shop\n' } });
    tree = new TopologyPage(workbench, topology);
    await workbench.openContainer();
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`cluster-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await cleanUp(topology);
  });

  const row = (name: string, says = ''): Locator => tree.row(name, says);
  const topologyRow = (says = ''): Locator => tree.topologyRow(says);
  const map = (): FrameLocator => workbench.webview;

  test('is created with Enter, Enter, Enter', async () => {
    const firstPort = await testPorts(6);
    await tree.create({
      command: 'Redis: Create Cluster Topology',
      namePrompt: 'Name of the cluster',
      portStep: 5,
      firstPort,
      preview: 'What it survives',
      at: {
        3: async () => void (await workbench.screenshot('cluster-01-wizard-masters')),
        8: async () => void (await workbench.screenshot('cluster-02-preview')),
      },
    });
    for (const name of ['redis-1', 'redis-2', 'redis-3']) await row(name, 'master').waitFor();
    for (const [master, replica] of [
      ['redis-1', 'redis-5'],
      ['redis-2', 'redis-6'],
      ['redis-3', 'redis-4'],
    ] as const) {
      const twistie = row(master).locator('.monaco-tl-twistie.collapsed');
      if ((await twistie.count()) > 0) await twistie.click();
      await row(replica, 'replica').waitFor();
    }
    await topologyRow('healthy').waitFor({ timeout: 20_000 });
    await workbench.screenshot('cluster-03-created');
  });

  test('shows its slots, and the home of a key', async () => {
    await workbench.choose(topologyRow(), 'Show Slot Map', map().getByRole('heading', { name: new RegExp(topology) }));
    await map().getByText('16,384 of 16,384 slots served by 3 shards').waitFor();
    await map().getByLabel('Find the slot of a key').fill('page');
    await map().getByText('slot 144', { exact: true }).waitFor();
    await map().locator('[data-part=owner] dd').filter({ hasText: 'redis-1' }).waitFor();
    await map().locator('[data-part=keys] dd').filter({ hasText: /^0$/ }).waitFor();
    await workbench.page.waitForTimeout(800); // the finger has landed
    await workbench.screenshot('cluster-04-slot-map');
  });

  test('paints each slot in the colour of its owner', async () => {
    // one pixel a slot, read back from the canvas: equal within a shard (but for its texture), different between shards
    const pixels = await map()
      .locator('#field')
      .evaluate((canvas: unknown) => {
        const context = (
          canvas as {
            getContext(kind: '2d'): {
              getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
            };
          }
        ).getContext('2d');
        const { data } = context.getImageData(0, 0, 128, 128);
        return [0, 144, 5460, 5464, 8000, 10922, 10923, 12000, 16383].map(slot =>
          [...data.slice(slot * 4, slot * 4 + 3)].join(),
        );
      });
    const [a, b, c] = [new Set(pixels.slice(0, 3)), new Set(pixels.slice(3, 6)), new Set(pixels.slice(6))];
    assert.equal(a.size, 1);
    assert.ok(b.size <= 2 && c.size <= 2, pixels.join(' '));
    assert.equal(new Set([...a, ...b, ...c]).size, a.size + b.size + c.size);
  });

  test('is walked by keyboard', async () => {
    await map().locator('#map').focus();
    await workbench.page.keyboard.press('End');
    await map().locator('[data-part=slot] dd').filter({ hasText: '16383' }).waitFor();
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.press('ArrowDown');
    await map().locator('[data-part=slot] dd').filter({ hasText: /^128$/ }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await map().locator('[data-part=selected] dd').filter({ hasText: '5,461 slots (0 – 5460)' }).waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  for (const [theme, name] of [
    ['Light Modern', 'light'],
    ['Dark High Contrast', 'contrast'],
    ['Dark Modern', 'dark'],
  ] as const) {
    test(`slot map in ${theme}`, async () => {
      await workbench.theme(theme);
      await workbench.page.waitForTimeout(600); // the page draws anew
      await workbench.screenshot(`cluster-05-slot-map-${name}`);
    });
  }

  test('moves ten slots by keyboard only', async () => {
    await map().locator('#map').focus();
    await workbench.page.keyboard.press('Home');
    for (let step = 0; step < 9; step++) await workbench.page.keyboard.press('Shift+ArrowRight');
    await map().locator('[data-part=selected] dd').filter({ hasText: '10 slots (0 – 9)' }).waitFor();
    await workbench.screenshot('cluster-06-selected');
    await map().locator('button.move').focus();
    await workbench.page.keyboard.press('Enter');
    await workbench.quickInput
      .getByText('Which master takes 10 slots')
      .or(workbench.page.getByPlaceholder('Which master takes 10 slots'))
      .first()
      .waitFor();
    await workbench.input.fill('redis-2');
    await workbench.page.keyboard.press('Enter');
    await map()
      .getByText(/Move 10 slots with 0 keys in/)
      .waitFor({ timeout: 20_000 });
    await map().locator('#planMoves tr').filter({ hasText: 'redis-1 → redis-2' }).filter({ hasText: '0–9' }).waitFor();
    await map().locator('#planActs button[data-act=go]:focus').waitFor(); // the plan has the keyboard: Enter is enough
    await workbench.screenshot('cluster-06-move-asked');
    await workbench.page.keyboard.press('Enter');
    await workbench.toast('10 slots with 0 keys moved').waitFor({ timeout: 30_000 });
    await map().locator('#shards tr').filter({ hasText: 'redis-2' }).filter({ hasText: '5,472' }).waitFor();
    await workbench.screenshot('cluster-06-moved');
  });

  test('repairs from the map what is wrong with its slots: drawn first, then done', async () => {
    // The owner gives a slot away by itself: it says nobody, the others say redis-1.
    const order = 'redis-cli -p $(sed -n "s/^port //p" /conf/redis.conf) cluster delslots 20';
    const secret = 'REDISCLI_AUTH=$(sed -n "s/^requirepass //p" /conf/redis.conf | tr -d \'"\')';
    assert.match(await docker('exec', `${topology}-redis-1`, 'sh', '-c', `${secret} ${order}`), /OK/);
    await map().locator('#trouble li').filter({ hasText: 'redis-1 says nobody' }).waitFor({ timeout: 30_000 });
    await map().getByRole('button', { name: 'Repair…' }).click();
    await map().getByText(`Mend ${topology}?`).waitFor({ timeout: 20_000 });
    await map().locator('#planMoves tr').filter({ hasText: 'nobody → redis-1' }).filter({ hasText: '20' }).waitFor();
    await map()
      .locator('#planDetail')
      .getByText(/redis-1 gets 1 slot \(20\)/)
      .waitFor();
    await map().locator('#planActs button[data-act=go]:focus').waitFor();
    await workbench.screenshot('cluster-06-repair-asked');
    await workbench.page.keyboard.press('Enter');
    await workbench.toast(/is mended: 1 steps/).waitFor({ timeout: 30_000 });
    await map().locator('#troublePart').waitFor({ state: 'hidden', timeout: 30_000 });
    await map().locator('.level.healthy').waitFor({ timeout: 30_000 });
  });

  test('is there again after the window was loaded anew, with the key that was looked for', async () => {
    await workbench.load();
    await map()
      .getByRole('heading', { name: new RegExp(topology) })
      .waitFor({ timeout: 60_000 });
    await map()
      .locator('#shards tr')
      .filter({ hasText: 'redis-2' })
      .filter({ hasText: '5,472' })
      .waitFor({ timeout: 30_000 });
    assert.equal(await map().getByLabel('Find the slot of a key').inputValue(), 'page');
    await map().getByText('slot 144', { exact: true }).waitFor();
    await workbench.openContainer();
    await row('redis-5', 'replica').or(topologyRow()).first().waitFor();
    const twistie = row('redis-1').locator('.monaco-tl-twistie.collapsed');
    if ((await twistie.count()) > 0) await twistie.click();
  });

  test('a shard that is chosen on the map is chosen in the tree, and back', async () => {
    await map().locator('button.shard').filter({ hasText: 'redis-3' }).click();
    await workbench.page.locator('.monaco-list-row.selected').filter({ hasText: 'redis-3' }).waitFor();
    const lit = map().locator('tr.lit').filter({ hasText: 'redis-2' });
    await workbench.persist(async () => {
      await row('redis-4', 'replica').click(); // a row that is chosen already would not be chosen again
      await row('redis-2', 'master').click();
    }, lit);
  });

  test('hands a master over on Failover, and the map follows', async () => {
    const asked = tree.dialog.getByText(/redis-5 becomes master of the slots 10-5460/);
    await tree.act('redis-5', 'Failover', 'replica', asked);
    await workbench.screenshot('cluster-06-failover-asked');
    await workbench.press('Failover');
    await workbench.toast('redis-5 is master in the place of redis-1 now').waitFor({ timeout: 40_000 });
    await row('redis-5', 'master').waitFor();
    await row('redis-1', 'replica').waitFor();
    await map().locator('button.shard').filter({ hasText: 'redis-5' }).waitFor();
    await workbench.screenshot('cluster-07-failed-over');
  });

  test('grows by a replica with a right click, is checked, and shrinks', async () => {
    const added = workbench.webview.getByRole('heading', { name: new RegExp(`What will be added to ${topology}`) });
    await tree.act('redis-2', 'Add Replica…', 'master', added);
    await workbench.screenshot('cluster-08-replica-preview');
    await workbench.quickInput.getByText('redis-7, a replica of redis-2').first().waitFor();
    await workbench.input.press('Enter');
    await workbench.toast('redis-7 belongs to').waitFor({ timeout: 60_000 });
    const closed = row('redis-2', 'master').locator('.monaco-tl-twistie.collapsed');
    if ((await closed.count()) > 0) await closed.click();
    await row('redis-7', 'replica').waitFor();
    await workbench.screenshot('cluster-08-replica-added');
    await tree.actOnTopology('Check Cluster', workbench.webview.getByRole('heading', { name: /is whole/ }));
    await workbench.webview.getByText('All 7 nodes that answer agree on the slots.').waitFor();
    await workbench.screenshot('cluster-09-check');
    await tree.clearToasts();
    await tree.act('redis-7', 'Remove Node…', 'replica', tree.dialog.getByText(`Remove redis-7 from ${topology}?`));
    await workbench.screenshot('cluster-10-remove-node-asked');
    await workbench.press('Remove Server and Data');
    await workbench.toast('redis-7 has left').waitFor({ timeout: 60_000 });
    await row('redis-7').waitFor({ state: 'detached' });
    await topologyRow('healthy').waitFor({ timeout: 20_000 });
    await workbench.screenshot('cluster-10-removed');
  });

  test('is removed with its data, and nothing of it is left', async () => {
    await tree.removeWithData();
    assert.deepEqual(await leftovers(topology), []);
  });
});
