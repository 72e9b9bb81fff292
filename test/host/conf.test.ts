// The language of conf files in VS Code's own extension host.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const folder = mkdtempSync(join(tmpdir(), 'rtx-conf-'));

/** Ten faults of ten kinds, one a line; the fault's code stands behind it here, not in the file. */
const faults: readonly (readonly [line: string, code: string])[] = [
  ['port 6379 # the usual', 'trailing-comment'],
  ['appendonly true', 'bool-value'],
  ['loglevel info', 'enum-value'],
  ['timeout 30s', 'integer-value'],
  ['tcp-backlog -1', 'integer-range'],
  ['maxmemory 1.5gb', 'memory-value'],
  ['save 900', 'save-parameters'],
  ['max-memory-policy allkeys-lru', 'unknown-directive'],
  ['replicaof 10.0.0.1:6379', 'replicaof-one-word'],
  ['logfile "redis.log', 'unbalanced-quotes'],
];

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const file = join(folder, name);
  writeFileSync(file, text);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

/** Waits until `look` finds something; mocha's time-out is the deadline. */
async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const codes = (document: vscode.TextDocument): string[] =>
  vscode.languages
    .getDiagnostics(document.uri)
    .map(one => (typeof one.code === 'object' ? String(one.code.value) : String(one.code)));

const target = '# redis-conf: target=redis-7.0\n';

