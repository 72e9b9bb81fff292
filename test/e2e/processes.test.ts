// No Docker answers: the same wizard makes the same topologies of plain server processes, and the same tree shows them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { passwordIn } from '../../src/topology/recreate';
import type { Locator } from 'playwright-core';
import { inOrder } from '../support/inOrder';
import { newPrefix, testPorts } from '../support/naming';
import { commandLines, killProcessesIn, processesIn } from '../support/processes';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

const topology = newPrefix('app');

suite('a cluster of plain processes in the workbench', function () {
  this.timeout(120_000);
  inOrder(this);
  let workbench: Workbench;
  let tree: TopologyPage;
  let firstPort: number;
  suiteSetup(async () => {
    workbench = await Workbench.open({
      files: { 'README.md': '# shop\n' },
      env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      settings: { 'workbench.hover.delay': 2500 },
    });
    tree = new TopologyPage(workbench, topology);
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`processes-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    killProcessesIn(join(workbench.folder, 'redis'));
    await workbench.close();
  });

  const cli = (node: number, ...command: string[]): string =>
    execFileSync('redis-cli', ['-p', String(firstPort + node - 1), ...command], {
      encoding: 'utf8',
      timeout: 10_000,
      env: {
        ...process.env,
        REDISCLI_AUTH: passwordIn(
          readFileSync(join(workbench.folder, 'redis', topology, `redis-${node}`, 'conf', 'redis.conf'), 'utf8'),
        ),
      },
    }).trim();
  /** By the palette, which offers what is broken with its reason. @param plan what shows it @param asks where Enter confirms it */
  const mend = async (
    command: string,
    reason: string,
    plan: Locator,
    asks: Locator,
    picture: string,
  ): Promise<void> => {
    await workbench.run(command);
    await workbench.option(topology).filter({ hasText: reason }).waitFor();
    await workbench.screenshot(`processes-${picture}-1-which`);
    await workbench.input.press('Enter');
    await plan.waitFor({ timeout: 20_000 });
    await asks.waitFor({ timeout: 20_000 });
    await workbench.screenshot(`processes-${picture}-2-plan`);
    await asks.press('Enter');
    await workbench.toast(`${topology} is mended`).waitFor({ timeout: 30_000 });
    await tree.topologyRow('healthy').waitFor({ timeout: 30_000 });
    await workbench.screenshot(`processes-${picture}-3-mended`);
    await tree.clearToasts();
  };

  test('is created with Enter, Enter, Enter', async () => {
    await workbench.openContainer();
    await workbench.page
      .locator('.pane-body')
      .getByText('No Redis runs on this machine yet')
      .first()
      .waitFor({ timeout: 30_000 });
    firstPort = await testPorts(6);
    await tree.create({
      command: 'Redis: Create Cluster Topology',
      namePrompt: 'Name of the cluster',
      portStep: 5,
      firstPort,
      preview: 'as plain processes',
      at: {
        2: async () => {
          await workbench.quickInput.getByText('/usr/bin/redis-server').first().waitFor();
          await workbench.screenshot('processes-01-wizard-program');
        },
        8: async () => void (await workbench.screenshot('processes-02-preview')),
      },
    });
    for (const name of ['redis-1', 'redis-2', 'redis-3']) await tree.row(name, 'master').waitFor();
    await tree.topologyRow('healthy').waitFor({ timeout: 20_000 });
    assert.equal(processesIn(join(workbench.folder, 'redis', topology)).length, 6);
    await workbench.screenshot('processes-03-created');
  });

  test('Open Console talks to the process, logged in and with no password on its command line', async () => {
    await tree.act('redis-2', 'Open Console', '', tree.terminal);
    const screen = await tree.inTerminal(
      `${topology}/redis-2`,
      'CLUSTER KEYSLOT page',
      /\(integer\) 144/,
      'processes-04-console',
      () => {
        const consoles = commandLines().filter(words => words[0]?.endsWith('redis-cli') === true);
        assert.deepEqual(
          consoles
            .filter(words => words.includes(String(firstPort + 1)))
            .map(words => words.slice(1).filter(word => !/^(-p|-h|127\.0\.0\.1|\d+)$/.test(word))),
          [[]],
        );
      },
    );
    assert.doesNotMatch(screen, /NOAUTH|WRONGPASS|Warning/);
  });

  test('Show Logs follows the log', async () => {
    // A line of a server's log: process, M or S for its role, time. Which ones are in sight depends on how the cluster came about.
    const lines = workbench.page.locator('.output-view .view-line').filter({ hasText: /\d+:[MS]\s/ });
    await tree.act('redis-2', 'Show Logs', '', lines);
    await workbench.screenshot('processes-05-log');
  });

  test('Copy Address gives where it listens', async () => {
    const told = workbench.page.locator('.statusbar').getByText(`Copied 127.0.0.1:${firstPort + 1}`);
    await tree.act('redis-2', 'Copy Address', '', told);
  });

  test('Assign Uncovered Slots gives what nobody owns to the masters, by a plan on the map', async () => {
    for (let node = 1; node <= 6; node++) cli(node, 'CLUSTER', 'DELSLOTSRANGE', '16000', '16383');
    await tree.topologyRow('No master for 384 of the slots').waitFor({ timeout: 30_000 });
    await mend(
      'Redis: Assign Uncovered Slots…',
      'No master for 384 of the slots (16000–16383)',
      workbench.webview.getByText(`Mend ${topology}?`),
      workbench.webview.getByRole('button', { name: 'Fix', exact: true }),
      'assign',
    );
    assert.match(cli(1, 'CLUSTER', 'INFO'), /cluster_slots_assigned:16384/);
  });

  test('Fix Open Slots takes off a mark that was left, by a plan in words', async () => {
    cli(2, 'CLUSTER', 'SETSLOT', '144', 'IMPORTING', cli(1, 'CLUSTER', 'MYID'));
    await tree.topologyRow('A move stands open').waitFor({ timeout: 30_000 });
    await mend(
      'Redis: Fix Open Slots…',
      'A move stands open for 1 of the slots',
      workbench.webview.getByRole('heading', { name: `How ${topology} would be mended` }),
      workbench.page.getByPlaceholder('The preview shows what will be done'),
      'open',
    );
    assert.doesNotMatch(cli(2, 'CLUSTER', 'NODES'), /\[144/);
  });

  test('a replica takes over after Stop on a master', async () => {
    await tree.act('redis-1', 'Stop', '', tree.dialog.getByText('Stop redis-1?'));
    await workbench.press('Stop');
    await tree.row('redis-5', 'master').waitFor({ timeout: 60_000 });
    await workbench.screenshot('processes-06-healed');
  });

  test('is removed with its data, and nothing of it is left', async () => {
    await tree.removeWithData();
    assert.deepEqual(processesIn(join(workbench.folder, 'redis')), []);
    assert.ok(!existsSync(join(workbench.folder, 'redis', topology)));
  });
});
