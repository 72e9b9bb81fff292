import assert from 'node:assert/strict';
import { compare, dryRunArguments, readVerdict, readVersion } from '../../../src/commands/checkConf/verdict';
import { parseDocument } from '../../../src/conf/document';
import { parseTarget } from '../../../src/conf/target';
import type { Mode } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';
import { filesOf, folder } from '../../support/confFolder';

const fatal = (line: number, text: string, reason: string): string =>
  `\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line ${String(line)}\n>>> '${text}'\n${reason}\n`;

suite('commands/checkConf', () => {
  const verdicts: readonly (readonly [what: string, output: string, mode: Mode, seen: unknown])[] = [
    ['accepted', fatal(4, 'x-dry-run', 'Bad directive or wrong number of arguments'), 'redis', { kind: 'accepted' }],
    [
      'accepted by a sentinel',
      fatal(4, 'sentinel "x-dry-run"', 'Unrecognized sentinel configuration statement.'),
      'sentinel',
      { kind: 'accepted' },
    ],
    [
      'refused',
      fatal(2, 'appendonly no # x', 'wrong number of arguments'),
      'redis',
      { kind: 'refused', line: 2, reason: 'wrong number of arguments' },
    ],
    [
      'a reason with quotes',
      fatal(2, 'appendonly true', "argument must be 'yes' or 'no'"),
      'redis',
      { kind: 'refused', line: 2, reason: "argument must be 'yes' or 'no'" },
    ],
    [
      'a line with quotes',
      fatal(3, "logfile 'a'", 'Unbalanced quotes in configuration line'),
      'redis',
      { kind: 'refused', line: 3, reason: 'Unbalanced quotes in configuration line' },
    ],
    [
      'a missing include',
      "10013:C 22 Nov 2026 13:20:05.788 # Fatal error, can't open config file 'nope.conf': No such file or directory",
      'redis',
      { kind: 'refused', reason: "Fatal error, can't open config file 'nope.conf': No such file or directory" },
    ],
    ['a crash', 'Segmentation fault', 'redis', { kind: 'unclear', output: 'Segmentation fault' }],
  ];
  for (const [what, output, mode, seen] of verdicts)
    test(what, () => assert.deepEqual(readVerdict(output, mode), seen));

  test('versions', () => {
    assert.deepEqual(readVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'), {
      product: 'redis',
      version: '7.0.15',
    });
    assert.deepEqual(readVersion('Valkey server v=8.1.1 sha=0'), { product: 'valkey', version: '8.1.1' });
    assert.equal(readVersion('bash: redis-server: command not found'), undefined);
  });

  test('arguments: the file comes first, and nothing of it', () => {
    assert.deepEqual(dryRunArguments('/f', 'redis'), ['/f', '--x-dry-run']);
    assert.deepEqual(dryRunArguments('/f', 'sentinel'), ['/f', '--sentinel', 'x-dry-run']);
  });

  const comparisons: readonly (readonly [
    what: string,
    text: string,
    verdict: Parameters<typeof compare>[0],
    kind: string,
  ])[] = [
    ['both accept', 'port 6379\n', { kind: 'accepted' }, 'agree'],
    ['both refuse the line', 'port x\n', { kind: 'refused', line: 1, reason: '' }, 'agree'],
    ['we refuse, it accepts', 'port x\n', { kind: 'accepted' }, 'disagree'],
    ['it refuses, we accept', 'port 1\n', { kind: 'refused', line: 1, reason: '' }, 'disagree'],
    ['another line', 'port 1\nport x\n', { kind: 'refused', line: 1, reason: '' }, 'disagree'],
    ['only at start: it has not come so far', 'port 0\n', { kind: 'accepted' }, 'agree'],
    ['behind the last line', 'cluster-enabled yes\nreplicaof 10.0.0.1 6379\n', { kind: 'accepted' }, 'blind'],
    ['an include that is missing', 'include nope.conf\n', { kind: 'refused', reason: 'x' }, 'agree'],
    [
      'what depends on the machine',
      'dir /nope\n',
      { kind: 'refused', line: 1, reason: 'No such file or directory' },
      'agree',
    ],
  ];
  for (const [what, text, verdict, kind] of comparisons) {
    test(what, () => {
      const document = parseDocument(text, `${folder}/redis.conf`);
      const target = parseTarget('redis-7.0');
      assert.ok(target);
      const report = validate(document, {
        target,
        mode: 'redis',
        workingDirectory: folder,
        files: filesOf(new Map([['redis.conf', text]])),
      });
      assert.equal(compare(verdict, report, document).kind, kind);
    });
  }
});
