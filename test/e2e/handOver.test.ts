// A topology made by hand, as the notes make one, used and handed over: connection code for a program, and a Compose project for a colleague.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, docker } from '../support/docker';
import { inOrder } from '../support/inOrder';
import { newPrefix, testLabel, testPorts } from '../support/naming';
import { Workbench } from '../support/workbench';

const prefix = newPrefix('app');

suite('a topology made by hand, in the workbench', function () {
  this.timeout(120_000);
  inOrder(this);
  let workbench: Workbench;
  let port = 0;
  let dockerConfig = '';
  suiteSetup(async () => {
    port = await testPorts(2);
    const start = (name: string, at: number, ...args: readonly string[]): Promise<string> =>
      docker(
        'run',
        '-d',
        '--name',
        `${prefix}-${name}`,
        '--label',
        `${testLabel}=${prefix}`,
        '-p',
        `127.0.0.1:${at}:${at}`,
        'redis:7.0',
        'redis-server',
        '--port',
        String(at),
        '--protected-mode',
        'no',
        ...args,
      );
    await start('one', port);
    await start(
      'two',
      port + 1,
      '--replicaof',
      await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', `${prefix}-one`),
      String(port),
    );
    dockerConfig = contextNamed('desk', 'unix:///var/run/docker.sock');
    workbench = await Workbench.open({
      files: { 'README.md': '# app\n' },
      env: { ...process.env, DOCKER_CONFIG: dockerConfig },
    });
    await workbench.openContainer();
  });
  teardown(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`hand-over-failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });
  suiteTeardown(async () => {
    await workbench.close();
    rmSync(dockerConfig, { recursive: true, force: true });
    await cleanUp(prefix);
  });

  const row = () => workbench.page.getByRole('treeitem', { name: new RegExp(`^${prefix}-one`) }).first();
  const editor = () => workbench.page.locator('.editor-instance .view-lines').first();

  test('gives the code that a program in Python connects with, addresses mapped', async () => {
    await row().waitFor({ timeout: 30_000 });
    await workbench.choose(row(), 'Copy Connection Code…', workbench.quickInput.getByText('1/3'));
    await workbench.screenshot('hand-over-01-libraries');
    await workbench.pick('redis-py');
    await workbench.pick('On this machine');
    await workbench.pick(/Open as a new file/);
    await editor().getByText('import redis').first().waitFor();
    await editor().getByText(String(port)).first().waitFor();
    await workbench.screenshot('hand-over-02-code');
  });

  test('is exported as a Compose project', async () => {
    const folder = join(workbench.folder, 'handed-over');
    const topologyRow = workbench.page.getByRole('treeitem', { name: new RegExp(`^${prefix},`) }).first();
    await workbench.choose(topologyRow, 'Export as Compose…', workbench.input);
    await workbench.input.fill(folder);
    await workbench.input.press('Enter');
    await workbench.toast(/docker[ -]compose up -d/).waitFor({ timeout: 30_000 });
    await editor().getByText('services:').first().waitFor();
    await workbench.screenshot('hand-over-03-compose');
    assert.match(
      readFileSync(join(folder, 'compose.yaml'), 'utf8'),
      new RegExp(`127\\.0\\.0\\.1:${port + 1}:${port + 1}`),
    );
    assert.ok(existsSync(join(folder, 'README.md')) && statSync(join(folder, 'scripts', 'start.sh')).isFile());
  });

  test('a server that announces an address where nobody lives: the table says so, a plan mends it', async () => {
    const said = (...command: readonly string[]): Promise<string> =>
      docker('exec', `${prefix}-two`, 'redis-cli', '-p', String(port + 1), ...command);
    await said('CONFIG', 'SET', 'replica-announce-ip', '127.0.0.9'); // of loopback, where nobody listens
    const topologyRow = workbench.page.getByRole('treeitem', { name: new RegExp(`^${prefix},`) }).first();
    await workbench.choose(topologyRow, 'Explain Reachability', workbench.toast('not reached at the address'));
    const table = workbench.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
    await table.getByText('where it does not live').first().waitFor({ timeout: 30_000 });
    await workbench.screenshot('hand-over-04-reachability');
    await workbench.press('Mend…');
    await workbench.pick(/announce its own address/);
    await workbench.page.locator('.monaco-dialog-box').waitFor();
    await workbench.screenshot('hand-over-05-plan');
    await workbench.press('Fix');
    await workbench.toast(/The problem is gone/).waitFor({ timeout: 60_000 });
    await table.getByText('Every server is reached').first().waitFor({ timeout: 60_000 });
    await workbench.screenshot('hand-over-06-mended');
    assert.equal((await said('CONFIG', 'GET', 'replica-announce-ip')).split('\n')[1] ?? '', '');
  });

  test('a server behind a password: the table says so and asks for it, and what the server accepts is kept', async () => {
    const password = 'of-the-replica';
    await docker(
      'exec',
      `${prefix}-two`,
      'redis-cli',
      '-p',
      String(port + 1),
      'CONFIG',
      'SET',
      'requirepass',
      password,
    );
    const topologyRow = workbench.page.getByRole('treeitem', { name: new RegExp(`^${prefix},`) }).first();
    const table = workbench.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
    await workbench.choose(topologyRow, 'Explain Reachability', table.getByText('wants a password that is not known'));
    await workbench.screenshot('hand-over-07-password');
    await workbench.press('Mend…');
    await workbench.pick(/Enter the password of/);
    await workbench.answer(/Password; it is kept/, password);
    await table.getByText('Every server is reached').first().waitFor({ timeout: 60_000 });
    await workbench.screenshot('hand-over-08-password-known');
  });

  test('another Docker context is chosen, and stands in the title of the view', async () => {
    await workbench.run('Redis: Switch Docker Context…');
    await workbench.option(/desk/).first().waitFor();
    await workbench.screenshot('hand-over-09-contexts');
    await workbench.pick(/desk/);
    await workbench.page.getByText('Redis: Topologies · desk').first().waitFor({ timeout: 30_000 });
    await row().waitFor({ timeout: 30_000 });
    await workbench.screenshot('hand-over-10-context');
  });
});

/** A folder as the Docker command line keeps it, with one context that nobody has switched to. */
function contextNamed(name: string, host: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rtt-contexts-'));
  const meta = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  return folder;
}
