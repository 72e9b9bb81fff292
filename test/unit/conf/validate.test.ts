import assert from 'node:assert/strict';
import { parseDocument } from '../../../src/conf/document';
import { defaultTarget, parseTarget } from '../../../src/conf/target';
import type { ValidateOptions } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';
import type { Report } from '../../../src/conf/validate';

const judge = (text: string, options: Partial<ValidateOptions> = {}): Report =>
  validate(parseDocument(text, '/w/redis.conf'), { target: defaultTarget, mode: 'redis', ...options });
const counts = (report: Report): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const one of report.findings) found[one.code] = (found[one.code] ?? 0) + 1;
  return found;
};

suite('conf/validate', () => {
  suite('so many of one rule', () => {
    const faults = (more = ''): string => `${more}${'timeout 30s\n'.repeat(50)}${'appendonly true\n'.repeat(5)}`;

    test('are kept, the rest is counted', () => {
      const report = judge(faults(), { mostOfRule: 10 });
      assert.deepEqual(counts(report), { 'integer-value': 10, 'bool-value': 5 });
      assert.equal(report.left, 40);
    });
    test('all are kept without a limit', () => {
      const report = judge(faults());
      assert.deepEqual([counts(report)['integer-value'], report.left], [50, 0]);
    });
    test('all are kept where single lines are silenced: which of them those are shows at the end', () => {
      const report = judge(faults('# redis-conf-disable-next-line integer-value\n'), { mostOfRule: 10 });
      assert.deepEqual([counts(report)['integer-value'], report.left], [49, 0]);
    });
    const many: readonly (readonly [line: string, code: string, target?: string])[] = [
      ['timeout 30s', 'integer-value'],
      ['timeout -1', 'integer-range'],
      ['appendonly true', 'bool-value'],
      ['loglevel loud', 'enum-value'],
      ['maxmemory 1.5gb', 'memory-value'],
      ['maxmemory-clients 1.5gb', 'memory-or-percent-value'],
      ['timeout 5 5', 'wrong-arity'],
      ['timeout 5 # x', 'trailing-comment'],
      ['max-memory 5', 'unknown-directive', 'redis-7.0'],
      ['locale-collate C', 'not-in-target', 'redis-7.0'],
      ['slave-priority 5', 'old-name'],
      ['max-memory 5', 'maybe-unknown-directive', 'redis-9.0'],
      ['sentinel monitor m 127.0.0.1 6379 2', 'sentinel-line-outside'],
    ];
    for (const [line, code, name = 'redis-8.0'] of many)
      test(`${code}: as many are told of in the end, and the server stops at the same`, () => {
        const target = parseTarget(name) ?? defaultTarget;
        const text = `${line}\n`.repeat(30);
        const [all, some] = [judge(text, { target }), judge(text, { target, mostOfRule: 4 })];
        const of = (report: Report): number => counts(report)[code] ?? 0;
        assert.deepEqual([of(all), all.left, of(some)], [30, 0, 4]);
        assert.equal(some.findings.length + some.left, all.findings.length);
        assert.deepEqual(some.firstRefusal, all.firstRefusal);
        assert.equal(all.firstRefusal === undefined, code === 'old-name' || code.startsWith('maybe'));
      });
    test('a fault that the server meets first is kept, although its rule has enough', () => {
      // Redis 8 meets the names at start only, behind the refused line.
      const text = `${'max-memory 5\n'.repeat(30)}port x\n`;
      const report = judge(text, { target: parseTarget('redis-8.0') ?? defaultTarget, mostOfRule: 4 });
      assert.equal(report.firstRefusal?.code, 'integer-value');
    });
    test('what the server stops at is the same, whichever are kept', () => {
      const text = `sentinel monitor m 127.0.0.1 6379 2\n${'sentinel auth-pass nope x\n'.repeat(30)}port x\n`;
      for (const mostOfRule of [1, 10, 1000]) {
        const { firstRefusal } = judge(text, { mode: 'sentinel', mostOfRule });
        assert.equal(firstRefusal?.code, 'integer-value');
      }
    });
  });

  suite('the first refusal in the order of the server', () => {
    const first = (text: string, target: string, mode: 'redis' | 'sentinel' = 'redis'): string => {
      const { firstRefusal } = judge(text, { target: parseTarget(target) ?? defaultTarget, mode });
      return `${firstRefusal?.code ?? 'none'} ${String(text.slice(0, firstRefusal?.start ?? 0).split('\n').length)}`;
    };
    // Measured: Redis 8 puts by what it cannot read when there is a value, and meets it after all lines.
    const cases: readonly (readonly [text: string, target: string, expected: string])[] = [
      ['rename-command GET a b\nrename-command NOPE ""\n', 'redis-8.0', 'rename-unknown-command 2'],
      ['rename-command GET a b\nrename-command NOPE ""\n', 'redis-7.0', 'wrong-arity 1'],
      ['rename-command "G ET" # x\nappendonly true\n', 'redis-8.0', 'bool-value 2'],
      ['\uFEFFuser carol on\nappendonly true\n', 'redis-8.0', 'bool-value 2'],
      ['\uFEFFuser carol on\nappendonly true\n', 'valkey-8.1', 'byte-order-mark 1'],
      ['\uFEFFts.x y z\nts-retention-policy 0\n', 'redis-7.0', 'unknown-directive 2'],
      ['\uFEFFts.x y z\nts-retention-policy 0\n', 'valkey-8.1', 'unknown-directive 2'],
      ['\uFEFFts.x\nts-retention-policy 0\n', 'redis-7.0', 'byte-order-mark 1'],
      ['nope 1\nport x\n', 'redis-8.0', 'integer-value 2'],
      ['bind 1,2\nport x\n', 'redis-7.0', 'integer-value 2'],
    ];
    for (const [text, target, expected] of cases)
      test(`${target}: ${JSON.stringify(text)}`, () => assert.equal(first(text, target), expected));
  });
});
