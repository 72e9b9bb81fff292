// VS Code as a page without any machine behind it, as vscode.dev is: the same workbench, its extension host a web worker, the files of a
// provider that only answers with waiting. It is served by a few lines of our own: a page that VS Code's server makes always has that server
// as its remote, and then extensions run there.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { vsix } from '../../scripts/setup/package.mjs';
import { quietSettings } from '../../scripts/setup/server.mjs';
import { vscodeFolder } from '../../scripts/setup/vscodeHost.mjs';
import { unzip } from './unzip';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** The address of the opened folder: a repository that is nowhere checked out. */
const repository = { scheme: 'vscode-vfs', authority: 'github', path: '/someone/orders' };

/** An extension that provides the folder's files, in the worker's memory, each answer in a later turn. */
const provider = (files: Readonly<Record<string, string>>): string => `
const vscode = require('vscode');
const files = new Map(Object.entries(${JSON.stringify(files)}).map(([name, text]) => ['${repository.path}/' + name, new TextEncoder().encode(text)]));
const later = answer => new Promise((resolve, reject) => setTimeout(() => { try { resolve(answer()); } catch (error) { reject(error); } }, 5));
const changed = new vscode.EventEmitter();
const below = path => [...files.keys()].filter(name => name.startsWith(path + '/'));
exports.activate = () => vscode.workspace.registerFileSystemProvider('${repository.scheme}', {
  onDidChangeFile: changed.event,
  watch: () => ({ dispose() {} }),
  stat: uri => later(() => {
    const bytes = files.get(uri.path);
    if (bytes) return { type: vscode.FileType.File, size: bytes.length, ctime: 0, mtime: 0 };
    if (below(uri.path).length > 0) return { type: vscode.FileType.Directory, size: 0, ctime: 0, mtime: 0 };
    throw vscode.FileSystemError.FileNotFound(uri);
  }),
  readDirectory: uri => later(() => [...new Set(below(uri.path).map(name => name.slice(uri.path.length + 1).split('/')[0]))]
    .map(name => [name, files.has(uri.path + '/' + name) ? vscode.FileType.File : vscode.FileType.Directory])),
  readFile: uri => later(() => { const bytes = files.get(uri.path); if (!bytes) throw vscode.FileSystemError.FileNotFound(uri); return bytes; }),
  writeFile: (uri, bytes) => later(() => {
    const type = files.has(uri.path) ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created;
    files.set(uri.path, bytes);
    changed.fire([{ type, uri }]);
  }),
  createDirectory: () => {}, delete: () => {}, rename: () => {},
}, { isCaseSensitive: true });
`;

const providerManifest = {
  name: 'repository',
  publisher: 'test',
  version: '1.0.0',
  engines: { vscode: '^1.100.0' },
  browser: './main.js',
  activationEvents: [`onFileSystem:${repository.scheme}`],
};

const script = 'out/vs/code/browser/workbench/workbench.js';

/** The workbench as its makers serve it: the distribution at hand fixes its own server as the remote, and keeps the settings there. */
function withoutRemote(): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/,remoteAuthority:location\.host\}/, '}'],
    [/\.with\(\{scheme:\w+\.vscodeRemote\}\),"User"\)/, '.with({scheme:"vscode-userdata"}),"User")'],
  ];
  return changes.reduce(
    (text, [from, to]) => {
      const changed = text.replace(from, to);
      if (changed === text) throw new Error(`${script} has no ${String(from)}: another version of the workbench?`);
      return changed;
    },
    readFileSync(join(vscodeFolder, script), 'utf8'),
  );
}

/** Serves the page on loopback. `files`: relative name → text of the opened folder. */
export async function servePage(
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const made = new Map<string, string | Buffer>([
    ['/provider/package.json', JSON.stringify(providerManifest)],
    ['/provider/main.js', provider(files)],
    [`/static/${script}`, withoutRemote()],
  ]);
  for (const [name, bytes] of unzip(vsix)) if (name.startsWith('extension/')) made.set(`/${name}`, bytes);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://page').pathname);
    let body = made.get(path);
    try {
      if (path.startsWith('/static/'))
        body ??= readFileSync(join(vscodeFolder, normalize(path.slice('/static'.length))));
    } catch {
      body = undefined; // not there, as some of what the workbench looks for never is
    }
    const type = types[extname(path)] ?? (path === '/' ? 'text/html' : 'application/octet-stream');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type });
    response.end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const authority = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const configuration = {
    folderUri: repository,
    userDataPath: '/',
    isEnabledFileDownloads: false,
    isEnabledFileUploads: false,
    isEnabledCoderGettingStarted: false,
    additionalBuiltinExtensions: ['/provider', '/extension'].map(path => ({ scheme: 'http', authority, path })),
    configurationDefaults: { ...quietSettings(), ...settings },
    productConfiguration: { enableTelemetry: false },
  };
  const fill: Readonly<Record<string, string>> = {
    WORKBENCH_WEB_CONFIGURATION: JSON.stringify(configuration).replaceAll('"', '&quot;'),
    WORKBENCH_WEB_BASE_URL: '/static',
    WORKBENCH_NLS_FALLBACK_URL: '/static/out/nls.messages.js',
    WORKBENCH_NLS_URL: '/static/out/nls.messages.js',
  };
  made.set(
    '/',
    readFileSync(join(vscodeFolder, 'out', 'vs', 'code', 'browser', 'workbench', 'workbench.html'), 'utf8').replace(
      /\{\{(\w+)\}\}/g,
      (_, name: string) => fill[name] ?? '',
    ),
  );
  return {
    address: `http://${authority}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
