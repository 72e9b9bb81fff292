import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/cli/lint/run';
import { asSarif } from '../../../src/cli/lint/output';
import type { JsonFinding } from '../../../src/cli/lint/output';

suite('redis-conf-lint', () => {
  let folder = '';
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), 'conf-lint-'));
    const files: Readonly<Record<string, string>> = {
      'good.conf': 'port 6379\n',
      'bad.conf': 'port 6379\nappendonly true\n',
      'warn.conf': 'maxmemory gb\n',
      'watch.conf': 'sentinel monitor m localhost 6379 2\n',
      'old.conf': '# redis-conf: target=redis-6.2\nshutdown-on-sigterm save\n',
      'main.conf': 'include sub/part.conf\n',
      'sub/part.conf': 'timeout x\n',
      'sub/main.conf': 'include part.conf\n',
      'secret.conf':
        'requirepass my geheim\nuser a on >geheim #geheim\nmasterauth "geheim\nrequirepass=geheim\nrequirepass a #geheim\nuser b on geheim\nmasterauth: geheim\n',
      'users.acl': '# no comments here\nuser a on\n',
      'quiet.conf': '# redis-conf-disable bool-value\nappendonly true\n',
    };
    mkdirSync(join(folder, 'sub'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  const lint = (line: string): ReturnType<typeof run> =>
    run(
      line.split(' ').filter(word => word !== ''),
      folder,
    );
  const json = (line: string): JsonFinding[] => JSON.parse(lint(`--format json ${line}`).out) as JsonFinding[];

  const endings: readonly (readonly [args: string, status: number, says?: RegExp])[] = [
    ['good.conf', 0],
    ['bad.conf', 1],
    ['good.conf bad.conf', 1],
    ['warn.conf', 0],
    ['--max-warnings 0 warn.conf', 1, /1 warnings are more than the 0/],
    ['--max-warnings=5 warn.conf', 0],
    ['watch.conf', 1],
    ['--target redis-6.0 watch.conf', 0],
    ['old.conf', 1],
    ['--target redis-7.0 old.conf', 0],
    ['main.conf', 1],
    ['--cwd sub sub/main.conf', 1],
    ['sub/main.conf', 1],
    ['users.acl', 1],
    ['quiet.conf', 0],
    ['--help', 0],
    ['', 2, /No file is named/],
    ['nope.conf', 2, /There is no file nope\.conf/],
    ['sub', 2, /is a folder/],
    ['--nope good.conf', 2, /no option --nope/],
    ['--target', 2, /needs a value/],
    ['--target mysql good.conf', 2, /write for example/],
    ['--format xml good.conf', 2, /text, json or sarif/],
    ['--max-warnings -1 good.conf', 2, /whole number/],
    ['--cwd nope good.conf', 2, /is no folder/],
    ['-- good.conf', 0],
  ];
  for (const [args, status, says] of endings) {
    test(`${args} ends with ${String(status)}`, () => {
      const outcome = lint(args);
      assert.equal(outcome.status, status, outcome.out + outcome.err);
      if (says !== undefined) assert.match(outcome.err, says);
    });
  }

  test('JSON: lines and columns from 1, with fixes', () => {
    const [finding] = json('bad.conf');
    assert.deepEqual(finding, {
      file: 'bad.conf',
      line: 2,
      column: 12,
      endLine: 2,
      endColumn: 16,
      severity: 'error',
      code: 'bool-value',
      message: 'appendonly must be yes or no; the server refuses "true".',
      fixes: [
        {
          title: 'Replace by yes',
          edits: [{ file: 'bad.conf', line: 2, column: 12, endLine: 2, endColumn: 16, text: 'yes' }],
        },
      ],
    });
  });

  test('a fault in an included file carries that file, and the include says so too', () => {
    assert.deepEqual(
      json('main.conf').map(one => [one.file, one.line, one.code]),
      [
        ['main.conf', 1, 'include-refused'],
        [join('sub', 'part.conf'), 1, 'integer-value'],
      ],
    );
  });

  test('no output holds a secret, not even where passwords are the fault', () => {
    for (const format of ['text', 'json', 'sarif'])
      assert.doesNotMatch(lint(`--format ${format} secret.conf`).out, /geheim/);
    assert.ok(json('secret.conf').length >= 3);
  });

  test('a device or pipe that a line names is not read: it may never end', () => {
    writeFileSync(join(folder, 'endless.conf'), 'include /dev/zero\naclfile /dev/zero\n');
    assert.deepEqual(
      json('endless.conf').map(one => [one.severity, one.code]),
      [['warning', 'include-unreadable']],
    );
    writeFileSync(join(folder, 'empty.conf'), 'include /dev/null\ninclude sub\ntimeout x\n');
    assert.deepEqual(
      json('empty.conf').map(one => one.code),
      ['integer-value', 'include-directory'],
    );
  });

  test('include diagnostics: each in its own file, cycles named, patterns glued as the server does', () => {
    const files: Readonly<Record<string, string>> = {
      'round.conf': 'port 6379\ninclude round2.conf\n',
      'round2.conf': 'include round.conf\n',
      'deep.conf': 'include deep2.conf\nport x\n',
      'deep2.conf': '# note\ninclude deep3.conf\n',
      'deep3.conf': '\nappendonly true\ntimeout 5s\n',
      'many.conf': 'include many.d/*.conf\n',
      'many.d/10.conf': 'port 6379\nmaxmemory 1gb',
      'many.d/20.conf': 'timeout 5\nappendonly perhaps\n',
      'moved.conf': 'dir moved.d\ninclude part.conf\n',
      'moved.d/part.conf': 'maxmemory 1.5gb\n',
    };
    for (const name of ['many.d', 'moved.d']) mkdirSync(join(folder, name));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const errors = (file: string): string[] =>
      json(`--target redis-7.0 ${file}`)
        .filter(one => one.severity === 'error')
        .map(one => `${one.file.replaceAll('\\', '/')}:${String(one.line)} ${one.code}`);
    const expected: Readonly<Record<string, readonly string[]>> = {
      'round.conf': ['round.conf:2 include-refused', 'round2.conf:1 include-cycle'],
      'deep.conf': [
        'deep.conf:1 include-refused',
        'deep.conf:2 integer-value',
        'deep2.conf:2 include-refused',
        'deep3.conf:2 bool-value',
        'deep3.conf:3 integer-value',
      ],
      'many.conf': ['many.conf:1 include-refused', 'many.d/10.conf:2 wrong-arity', 'many.d/20.conf:2 bool-value'],
      'moved.conf': ['moved.conf:2 include-refused', 'moved.d/part.conf:1 memory-value'],
    };
    for (const [file, list] of Object.entries(expected)) assert.deepEqual(errors(file), list, file);
  });

  const uris: readonly (readonly [file: string, uri: string])[] = [
    ['bad.conf', 'bad.conf'],
    ['/etc/redis/a b#c?.conf', 'file:///etc/redis/a%20b%23c%3F.conf'],
    ['C:\\redis\\redis.conf', 'file:///C:/redis/redis.conf'],
    ['a:b.conf', './a:b.conf'],
    ['\udcff.conf', '%EF%BF%BD.conf'],
  ];
  for (const [file, uri] of uris) {
    test(`SARIF names ${JSON.stringify(file)} as a URI`, () => {
      const finding: JsonFinding = {
        file,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 2,
        severity: 'error',
        code: 'bool-value',
        message: 'x',
        fixes: [],
      };
      const log = JSON.parse(asSarif([finding], '1.0.0')) as {
        runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
      };
      assert.equal(log.runs[0]?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri, uri);
      assert.doesNotThrow(() => new URL(uri, 'file:///w/'));
    });
  }

  test('a byte order mark takes a column, CRLF none; places count from 1', () => {
    writeFileSync(join(folder, 'bom.conf'), '\ufeffport 1\r\nappendonly true\r\nfoo\r\n');
    const places = json('--target redis-7.0 bom.conf').map(one => [
      one.code,
      one.line,
      one.column,
      one.endLine,
      one.endColumn,
    ]);
    assert.deepEqual(places, [
      ['byte-order-mark', 1, 1, 1, 9],
      ['bool-value', 2, 12, 2, 16],
      ['unknown-directive', 3, 1, 3, 4],
    ]);
  });

  test('SARIF: version, rules, one result a finding, every place inside the file', () => {
    const log = JSON.parse(lint('--format sarif bad.conf main.conf').out) as {
      $schema: string;
      version: string;
      runs: {
        tool: { driver: { name: string; rules: { id: string }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          level: string;
          message: { text: string };
          locations: { physicalLocation: { artifactLocation: { uri: string }; region: Record<string, number> } }[];
        }[];
      }[];
    };
    assert.equal(log.version, '2.1.0');
    const [only] = log.runs;
    assert.ok(only);
    assert.equal(only.tool.driver.name, 'redis-conf-lint');
    assert.equal(only.results.length, 3);
    for (const result of only.results) {
      assert.equal(only.tool.driver.rules[result.ruleIndex]?.id, result.ruleId);
      assert.ok(['error', 'warning', 'note'].includes(result.level) && result.message.text !== '');
      const place = result.locations[0]?.physicalLocation;
      assert.ok(
        place !== undefined &&
          !/[\\ ]/.test(place.artifactLocation.uri) &&
          Object.values(place.region).every(number => number >= 1),
      );
    }
  });
});
