// No Docker answers: the same wizard makes the same topologies of plain server processes, and the same tree shows them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { newPrefix, testPorts } from '../support/naming';
import { killProcessesIn, processesIn } from '../support/processes';
import { Workbench } from '../support/workbench';

const topology = newPrefix();

suite('a cluster of plain processes in the workbench', function () {
  this.timeout(120_000);
  this.bail(true);
  let workbench: Workbench;
  suiteSetup(async () => {
    workbench = await Workbench.open({ files: { 'README.md': '# shop\n' }, env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }, settings: { 'workbench.hover.delay': 2500 } });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`processes-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    killProcessesIn(join(workbench.folder, 'redis'));
    await workbench.close();
  });

  const row = (name: string, says = ''): Locator => workbench.page.getByRole('treeitem', { name: new RegExp(`^${name} of ${topology},`) }).filter({ hasText: says }).first();
  const topologyRow = (says = ''): Locator => workbench.page.getByRole('treeitem', { name: new RegExp(`^${topology},`) }).filter({ hasText: says }).first();

  test('is created with Enter, Enter, Enter', async () => {
    await workbench.openContainer();
    await workbench.page.locator('.pane-body').getByText('No Redis runs on this machine yet').first().waitFor({ timeout: 30_000 });
    const firstPort = await testPorts(6);
    await workbench.run('Redis: Create Cluster Topology');
    await workbench.answer('Name of the cluster', topology);
    await workbench.quickInput.getByText('/usr/bin/redis-server').first().waitFor();
    await workbench.screenshot('processes-01-wizard-program');
    await workbench.answer('2/8');
    await workbench.answer('3/8');
    await workbench.answer('4/8');
    await workbench.quickInput.getByText('5/8').first().waitFor();
    await workbench.input.fill(String(firstPort));
    await workbench.quickInput.getByText(`Servers: ${firstPort}`).waitFor();
    await workbench.input.press('Enter');
    await workbench.answer('6/8');
    await workbench.answer('7/8');
    await workbench.quickInput.getByText('8/8').first().waitFor();
    await workbench.webview.getByText('as plain processes').waitFor();
    await workbench.screenshot('processes-02-preview');
    await workbench.answer('8/8');
    await workbench.toast('is running').waitFor({ timeout: 60_000 });
    for (const name of ['redis-1', 'redis-2', 'redis-3']) await row(name, 'master').waitFor();
    await topologyRow('healthy').waitFor({ timeout: 20_000 });
    assert.equal(processesIn(join(workbench.folder, 'redis', topology)).length, 6);
    await workbench.screenshot('processes-03-created');
  });

  test('a replica takes over after Stop on a master', async () => {
    await workbench.choose(row('redis-1'), 'Stop');
    await workbench.page.locator('.monaco-dialog-box').getByText('Stop redis-1?').waitFor();
    await workbench.press('Stop');
    await row('redis-5', 'master').waitFor({ timeout: 60_000 });
    await workbench.screenshot('processes-04-healed');
  });

  test('is removed with its data, and nothing of it is left', async () => {
    await workbench.choose(topologyRow(), 'Remove Topology…');
    await workbench.page.locator('.monaco-dialog-box').getByText('Only what was made here is touched.').waitFor({ timeout: 20_000 });
    await workbench.press('Remove with Data');
    await workbench.toast(`${topology} is removed`).waitFor({ timeout: 60_000 });
    await topologyRow().waitFor({ state: 'detached' });
    assert.deepEqual(processesIn(join(workbench.folder, 'redis')), []);
    assert.ok(!existsSync(join(workbench.folder, 'redis', topology)));
  });
});
