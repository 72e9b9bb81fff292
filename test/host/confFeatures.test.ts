// What a person asks of a conf file, one by one: completion of each kind, hover, navigation, fixes on save, settings.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../support/naming';

const folder = mkdtempSync(join(tmpdir(), 'rtx-features-'));
const target = '# redis-conf: target=redis-7.0\n';

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

const codesOf = (document: vscode.TextDocument): string[] =>
  vscode.languages
    .getDiagnostics(document.uri)
    .map(one => (typeof one.code === 'object' ? String(one.code.value) : String(one.code)));

/** The place of `|` in the text, which is taken out. */
function caret(text: string): { readonly text: string; readonly at: vscode.Position } {
  const before = text.slice(0, text.indexOf('¦'));
  return {
    text: text.replace('¦', ''),
    at: new vscode.Position(before.split('\n').length - 1, before.length - before.lastIndexOf('\n') - 1),
  };
}

suite('features of conf files', () => {
  suiteTeardown(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  const completions: readonly (readonly [
    what: string,
    file: string,
    text: string,
    offered: readonly string[],
    missing: readonly string[],
  ])[] = [
    [
      'directives of the target that are not there yet',
      'a.redis.conf',
      `${target}port 1\n¦`,
      ['maxmemory', 'include', 'user', 'save'],
      ['port', 'locale-collate'],
    ],
    ['old names too', 'b.redis.conf', `${target}slave¦`, ['slaveof', 'slave-read-only'], []],
    ['booleans', 'c.redis.conf', `${target}appendonly ¦`, ['yes', 'no'], ['always']],
    ['enums', 'd.redis.conf', `${target}maxmemory-policy ¦`, ['allkeys-lru', 'noeviction'], []],
    ['sizes', 'e.redis.conf', `${target}maxmemory ¦`, ['1gb', '64mb'], []],
    [
      'classes of clients',
      'f.redis.conf',
      `${target}client-output-buffer-limit ¦`,
      ['normal', 'replica', 'pubsub'],
      [],
    ],
    ['event classes', 'g.redis.conf', `${target}notify-keyspace-events K¦`, ['KE', 'KA'], ['KK']],
    ['ACL rules', 'h.redis.conf', `${target}user app ¦`, ['on', '~*', 'allchannels'], []],
    ['ACL commands and categories', 'i.redis.conf', `${target}user app on +¦`, ['+@read', '+get', '+config|get'], []],
    ['commands to rename', 'j.redis.conf', `${target}rename-command ¦`, ['CONFIG'], []],
    [
      'sentinel statements',
      'k-sentinel.conf',
      `${target}sentinel monitor shop 10.0.0.1 6379 2\nsentinel ¦`,
      ['auth-pass', 'down-after-milliseconds', 'resolve-hostnames'],
      ['known-replica'],
    ],
    [
      'names of masters defined above',
      'l-sentinel.conf',
      `${target}sentinel monitor shop 10.0.0.1 6379 2\nsentinel monitor orders 10.0.0.2 6379 2\nsentinel auth-pass ¦`,
      ['shop', 'orders'],
      [],
    ],
    ['users of an ACL file', 'users.acl', 'user app on -¦', ['-@dangerous', '-keys'], []],
    ['targets in the comment', 'm.redis.conf', '# redis-conf: target=¦', ['redis-6.2', 'valkey-9.1'], []],
    ['codes to silence', 'n.redis.conf', '# redis-conf-disable ¦', ['bool-value', 'old-name'], []],
    ['snippets', 'o.redis.conf', `${target}¦`, ['master', 'cluster', 'tls', 'acl-users', 'persist-durable'], []],
    ['snippets of a sentinel', 'p-sentinel.conf', `${target}¦`, ['sentinel', 'monitor'], []],
  ];
  for (const [what, file, marked, offered, missing] of completions) {
    test(`completion: ${what}`, async () => {
      const { text, at } = caret(marked);
      const document = await open(file, text);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      const labels = new Set(items.map(one => (typeof one.label === 'string' ? one.label : one.label.label)));
      assert.deepEqual(
        offered.filter(one => !labels.has(one)),
        [],
        `of ${[...labels].slice(0, 40).join(', ')}`,
      );
      assert.deepEqual(
        missing.filter(one => labels.has(one)),
        [],
      );
    });
  }

  const hovers: readonly (readonly [what: string, file: string, text: string, says: RegExp])[] = [
    [
      'a directive that the target lacks',
      'h1.redis.conf',
      `${target}locale-coll¦ate ""\n`,
      /redis-7\.0 does not know this directive[^]*Redis 7\.2/,
    ],
    ['an old name', 'h2.redis.conf', `${target}slave¦of 10.0.0.1 6379\n`, /Old name of \*\*replicaof/],
    ['one that needs a restart', 'h3.redis.conf', `${target}clu¦ster-enabled no\n`, /needs a restart/],
    ['a range', 'h4.redis.conf', `${target}data¦bases 16\n`, /at least 1/],
    ['an enum value', 'h5.redis.conf', `${target}appendfsync al¦ways\n`, /`always`: /],
    ['letters of events', 'h6.redis.conf', `${target}notify-keyspace-events K¦x\n`, /`K`: [^]*`x`: /],
    ['a size', 'h7.redis.conf', `${target}maxmemory 1¦gb\n`, /1.073.741.824 bytes/],
    ['a sentinel statement', 'h8-sentinel.conf', `${target}sentinel par¦allel-syncs m 1\n`, /sentinel parallel-syncs/],
    [
      'the name of a master',
      'h9-sentinel.conf',
      `${target}sentinel monitor shop 10.0.0.1 6379 2\nsentinel auth-pass sh¦op x\n`,
      /10\\\.0\\\.0\\\.1:6379[^]*2 sentinels must agree/,
    ],
  ];
  for (const [what, file, marked, says] of hovers) {
    test(`hover: ${what}`, async () => {
      const { text, at } = caret(marked);
      const document = await open(file, text);
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      assert.match(
        found
          .flatMap(one => one.contents)
          .map(one => (typeof one === 'string' ? one : one.value))
          .join('\n'),
        says,
      );
    });
  }

  test('a password is never shown by hover, outline or a message', async () => {
    const { text, at } = caret(
      `${target}requirepass gehe¦im-4711\nmasterauth geheim-4711 x\nuser app on >geheim-4711 +bogus\n`,
    );
    const document = await open('secret.redis.conf', text);
    await until('judged', () => codesOf(document).length >= 2);
    const hover = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.ok(
      !JSON.stringify([
        hover,
        symbols.map(one => [one.name, one.detail]),
        vscode.languages.getDiagnostics(document.uri).map(one => [one.message, one.relatedInformation]),
      ]).includes('geheim'),
    );
  });

  test('all safe findings are mended on save', async () => {
    const configuration = vscode.workspace.getConfiguration('editor');
    await configuration.update('codeActionsOnSave', { 'source.fixAll': 'explicit' }, vscode.ConfigurationTarget.Global);
    try {
      const document = await open('save.redis.conf', `${target}appendonly true\nport 6379 # the usual\n`);
      await until('judged', () => codesOf(document).length === 2);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(1, 0), 'maxmemory 1.5gb\nmaxmemory-policy noeviction\n');
      await vscode.workspace.applyEdit(edit);
      await until('judged again', () => codesOf(document).length === 3);
      await vscode.commands.executeCommand('workbench.action.files.save');
      await until(
        'saved and mended',
        () =>
          !document.isDirty &&
          document.getText() ===
            `${target}maxmemory 1536mb\nmaxmemory-policy noeviction\nappendonly yes\n# the usual\nport 6379\n`,
      );
    } finally {
      await configuration.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test('the severity of a rule is set', async () => {
    const document = await open('severity.redis.conf', `${target}slaveof 10.0.0.1 6379\n`);
    const severity = (): vscode.DiagnosticSeverity | undefined =>
      vscode.languages
        .getDiagnostics(document.uri)
        .find(one => typeof one.code === 'object' && one.code.value === 'old-name')?.severity;
    await until('an information', () => severity() === vscode.DiagnosticSeverity.Information);
    const configuration = vscode.workspace.getConfiguration('redisTopology.conf');
    await configuration.update('rules', { 'old-name': 'error' }, vscode.ConfigurationTarget.Global);
    await until('an error', () => severity() === vscode.DiagnosticSeverity.Error);
    await configuration.update('rules', undefined, vscode.ConfigurationTarget.Global);
  });

  test('the target of the setting decides, the comment wins', async () => {
    const configuration = vscode.workspace.getConfiguration('redisTopology.conf');
    await configuration.update('target', 'redis-6.2', vscode.ConfigurationTarget.Global);
    const document = await open('target.redis.conf', 'locale-collate ""\n');
    await until('unknown to 6.2', () => codesOf(document).includes('not-in-target'));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '# redis-conf: target=redis-7.2\n');
    await vscode.workspace.applyEdit(edit);
    await until('known to 7.2', () => !codesOf(document).includes('not-in-target'));
    await configuration.update('target', undefined, vscode.ConfigurationTarget.Global);
  });

  test('a finding points at the other line and at its page', async () => {
    const document = await open('related.redis.conf', `${target}cluster-enabled yes\nreplicaof 10.0.0.1 6379\n`);
    const finding = await until('refused', () =>
      vscode.languages
        .getDiagnostics(document.uri)
        .find(one => typeof one.code === 'object' && one.code.value === 'replicaof-in-cluster'),
    );
    assert.deepEqual(
      finding.relatedInformation?.map(one => one.location.range.start.line),
      [1],
    );
    assert.ok(typeof finding.code === 'object' && finding.code.target.toString(true).includes('replicaof-in-cluster'));
  });

  test('references, definition and highlights of a master', async () => {
    const text =
      'sentinel monitor shop 10.7.0.1 6379 2\nsentinel auth-pass shop x\nsentinel down-after-milliseconds shop 5000\n';
    const document = await open('refs-sentinel-1.conf', text);
    await open('refs-sentinel-2.conf', text);
    const at = new vscode.Position(1, 20);
    const references = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      document.uri,
      at,
    );
    assert.equal(references.length, 6);
    const definitions = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      at,
    );
    assert.deepEqual(
      definitions.map(one => one.range.start.line),
      [0],
    );
    const highlights = await vscode.commands.executeCommand<vscode.DocumentHighlight[]>(
      'vscode.executeDocumentHighlights',
      document.uri,
      at,
    );
    assert.equal(highlights.length, 3);
  });

  test('links lead to files of all kinds', async () => {
    for (const name of ['tls/redis.crt', 'users.acl', 'part.inc']) await open(`links/${name}`, '');
    const document = await open(
      'links/links.redis.conf',
      'include part.inc\ntls-cert-file tls/redis.crt\naclfile users.acl\nlogfile missing/redis.log\n',
    );
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    assert.deepEqual(
      links.map(one => one.target?.path.split('/').at(-1)),
      ['part.inc', 'redis.crt', 'users.acl'],
    );
  });

  test('inlay hints are off by their setting', async () => {
    const document = await open('inlay.redis.conf', `${target}maxmemory 100mb\n`);
    const hints = (): Thenable<vscode.InlayHint[]> =>
      vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, 2, 0),
      );
    assert.equal((await hints()).length, 1);
    const configuration = vscode.workspace.getConfiguration('redisTopology.conf');
    await configuration.update('inlayHints', false, vscode.ConfigurationTarget.Global);
    await until('no hints', async () => (await hints()).length === 0);
    await configuration.update('inlayHints', undefined, vscode.ConfigurationTarget.Global);
  });

  test('the outline names what a person looks for', async () => {
    const document = await open(
      'outline-sentinel.conf',
      'port 26379\nsentinel monitor shop 10.0.0.1 6379 2\nsentinel auth-pass shop geheim\n# Generated by CONFIG REWRITE\nsentinel myid 0123456789abcdef0123456789abcdef01234567\n',
    );
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(one => one.name),
      ['port', 'shop', 'sentinel auth-pass', 'CONFIG REWRITE'],
    );
  });

  test('an included file that includes the first is named as a cycle, and its own fault is shown in it', async () => {
    const document = await open('cycle/cycle.redis.conf', `${target}include other.inc\n`);
    await open('cycle/other.inc', 'include cycle.redis.conf\nappendonly true\n');
    await vscode.window.showTextDocument(document);
    await until('a cycle', () =>
      vscode.languages
        .getDiagnostics()
        .some(([, all]) =>
          all.some(
            one => typeof one.code === 'object' && one.code.value === 'include-cycle' && one.message.includes('→'),
          ),
        ),
    );
    await until('the fault in the other file', () =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(join(folder, 'cycle/other.inc')))
        .some(one => typeof one.code === 'object' && one.code.value === 'bool-value'),
    );
  });
});
