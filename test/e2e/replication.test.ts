// Replication without sentinels, and single servers: create, look into a node, hand over, promote, follow, remove. Also a server
// that somebody else made, which wants a password.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { cleanUp, docker, leftovers } from '../support/docker';
import { inOrder } from '../support/inOrder';
import { newPrefix, testLabel, testPort, testPorts } from '../support/naming';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

const topology = newPrefix('app');
const foreign = `${topology}-foreign`;
const password = 'open-sesame-42';

suite('a replication in the workbench', function () {
  this.timeout(120_000);
  inOrder(this);
  let workbench: Workbench;
  let tree: TopologyPage;
  let firstPort: number;
  suiteSetup(async () => {
    firstPort = await testPorts(3);
    workbench = await Workbench.open({
      files: { 'README.md': '# shop\n' },
      settings: { 'workbench.hover.delay': 2500 },
    });
    tree = new TopologyPage(workbench, topology);
    await workbench.openContainer();
    await tree.widen();
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`replication-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await cleanUp(topology);
  });

  test('is created as a chain', async () => {
    await tree.create({
      command: 'Redis: Create Replication Topology',
      namePrompt: 'Name of the topology',
      portStep: 5,
      firstPort,
      preview: 'What it survives',
      at: {
        4: async () => {
          await workbench.screenshot('replication-01-wizard-shape');
          await workbench.input.fill('chain');
        },
        8: async () => void (await workbench.screenshot('replication-02-preview')),
      },
    });
    await tree.row('redis-1', 'master').waitFor();
    for (const name of ['redis-2', 'redis-3']) await tree.row(name, 'in sync').waitFor();
    await tree.topologyRow('healthy').waitFor({ timeout: 20_000 });
    assert.deepEqual(
      await Promise.all(['redis-1', 'redis-2', 'redis-3'].map(name => tree.row(name).getAttribute('aria-level'))),
      ['2', '3', '4'],
    );
    await workbench.screenshot('replication-03-created');
  });

  test('Open Console talks to the node, logged in', async () => {
    await tree.act('redis-1', 'Open Console', '', tree.terminal);
    const screen = await tree.inTerminal(`${topology}/redis-1`, 'SET greeting hello', /OK/, 'replication-04-console');
    assert.doesNotMatch(screen, /NOAUTH|WRONGPASS|Warning/);
  });

  test('Show Logs follows the log', async () => {
    const lines = workbench.page.locator('.output-view .view-lines');
    await tree.act('redis-1', 'Show Logs', '', lines.getByText('CONFIG REWRITE executed'));
    const conf = readFileSync(join(workbench.folder, 'redis', topology, 'redis-1', 'conf', 'redis.conf'), 'utf8');
    const [, secret = ''] = /^requirepass "?([^"\n]+)"?$/m.exec(conf) ?? [];
    await docker(
      'exec',
      '-e',
      `REDISCLI_AUTH=${secret}`,
      `${topology}-redis-1`,
      'redis-cli',
      '-p',
      String(firstPort),
      'SAVE',
    );
    await lines
      .getByText(/1:M\s.*\sDB\ssaved\son\sdisk/)
      .first()
      .waitFor({ timeout: 30_000 }); // it came after the channel was opened
    await workbench.screenshot('replication-05-log');
  });

  test('Copy Address gives where this machine reaches it', async () => {
    const told = workbench.page.locator('.statusbar').getByText(`Copied 127.0.0.1:${firstPort}`);
    await tree.act('redis-1', 'Copy Address', '', told);
    assert.equal(await workbench.page.evaluate('navigator.clipboard.readText()'), `127.0.0.1:${firstPort}`);
  });

  test('hands the master over on Failover, and loses nothing', async () => {
    await tree.actOnTopology('Failover', tree.dialog.getByText(/becomes master, redis-1 its replica/));
    await workbench.screenshot('replication-06-failover-asked');
    await workbench.press('Failover');
    await workbench.toast(`redis-2 is the master of ${topology} now`).waitFor({ timeout: 60_000 });
    await tree.row('redis-2', 'master').waitFor();
    await tree.row('redis-1', 'in sync').waitFor({ timeout: 30_000 });
    await workbench.screenshot('replication-07-failed-over');
  });

  test('Promote makes a replica a master of its own', async () => {
    await tree.act('redis-3', 'Promote to Master', '', tree.dialog.getByText('May lose the last writes'));
    await workbench.screenshot('replication-08-promote-asked');
    await workbench.press('Promote');
    await workbench.toast('redis-3 is a master now').waitFor({ timeout: 60_000 });
    await tree.row('redis-3', 'master').waitFor();
    await workbench.screenshot('replication-09-promoted');
  });

  test('Make Replica Of takes it back', async () => {
    await tree.act('redis-3', 'Make Replica Of…', '', workbench.quickInput.getByText('redis-2'));
    await workbench.screenshot('replication-10-whom');
    await workbench.input.fill('redis-2');
    await workbench.option('redis-2').filter({ hasText: topology }).first().click();
    await tree.dialog.getByText('redis-3').first().waitFor({ timeout: 20_000 });
    await workbench.screenshot('replication-11-follow-asked');
    await workbench.press('Make Replica');
    await workbench.toast('redis-3 follows redis-2 now').waitFor({ timeout: 60_000 });
    await tree.row('redis-3', 'in sync').waitFor({ timeout: 30_000 });
  });

  test('Kill and Pause say what they cost, Start takes a node back', async () => {
    await tree.breaks('redis-2', 'Pause', 'replication-12-break', tree.dialog.getByText('nobody will take over'));
    await workbench.screenshot('replication-13-pause-asked');
    await workbench.press('Pause');
    await tree.row('redis-2', 'paused').waitFor();
    await workbench.screenshot('replication-14-paused');
    await tree.act('redis-2', 'Start', '', tree.row('redis-2', 'master').filter({ hasNotText: 'paused' }));
  });

  test('a server that somebody else made is opened with its password', async () => {
    const port = await testPort();
    await docker('network', 'create', '--label', `${testLabel}=${topology}`, foreign);
    await docker(
      'run',
      '-d',
      '--name',
      foreign,
      '--network',
      foreign,
      '--label',
      `${testLabel}=${topology}`,
      '-p',
      `127.0.0.1:${port}:6379`,
      'redis:7.0',
      'redis-server',
      '--requirepass',
      password,
    );
    const others = workbench.treeItem('Other Redis containers');
    await tree.scrolledTo(others);
    if ((await others.getAttribute('aria-expanded')) === 'false') await others.locator('.monaco-tl-twistie').click();
    const row = (says: string): Locator =>
      workbench.page
        .getByRole('treeitem', { name: new RegExp(`^${foreign},`) })
        .filter({ hasText: says })
        .first();
    await tree.scrolledTo(row('wants a password'));
    await row('').hover();
    await workbench.screenshot('replication-15-locked');
    await row('').getByRole('button', { name: 'Enter Password…' }).click();
    const asked = workbench.quickInput.getByText('Password; it is kept');
    await asked.waitFor();
    await workbench.input.fill('wrong');
    await workbench.input.press('Enter');
    await workbench.quickInput.getByText('The default user is not let in').waitFor({ timeout: 20_000 });
    await workbench.screenshot('replication-16-wrong-password');
    await workbench.quickInput.getByRole('button', { name: 'Back' }).click();
    await asked.waitFor();
    await workbench.input.fill(password);
    await workbench.input.press('Enter');
    await row('master').waitFor({ timeout: 30_000 });
    await workbench.screenshot('replication-17-opened');
    await workbench.run('Redis: Forget Password');
    await workbench.option(foreign).first().click();
    await row('wants a password').waitFor({ timeout: 30_000 });
    await docker('rm', '-f', foreign);
    await docker('network', 'rm', foreign);
    await tree.scrolledTo(tree.topologyRow());
  });

  test('is removed with its data, and nothing of it is left', async () => {
    await tree.removeWithData();
    assert.deepEqual(await leftovers(topology), []);
  });
});
