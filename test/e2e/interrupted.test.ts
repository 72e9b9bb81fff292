// The extension's process is killed in the middle of a creation: the next one finds what was begun, to finish or to remove it.
import assert from 'node:assert/strict';
import { cleanUp, dockerLines, leftovers } from '../support/docker';
import { inOrder } from '../support/inOrder';
import { newPrefix, testPorts, until } from '../support/naming';
import { TopologyPage } from '../support/topologyPage';
import { Workbench } from '../support/workbench';

suite('a creation that was cut off', function () {
  this.timeout(240_000);
  inOrder(this);
  const names = { finished: newPrefix('app'), removed: newPrefix('app') };
  let workbench: Workbench;
  suiteSetup(async () => {
    workbench = await Workbench.open({ files: { 'README.md': '# shop\n' } });
    await workbench.openContainer();
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`interrupted-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    await cleanUp(names.finished);
    await cleanUp(names.removed);
  });

  /** Walks through the wizard and kills the extension's process once a part of the servers is there. */
  async function cutOff(name: string): Promise<TopologyPage> {
    const tree = new TopologyPage(workbench, name);
    await tree.walk({
      command: 'Redis: Create Replication Topology',
      namePrompt: 'Name of the topology',
      portStep: 5,
      firstPort: await testPorts(3),
      preview: 'What it survives',
    });
    await workbench.input.press('Enter');
    const made = await until('the first server', async () => {
      const found = await dockerLines('ps', '-a', '--filter', `name=${name}`, '--format', '{{.Names}}');
      return found.length > 0 && found;
    });
    workbench.killExtensionHost();
    console.log(`      cut off after ${made.length} of 3 servers`);
    await workbench.toast(`The creation of ${name} was interrupted`).waitFor({ timeout: 60_000 });
    return tree;
  }

  test('is found by the next extension host, and finished on Finish', async () => {
    const tree = await cutOff(names.finished);
    await workbench.screenshot('interrupted-01-found');
    await workbench.press('Finish');
    await workbench.toast(`${names.finished} is running`).waitFor({ timeout: 120_000 });
    await tree.row('redis-1', 'master').waitFor();
    for (const name of ['redis-2', 'redis-3']) await tree.row(name, 'in sync').waitFor({ timeout: 30_000 });
    await workbench.screenshot('interrupted-02-finished');
  });

  test('a drill that was cut off while its server was frozen is found, and the server mended', async () => {
    const tree = new TopologyPage(workbench, names.finished);
    const stateOf = async (node: string): Promise<string> =>
      (await dockerLines('inspect', '-f', '{{.State.Status}}', `${names.finished}-${node}`)).join();
    await tree.clearToasts();
    await tree.actOnTopology('Failover Drill…', workbench.option(/redis-2.*replica/));
    await workbench
      .option(/redis-2.*replica/)
      .first()
      .click();
    await workbench.pick('Pause');
    await workbench.pick('4 × 100/s');
    await workbench.press('Run Drill');
    await until('the server frozen', async () => (await stateOf('redis-2')) === 'paused', 60_000);
    await workbench.load(); // as Reload Window does: the extension's process ends at once
    await workbench.openContainer();
    const found = workbench.toast(new RegExp(`drill of ${names.finished} was interrupted, and redis-2 is still`));
    await found.waitFor({ timeout: 60_000 });
    assert.equal(await stateOf('redis-2'), 'paused');
    await workbench.screenshot('interrupted-05-drill');
    await workbench.press('Mend It');
    await workbench.toast('redis-2 runs again').waitFor({ timeout: 60_000 });
    assert.equal(await stateOf('redis-2'), 'running');
    await tree.row('redis-2', 'in sync').waitFor({ timeout: 60_000 });
    await workbench.screenshot('interrupted-06-mended');
    await tree.removeWithData();
  });

  test('leaves nothing on Remove', async () => {
    const tree = await cutOff(names.removed);
    await workbench.screenshot('interrupted-03-found');
    await workbench.press('Remove');
    await workbench.toast(`What there was of ${names.removed} is removed`).waitFor({ timeout: 60_000 });
    await tree.topologyRow().waitFor({ state: 'detached' });
    await workbench.screenshot('interrupted-04-removed');
    assert.deepEqual(await leftovers(names.removed), []);
  });
});
