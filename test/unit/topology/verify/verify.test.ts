import assert from 'node:assert/strict';
import { verifyReport } from '../../../../src/editor/words/verify';
import type { VerifyItem, VerifyReport } from '../../../../src/topology/verify/verify';
import { hasFailed } from '../../../../src/topology/verify/verify';
import { plain } from '../../../support/plain';

const rewrite = (text: string, ok = false): VerifyItem => ({
  code: 'rewrite',
  node: 'redis-1',
  ok,
  text,
  foreseen: true,
});

suite('topology/verify: what counts as failed', () => {
  const cases: readonly (readonly [what: string, item: VerifyItem, failed: boolean])[] = [
    ['a write that was refused', { code: 'write', node: 'redis-1', ok: false, text: 'MISCONF' }, true],
    ['a write that was taken', { code: 'write', node: 'redis-1', ok: true }, false],
    [
      'a loss that it would not survive is told, not failed',
      { code: 'survives', node: 'redis-1', ok: false, consequences: [] },
      false,
    ],
    ['a conf that cannot be replaced', rewrite('/etc/redis.conf is mounted as a single file'), true],
    ['a conf that was rewritten', rewrite('/conf/redis.conf', true), false],
    ['a server that has no conf has none to rewrite', rewrite('no conf file'), false],
    ['the same, as the server says it', rewrite('ERR The server is running without a config file'), false],
  ];
  for (const [what, item, failed] of cases) test(what, () => assert.equal(hasFailed(item), failed));
});

suite('topology/verify: the report', () => {
  const report = (...items: readonly VerifyItem[]): VerifyReport => ({
    name: 'shop_1',
    kind: 'sentinel',
    at: Date.UTC(2026, 10, 23, 2, 5, 9),
    ms: 1234,
    items,
  });
  const taken: VerifyItem = { code: 'write', node: 'redis-1', ok: true };
  const refused: VerifyItem = { code: 'quorum', node: 'sentinel-2', ok: false, text: 'NOQUORUM 1 usable Sentinels.' };

  test('dated, named, and what failed stands first', () => {
    const lines = verifyReport(plain, report(taken, refused, rewrite('no conf file')))
      .split('\n')
      .filter(line => line !== '');
    assert.deepEqual(lines.slice(0, 4), [
      '# Verify shop\\_1',
      '2026-11-23 02:05:09 UTC · Sentinel · 1 of 3 checks failed',
      '## Failed',
      '- ✘ `sentinel-2`: SENTINEL CKQUORUM',
    ]);
    assert.ok(lines.includes('- ✘ `sentinel-2`: `NOQUORUM 1 usable Sentinels.`'));
    assert.ok(lines.some(line => line.startsWith('- ⚠ `redis-1`')));
  });
  test('nothing failed: no such heading', () => assert.doesNotMatch(verifyReport(plain, report(taken)), /## Failed|✘/));
});
