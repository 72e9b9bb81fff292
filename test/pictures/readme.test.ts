// The pictures of the README, taken in the real workbench with the packed extension: `npm run pictures`. Plain processes, so that nothing else of this machine is on
// them. Written to media/readme as WebP, small enough for git.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { inOrder } from '../support/inOrder';
import { testPorts, until } from '../support/naming';
import { killProcessesIn } from '../support/processes';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

/** What a picture may weigh, in bytes. */
const most = 100_000;
const folder = join(root, 'media', 'readme');

/** Faults of the kind that cost an evening, between lines that are fine. */
const conf = `# redis-conf: target=redis-8.0

################################## NETWORK #####################################
bind 127.0.0.1 ::1
port 6379            # the usual port
timeout 30s

################################# REPLICATION ##################################
replicaof 172.17.0.2 6379
cluster-enabled yes

################################### MEMORY #####################################
maxmemory 1.5gb
max-memory-policy allkeys-lru

############################## APPEND ONLY MODE ################################
appendonly true
appendfsync everysec
`;

suite('pictures of the README', function () {
  this.timeout(240_000);
  inOrder(this);
  let workbench: Workbench;
  let orders: TopologyPage;
  let sessions: TopologyPage;

  suiteSetup(async () => {
    mkdirSync(folder, { recursive: true });
    workbench = await Workbench.open({
      files: { 'redis.conf': conf },
      env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      settings: { 'workbench.hover.delay': 3000, 'workbench.colorTheme': 'Default Dark Modern' },
    });
    await workbench.page.setViewportSize({ width: 1440, height: 860 });
    orders = new TopologyPage(workbench, 'orders');
    sessions = new TopologyPage(workbench, 'sessions');
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`pictures-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    killProcessesIn(join(workbench.folder, 'redis'));
    await workbench.close();
  });

  /** The window as a WebP; the browser of the tests is what makes one of a PNG. */
  async function picture(name: string): Promise<void> {
    await workbench.page.waitForTimeout(800); // what fades in is there
    const png = (await workbench.page.screenshot()).toString('base64');
    const page = await workbench.page.context().newPage();
    const bytes = Buffer.from(
      (
        (await page.evaluate(`new Promise((resolve, reject) => {
          const image = new Image();
          image.onerror = reject;
          image.onload = () => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            canvas.getContext('2d').drawImage(image, 0, 0);
            resolve(canvas.toDataURL('image/webp', 0.6));
          };
          image.src = 'data:image/png;base64,${png}';
        })`)) as string
      ).replace(/^data:image\/webp;base64,/, ''),
      'base64',
    );
    await page.close();
    assert.ok(bytes.length > 5000 && bytes.length < most, `${name}: ${bytes.length} bytes`);
    writeFileSync(join(folder, `${name}.webp`), bytes);
  }

  test('a Sentinel topology and a cluster are made', async () => {
    await workbench.openContainer();
    await orders.widen(450);
    await orders.create({
      command: 'Redis: Create Sentinel Topology',
      namePrompt: 'Name of the topology',
      portStep: 5,
      firstPort: await testPorts(6),
      preview: 'What it survives',
    });
    await sessions.create({
      command: 'Redis: Create Cluster Topology',
      namePrompt: 'Name of the cluster',
      portStep: 5,
      firstPort: await testPorts(6),
      preview: 'as plain processes',
    });
    for (const tree of [orders, sessions]) await tree.topologyRow('healthy').waitFor({ timeout: 40_000 });
    await orders.clearToasts();
  });

  test('overview: the tree, and the slots of the cluster', async () => {
    const sum = workbench.webview.getByText('16,384 of 16,384 slots served by 3 shards');
    await workbench.choose(sessions.topologyRow(), 'Show Slot Map', sum);
    await workbench.webview.getByLabel('Find the slot of a key').fill('page');
    await workbench.webview.getByText('slot 144', { exact: true }).waitFor();
    await workbench.webview.getByRole('heading').first().scrollIntoViewIfNeeded();
    await orders.lookAway();
    await picture('overview');
  });

  test('stop: what it costs, before it is done', async () => {
    await orders.act('redis-1', 'Stop', '', orders.dialog.getByText(/sentinels have promoted redis-\d or redis-\d/));
    await picture('stop');
    await workbench.press('Stop');
    await orders.row('redis-[23]', 'master').waitFor({ timeout: 60_000 });
    await orders.act('redis-1', 'Start', '', orders.row('redis-1').filter({ hasNotText: 'stopped' }));
    await orders.row('redis-1', 'in sync').waitFor({ timeout: 60_000 });
    await orders.topologyRow('healthy').waitFor({ timeout: 40_000 });
    await orders.clearToasts();
  });

  test('drill: a master killed under load', async () => {
    await orders.actOnTopology('Failover Drill…', workbench.option(/redis-\d.*master/));
    await workbench
      .option(/redis-\d.*master/)
      .first()
      .click();
    await workbench.pick('Kill');
    await workbench.pick('4 × 100/s');
    await workbench.press('Run Drill');
    await workbench.webview.getByText('All is as it was before.').first().waitFor({ timeout: 120_000 });
    await orders.topologyRow('healthy').waitFor({ timeout: 40_000 });
    await orders.clearToasts();
    await orders.lookAway();
    await picture('drill');
  });

  test('problems: why, and what mends it', async () => {
    for (const name of ['sentinel-1', 'sentinel-2']) {
      await orders.act(name, 'Stop', '', orders.dialog.getByRole('button', { name: 'Stop', exact: true }));
      await workbench.press('Stop');
      await orders.row(name, 'stopped').waitFor({ timeout: 40_000 });
    }
    const line = workbench.treeItem(/^2 of 3 sentinels/);
    await line.waitFor({ timeout: 40_000 });
    await line.click();
    await workbench.webview.getByRole('button', { name: /Start/ }).first().waitFor({ timeout: 20_000 });
    await orders.clearToasts();
    await orders.lookAway();
    await picture('problems');
  });

  test('conf: the verdict of the server on every line', async () => {
    await workbench.openFile('redis.conf');
    await workbench.page.locator('.squiggly-error').first().waitFor({ timeout: 20_000 });
    await workbench.problems();
    await workbench.page
      .locator('.view-line')
      .filter({ hasText: 'max-memory-policy' })
      .click({ position: { x: 60, y: 8 } });
    // The light bulb comes when the findings have come; a key that was pressed before it offers something else, or nothing.
    const fix = workbench.page.locator('.action-widget').getByText('maxmemory-policy').first();
    await until('the quick fix', async () => {
      await workbench.page.keyboard.press('Escape');
      await workbench.page.keyboard.press('Control+.');
      await workbench.page.waitForTimeout(1500);
      return fix.isVisible();
    });
    await picture('conf');
  });
});