suite('conf files', () => {
  suiteTeardown(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const languages: readonly (readonly [name: string, text: string, language: string])[] = [
    ['redis.conf', '', 'redis-conf'],
    ['redis-6380.conf', '', 'redis-conf'],
    ['my-valkey-1.conf', '', 'redis-conf'],
    ['redis-sentinel-2.conf', '', 'redis-sentinel-conf'],
    ['sentinel.conf', '', 'redis-sentinel-conf'],
    ['users.acl', '', 'redis-acl'],
    ['some.file', 'sentinel monitor mymaster 127.0.0.1 6379 2\n', 'redis-sentinel-conf'],
    ['other.file', '# Redis configuration file example.\n', 'redis-conf'],
  ];
  for (const [name, text, language] of languages) {
    test(`${name} is ${language}`, async () => assert.equal((await open(name, text)).languageId, language));
  }

  test('ten faults show ten findings, without saving', async () => {
    const document = await open('ten-redis.conf', target);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 0), faults.map(([line]) => `${line}\n`).join(''));
    await vscode.workspace.applyEdit(edit);
    const found = await until(() => (codes(document).length >= 10 ? codes(document) : undefined));
    assert.deepEqual(
      found,
      faults.map(([, code]) => code),
    );
    assert.deepEqual(
      vscode.languages.getDiagnostics(document.uri).map(one => one.range.start.line),
      faults.map((_, at) => at + 1),
    );
    assert.equal(document.isDirty, true);
  });

  test('a quick fix mends its finding', async () => {
    const document = await open('fix-redis.conf', `${target}appendonly true\nport x\n`);
    const [finding] = await until(() => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length === 2 ? all : undefined;
    });
    assert.ok(finding);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      finding.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(one => one.isPreferred === true);
    assert.ok(fix?.edit, actions.map(one => one.title).join(', '));
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.lineAt(1).text, 'appendonly yes');
    await until(() => (codes(document).length === 1 ? true : undefined));
    assert.deepEqual(codes(document), ['integer-value']);
  });

  test('a finding is silenced by a comment', async () => {
    const document = await open('quiet-redis.conf', `${target}appendonly true\n`);
    const [finding] = await until(() => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length === 1 ? all : undefined;
    });
    assert.ok(finding);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      finding.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const silence = actions.find(one => one.title.includes('bool-value') && one.title.includes('line'));
    assert.ok(silence?.edit);
    await vscode.workspace.applyEdit(silence.edit);
    assert.equal(document.lineAt(1).text, '# redis-conf-disable-next-line bool-value');
    await until(() => (codes(document).length === 0 ? true : undefined));
  });

  test('all safe findings are mended at once', async () => {
    const document = await open(
      'all-redis.conf',
      `${target}appendonly true\nmaxmemory 1.5gb\nmaxmemory-policy allkeys-lru\n`,
    );
    await until(() => (codes(document).length === 2 ? true : undefined));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, 0, 0),
      'source.fixAll.redisConf',
    );
    assert.ok(actions[0]?.edit);
    await vscode.workspace.applyEdit(actions[0].edit);
    assert.equal(document.getText(), `${target}appendonly yes\nmaxmemory 1536mb\nmaxmemory-policy allkeys-lru\n`);
  });

  test('a rule is switched off by a setting', async () => {
    const document = await open('off-redis.conf', `${target}slaveof 10.0.0.1 6379\n`);
    await until(() => (codes(document).includes('old-name') ? true : undefined));
    const configuration = vscode.workspace.getConfiguration('redisTopology.conf');
    await configuration.update('rules', { 'old-name': 'off' }, vscode.ConfigurationTarget.Global);
    await until(() => (codes(document).includes('old-name') ? undefined : true));
    await configuration.update('rules', undefined, vscode.ConfigurationTarget.Global);
    await until(() => (codes(document).includes('old-name') ? true : undefined));
  });

  test('a fault in an included file is shown there', async () => {
    writeFileSync(join(folder, 'part.inc'), 'appendonly true\n');
    await open('including-redis.conf', `${target}include part.inc\n`);
    const uri = vscode.Uri.file(join(folder, 'part.inc'));
    const [finding] = await until(() => {
      const all = vscode.languages.getDiagnostics(uri);
      return all.length > 0 ? all : undefined;
    });
    assert.equal(finding?.range.start.line, 0);
  });

  test('completion knows what the target has and the file lacks', async () => {
    const document = await open('complete-redis.conf', `${target}port 6379\n\n`);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(2, 0),
    );
    const labels = items.map(one => (typeof one.label === 'string' ? one.label : one.label.label));
    assert.ok(labels.includes('maxmemory-policy') && labels.includes('include'));
    assert.ok(!labels.includes('port') && !labels.includes('primaryauth'));
  });

  test('hover explains, with default and link', async () => {
    const document = await open('hover-redis.conf', `${target}maxmemory-policy allkeys-lru\n`);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(1, 3),
    );
    const text = hovers
      .flatMap(one => one.contents)
      .map(one => (typeof one === 'string' ? one : one.value))
      .join('\n');
    assert.match(text, /noeviction/);
    assert.match(text, /CONFIG SET/);
    assert.match(text, /https:\/\/redis\.io\//);
  });

  test('outline, folding, inlay hints', async () => {
    const document = await open(
      'shape-redis.conf',
      `##### MEMORY #####\nmaxmemory 100mb\nsave 900 1\n##### OTHER #####\nport 1\n`,
    );
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(one => [one.name, one.children.map(child => child.name)]),
      [
        ['MEMORY', ['maxmemory', 'save']],
        ['OTHER', ['port']],
      ],
    );
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.deepEqual(
      folds.map(one => [one.start, one.end]),
      [
        [0, 2],
        [3, 4],
      ],
    );
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      new vscode.Range(0, 0, 5, 0),
    );
    assert.deepEqual(
      hints.map(one => one.label),
      ['= 104\u202f857\u202f600 bytes', 'after 15 minutes if at least 1 key changed'],
    );
  });

  test('formatting changes blanks only', async () => {
    const document = await open('format-redis.conf', '  port   6379\nrequirepass  "a  b"\n');
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>(
      'vscode.executeFormatDocumentProvider',
      document.uri,
      {},
    );
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, edits);
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.getText(), 'port 6379\nrequirepass "a  b"\n');
  });

  test('a master is renamed in all files that watch it, and in no other', async () => {
    const text = (host: string): string =>
      `sentinel monitor orders ${host} 6379 2\nsentinel down-after-milliseconds orders 5000\n`;
    const one = await open('sentinel-1.conf', text('10.0.0.1'));
    const two = await open('sentinel-2.conf', text('10.0.0.1'));
    const other = await open('sentinel-3.conf', text('10.0.0.9'));
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      one.uri,
      new vscode.Position(0, 18),
      'shop',
    );
    await vscode.workspace.applyEdit(edit);
    assert.ok(one.getText().startsWith('sentinel monitor shop ') && one.getText().includes('milliseconds shop '));
    assert.ok(two.getText().startsWith('sentinel monitor shop '));
    assert.ok(other.getText().startsWith('sentinel monitor orders '));
  });

  test('a link leads to an included file', async () => {
    const document = await open('links-redis.conf', 'include part.inc\ninclude nowhere.inc\n');
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    assert.deepEqual(
      links.map(one => one.target?.path.split('/').at(-1)),
      ['part.inc'],
    );
  });

  test('sentinels whose confs lie each in a node’s own `conf` are judged together', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const files = ['6379', '6380', '6381'].map((node, index) => {
      const own = join(folder, 'last', node, 'conf');
      mkdirSync(own, { recursive: true });
      const file = join(own, `sentinel${index}.conf`);
      writeFileSync(file, `port ${26379 + index}\nsentinel monitor mymaster 172.17.0.2 6379 3\n`);
      return file;
    });
    const document = await vscode.workspace.openTextDocument(files[1] ?? '');
    await vscode.window.showTextDocument(document);
    await until(() => (codes(document).includes('topology-quorum-above-majority') ? true : undefined));
  });

  test('files that name each other are judged together, and the fix mends one', async () => {
    const id = '0123456789abcdef0123456789abcdef01234567';
    const own = mkdtempSync(join(tmpdir(), 'rtx-across-'));
    writeFileSync(
      join(own, 'sentinel-b.conf'),
      `port 26380\nsentinel monitor shop 10.9.8.7 6379 2\nsentinel myid ${id}\n`,
    );
    const file = join(own, 'sentinel-a.conf');
    writeFileSync(file, `port 26379\nsentinel monitor shop 10.9.8.7 6379 2\nsentinel myid ${id}\n`);
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    const finding = await until(() =>
      vscode.languages
        .getDiagnostics(document.uri)
        .find(one => typeof one.code === 'object' && one.code.value === 'topology-myid-twice'),
    );
    assert.equal(finding.range.start.line, 2);
    assert.deepEqual(
      finding.relatedInformation?.map(one => one.location.uri.path.split('/').at(-1)),
      ['sentinel-b.conf'],
    );
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      finding.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(one => one.title === 'Comment the line out');
    assert.ok(fix?.edit, actions.map(one => one.title).join(', '));
    await vscode.workspace.applyEdit(fix.edit);
    await until(() => (codes(document).includes('topology-myid-twice') ? undefined : true));
  });
});
