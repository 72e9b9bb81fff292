// The main job, as a person does it: create by palette, look, stop the master, watch it heal, start it again, fail over, remove.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Locator } from 'playwright-core';
import { Workbench } from '../support/workbench';

const topology = 'e2e-orders';
const firstPort = 24_100;

/** Runs in the page, whose types the tests do not have. */
function pseudoText(element: unknown): string {
  const page = globalThis as unknown as { getComputedStyle(element: unknown, pseudo: string): { readonly content: string } };
  return page.getComputedStyle(element, '::after').content.replaceAll('"', '');
}

suite('a Sentinel topology in the workbench', function () {
  this.timeout(120_000);
  let workbench: Workbench;
  suiteSetup(async () => {
    removeLeftovers();
    workbench = await Workbench.open({ files: { 'README.md': '# shop\n' } });
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`sentinel-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    removeLeftovers();
  });

  /** The row of a node of our topology (other topologies of the machine are shown, too) that says so. */
  const row = (name: string, says = ''): Locator => workbench.page.getByRole('treeitem', { name: new RegExp(`^${name} of ${topology},`) }).filter({ hasText: says }).first();
  const topologyRow = (says = ''): Locator => workbench.page.getByRole('treeitem', { name: new RegExp(`^${topology},`) }).filter({ hasText: says }).first();
  /** The letters that the file decoration puts at the end of a row; they stand in a pseudo-element. */
  const badge = (name: string): Promise<string> => row(name).locator('.monaco-icon-label').evaluate(pseudoText);

  test('opens its view', async () => {
    await workbench.openContainer();
    await workbench.page.locator('.pane-body').getByText(/No Redis runs on this machine yet|healthy|degraded|down|Other Redis containers/).first().waitFor({ timeout: 20_000 });
    await workbench.screenshot('sentinel-01-empty');
  });

  test('is created with Enter, Enter, Enter', async () => {
    await workbench.run('Redis: Create Sentinel Topology');
    await workbench.answer('Name of the topology', topology);
    await workbench.quickInput.getByText('On this machine', { exact: true }).first().waitFor();
    await workbench.screenshot('sentinel-02-wizard-image');
    await workbench.answer('2/8');
    await workbench.answer('3/8');
    await workbench.quickInput.getByText('4/8').first().waitFor();
    await workbench.screenshot('sentinel-03-wizard-sentinels');
    await workbench.answer('4/8');
    await workbench.quickInput.getByText('5/8').first().waitFor();
    await workbench.input.fill(String(firstPort));
    await workbench.quickInput.getByText('Servers: 24100').waitFor();
    await workbench.screenshot('sentinel-04-wizard-port');
    await workbench.input.press('Enter');
    await workbench.answer('6/8');
    await workbench.answer('7/8');
    await workbench.quickInput.getByText('8/8').first().waitFor();
    await workbench.webview.getByText('What it survives').waitFor();
    await workbench.screenshot('sentinel-05-preview');
    await workbench.answer('8/8');
    await workbench.toast('is running').waitFor({ timeout: 60_000 });
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
});

/** What an earlier run that was killed may have left. */
function removeLeftovers(): void {
  const ids = (...args: string[]): string[] => execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(id => id !== '');
  const label = `label=com.docker.compose.project=${topology}`;
  const containers = ids('ps', '-aq', '--filter', label);
  if (containers.length > 0) execFileSync('docker', ['rm', '-fv', ...containers]);
  for (const network of ids('network', 'ls', '-q', '--filter', label)) execFileSync('docker', ['network', 'rm', network]);
  for (const volume of ids('volume', 'ls', '-q', '--filter', label)) execFileSync('docker', ['volume', 'rm', '-f', volume]);
}
