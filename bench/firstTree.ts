/**
 * needs: docker images redis-server
 * From the view's opening to its first tree, with twelve nodes that run: one master, six replicas and five Sentinels, as plain processes where no
 * Docker answers and as containers, the built extension in a fresh Node process with a stand-in for VS Code, nothing of ours loaded before.
 * Claim: all rows, and all roles in them, within 100 ms each (median of the runs). The floor beside it: the same twelve asked INFO over twelve
 * bare sockets. `npm run bench -- firstTree [runs [process | docker]]`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/setup/paths.mjs';
import { createDockerEngine } from '../src/engine/docker';
import { createProcessEngine } from '../src/engine/process';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { createSentinel, prepareSentinel } from '../src/topology/createSentinel';
import { removeTopology } from '../src/topology/removeTopology';
import { memoryDeps } from '../test/support/memoryDeps';
import { noSignal, sentinelRequest, silent, volume } from '../test/support/topologies';

const REPLICAS = 6;
const SENTINELS = 5;
const NODES = 1 + REPLICAS + SENTINELS;

/** Says when the first rows were there and when each of the twelve had its role. Input: bundle, home of the processes, password, number of nodes. */
const harness = `
const Module = require('node:module');
const [, , bundle, order] = process.argv;
const { home, password, topologyId, nodes, host } = JSON.parse(require('node:fs').readFileSync(order, 'utf8'));
// The extension host itself has these long before any extension is loaded.
for (const name of ['child_process', 'crypto', 'fs/promises', 'http', 'https', 'net', 'os', 'path', 'stream', 'tls', 'url', 'util', 'zlib']) require('node:' + name);
// … and its pool of threads runs.
void require('node:fs').promises.access('/');
const nothing = () => undefined;
const disposable = { dispose: nothing };
const open = target => new Proxy(target, { get(object, key) { return key in object ? object[key] : (object[key] = open(function () { return open(disposable); })); }, construct() { return open({ ...disposable }); } });
class EventEmitter {
  listeners = new Set();
  event = listener => { this.listeners.add(listener); return { dispose: () => this.listeners.delete(listener) }; };
  fire(value) { for (const listener of [...this.listeners]) listener(value); }
  dispose() {}
}
class TreeItem { constructor(label, state) { this.label = label; this.collapsibleState = state; } }
class Plain { constructor(...values) { this.values = values; } }
const settings = { 'redisTopology.docker.host': host };
const configuration = { get: (key, fallback) => settings[key] ?? fallback, has: () => false, inspect: nothing };
const vscode = open({ EventEmitter, TreeItem, ThemeIcon: Plain, ThemeColor: Plain, MarkdownString: Plain, TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 } });
const seen = new EventEmitter();
let provider;
const view = { ...disposable, visible: false, onDidChangeVisibility: seen.event, onDidChangeSelection: () => disposable };
vscode.window = open({ createTreeView: (_id, options) => { provider = options.treeDataProvider; return view; }, createOutputChannel: () => open({ ...disposable }) });
vscode.workspace = open({ getConfiguration: () => configuration, onDidChangeConfiguration: () => disposable, textDocuments: [] });
vscode.commands = open({ executeCommand: async () => undefined, registerCommand: () => disposable });
vscode.l10n = { t: (text, ...values) => typeof text === 'string' ? text.replace(/\\{(\\d+)\\}/g, (_, index) => String(values[index])) : String(text) };
const load = Module._load;
Module._load = (name, ...rest) => name === 'vscode' ? vscode : load(name, ...rest);
const memory = { get: (key, fallback) => key === 'owner' ? 'bench' : fallback, update: async () => {}, keys: () => [], setKeysForSync: nothing };
const context = { subscriptions: [], globalState: memory, workspaceState: memory, secrets: { get: async key => key.endsWith(topologyId) ? password : undefined, store: async () => {}, delete: async () => {}, onDidChange: () => disposable },
  extension: { packageJSON: {} }, extensionUri: open({}), globalStorageUri: { fsPath: home }, logUri: open({}), asAbsolutePath: name => name, extensionMode: 1 };
require(bundle).activate(context);
setTimeout(() => {
  const rows = [];
  const walk = parent => { for (const element of provider.getChildren(parent)) { if (element.kind === 'node' && element.topology === topologyId) rows.push(provider.getTreeItem(element)); walk(element); } };
  let first;
  const began = performance.now();
  provider.onDidChangeTreeData(() => {
    rows.length = 0;
    walk();
    if (rows.length >= nodes) first ??= performance.now() - began;
    const roles = rows.filter(row => /node\\.(master|replica|sentinel)\\.running/.test(row.contextValue));
    if (roles.length < nodes) return;
    console.log(JSON.stringify([first, performance.now() - began]));
    process.exit(0);
  });
  view.visible = true;
  seen.fire({ visible: true });
}, 300);
setTimeout(() => process.exit(3), 20_000);
`;

