// A conf file of a topology that really runs: judged for the server that runs, together with the other nodes, and checked by that server.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createDockerEngine } from '../../src/engine/docker';
import type { Engine } from '../../src/engine/engine';
import { createProcessEngine } from '../../src/engine/process';
import { confCommands } from '../../src/manifest';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createSentinel, prepareSentinel } from '../../src/topology/createSentinel';
import { removeTopology } from '../../src/topology/removeTopology';
import { memoryDeps } from '../support/memoryDeps';
import { newPrefix, testPorts, until } from '../support/naming';
import { sentinelRequest } from '../support/topologies';

/** Where the extension under test keeps what it owns: VS Code's server, this process' parent, was told so. */
function storageOfExtension(): string {
  const words = readFileSync(`/proc/${String(process.ppid)}/cmdline`, 'utf8').split('\0');
  const folder = words[words.indexOf('--user-data-dir') + 1] ?? '';
  const user = [join(folder, 'User'), join(folder, 'data', 'User')].find(one => existsSync(join(one, 'globalStorage')));
  assert.ok(user !== undefined, words.join(' '));
  return join(user, 'globalStorage', 'redis-topology-explorer.redis-topology-explorer');
}

for (const kind of ['docker', 'process'] as const)
  suite(`conf files of a running topology: ${kind}`, function () {
    this.timeout(120_000);
    const name = newPrefix();
    const home = mkdtempSync(join(tmpdir(), 'rtx-running-'));
    const root = join(home, name);
    let engine: Engine & { dispose(): void };
    let deps: ReturnType<typeof memoryDeps>;
    let topologyId: string | undefined;
    /** Each hook has its own time: the suite is defined long before it runs. */
    const limit = (): AbortSignal => AbortSignal.timeout(110_000);

    suiteSetup(async () => {
      engine =
        kind === 'docker'
          ? createDockerEngine({ owner: name })
          : createProcessEngine({ owner: name, home: storageOfExtension() });
      deps = memoryDeps(engine, new IoredisConnector());
      const image = kind === 'docker' ? 'redis:7.0' : ((await engine.images())[0]?.reference ?? '');
      const firstPort = await testPorts(5);
      const request = sentinelRequest(name, {
        engine: kind,
        image,
        replicas: 1,
        firstPort,
        firstSentinelPort: firstPort + 2,
        storage: { kind: 'folder', root },
      });
      const plan = await prepareSentinel(deps, request, limit());
      ({ topologyId } = await createSentinel(deps, { plan }, limit(), () => undefined));
    });
    suiteTeardown(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      if (topologyId !== undefined)
        await removeTopology(
          deps,
          { topologyId, name, kind: 'sentinel', engine: kind, data: true },
          limit(),
          () => undefined,
        );
      engine.dispose();
      rmSync(home, { recursive: true, force: true });
    });

    const open = async (node: string, file: string): Promise<vscode.TextDocument> => {
      const document = await vscode.workspace.openTextDocument(join(root, node, 'conf', file));
      await vscode.window.showTextDocument(document, { preview: false });
      return document;
    };
    const found = (document: vscode.TextDocument): (readonly [code: string, line: number])[] =>
      vscode.languages
        .getDiagnostics(document.uri)
        .map(one => [typeof one.code === 'object' ? String(one.code.value) : (one.source ?? ''), one.range.start.line]);
    const insert = async (document: vscode.TextDocument, line: number, text: string): Promise<void> => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(line, 0), text);
      await vscode.workspace.applyEdit(edit);
    };

    test('the server that runs decides, although nobody looked at the view and its password is not known here', async () => {
      const document = await open('redis-1', 'redis.conf');
      // Fine for the Redis of the setting (8.0), unknown to the 7.0 that runs.
      await insert(document, 0, 'locale-collate ""\n');
      await until('judged for 7.0', () =>
        found(document).some(([code, line]) => code === 'not-in-target' && line === 0),
      );
      if (kind === 'process') return;
      await insert(document, document.lineCount, 'dir /var/lib/elsewhere\n');
      await until('its container is known', () => found(document).some(([code]) => code === 'dir-not-mounted'));
    });

    test('the very server is asked, and its verdict stands beside ours', async () => {
      const document = await open('redis-1', 'redis.conf');
      await vscode.commands.executeCommand(confCommands.check);
      const verdict = await until('the verdict', () =>
        vscode.languages.getDiagnostics(document.uri).find(one => one.source?.includes('redis-server 7.0.15') === true),
      );
      assert.match(verdict.source ?? '', kind === 'docker' ? /^redis-1 · redis:7\.0/ : /^\/.*redis-server 7\.0\.15/);
      assert.ok(
        found(document).some(([code, line]) => code === 'not-in-target' && line === 0),
        'ours beside it',
      );
      assert.equal(verdict.range.start.line, 0);
    });

    test('a sentinel that watches another node than those of its topology', async () => {
      const document = await open('sentinel-1', 'sentinel.conf');
      const line =
        [...Array(document.lineCount).keys()].find(at => document.lineAt(at).text.startsWith('sentinel monitor')) ?? 0;
      const words = document.lineAt(line).text.split(' ');
      const from = words.slice(0, 3).join(' ').length + 1;
      const place = (host: string): vscode.Range => new vscode.Range(line, from, line, from + host.length);
      const rename = async (before: string, after: string): Promise<void> => {
        const edit = new vscode.WorkspaceEdit();
        edit.replace(document.uri, place(before), after);
        await vscode.workspace.applyEdit(edit);
      };
      const host = words[3] ?? '';
      await rename(host, '10.255.255.1');
      await until('unknown', () => found(document).some(([code]) => code === 'topology-monitors-unknown'));
      // The container's name is nowhere in the files: it comes from the engine, and so is it known that a process is at localhost.
      const container =
        (await engine.list()).find(one => one.ownership?.topologyName === name && one.ownership.node === 'redis-1')
          ?.name ?? '';
      await rename('10.255.255.1', kind === 'docker' ? container : 'localhost');
      await until('known', () => !found(document).some(([code]) => code === 'topology-monitors-unknown'));
    });
  });