/** Milliseconds until the last of `ports` has answered INFO over a socket of its own, made for it. */
async function floor(ports: readonly number[], password: string): Promise<number> {
  const began = performance.now();
  await Promise.all(
    ports.map(
      port =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1');
          let text = '';
          socket.on('error', reject);
          socket.on('data', data => {
            text += data.toString();
            if (!text.includes('# Keyspace') && !text.includes('# Sentinel')) return;
            socket.destroy();
            resolve();
          });
          socket.write(`AUTH ${password}\r\nINFO\r\n`);
        }),
    ),
  );
  return performance.now() - began;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Kind = 'process' | 'docker';

async function measure(kind: Kind, runs: number): Promise<string[]> {
  const out = join(root, 'out', 'firstTree');
  const home = mkdtempSync(join(tmpdir(), 'bench-first-tree-'));
  const engine =
    kind === 'docker' ? createDockerEngine({ owner: 'bench' }) : createProcessEngine({ owner: 'bench', home });
  const deps = memoryDeps(engine, new IoredisConnector());
  const name = `first-${randomUUID().slice(0, 6)}`;
  let made: string | undefined;
  try {
    const image = kind === 'docker' ? 'redis:7.0' : ((await engine.images())[0]?.reference ?? '');
    const [firstPort, firstSentinelPort] = kind === 'docker' ? [24_800, 24_830] : [24_700, 24_730];
    const request = sentinelRequest(name, {
      engine: kind,
      image,
      firstPort,
      firstSentinelPort,
      replicas: REPLICAS,
      sentinels: SENTINELS,
      quorum: 3,
      storage: volume,
    });
    const { topologyId, nodes } = await createSentinel(
      deps,
      { plan: await prepareSentinel(deps, request, noSignal) },
      noSignal,
      silent,
    );
    made = topologyId;
    const password = deps.secrets.kept.get(topologyId) ?? '';
    const order = join(out, `${kind}.json`);
    const host = kind === 'docker' ? '' : `unix://${home}/no-docker.sock`;
    writeFileSync(order, JSON.stringify({ home, password, topologyId, nodes: NODES, host }), { mode: 0o600 });
    const times: Record<'rows' | 'roles' | 'floor', number[]> = { rows: [], roles: [], floor: [] };
    for (let run = 0; run < runs; run++) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(out, 'harness.js'), join(root, 'dist', 'extension.js'), order],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`no tree of ${NODES} nodes within 20 s (${status}): ${stderr}`);
      const [rows = Number.NaN, roles = Number.NaN] = JSON.parse(stdout.trim()) as number[];
      times.rows.push(rows);
      times.roles.push(roles);
      times.floor.push(
        await floor(
          nodes.map(({ reachable }) => reachable.port),
          password,
        ),
      );
    }
    rmSync(order);
    const told = (values: readonly number[]): string =>
      `${median(values).toFixed(0)} [${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)}] ms`;
    console.log(
      `${kind === 'docker' ? 'containers' : 'processes'}: view opened → rows ${told(times.rows)}, all ${NODES} with their roles ${told(times.roles)}; bare sockets ${told(times.floor)} (${runs} runs, load ${loadavg()[0]?.toFixed(1)})`,
    );
    return (['rows', 'roles'] as const)
      .filter(what => median(times[what]) > 100)
      .map(what => `${kind}: ${what} after ${median(times[what]).toFixed(0)} ms instead of 100`);
  } finally {
    if (made !== undefined)
      await removeTopology(
        deps,
        { topologyId: made, name, kind: 'sentinel', engine: kind, data: true },
        noSignal,
        silent,
      );
    engine.dispose();
    rmSync(home, { recursive: true, force: true });
  }
}

async function main(runs: number, kinds: readonly Kind[]): Promise<void> {
  execFileSync(process.execPath, [join(root, 'esbuild.mjs')], { cwd: root });
  const out = join(root, 'out', 'firstTree');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'harness.js'), harness);
  const failures: string[] = [];
  for (const kind of kinds) failures.push(...(await measure(kind, runs)));
  if (failures.length > 0) throw new Error(failures.join('; '));
}

const [runs = '15', kind] = process.argv.slice(2);
main(Number(runs), kind === undefined ? ['process', 'docker'] : [kind === 'docker' ? 'docker' : 'process']).catch(
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
