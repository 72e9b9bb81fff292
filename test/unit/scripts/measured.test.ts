// docs/measured.md: which claims there are, what a run leaves behind, and that the pages say what is kept.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { claims, notClaims } from '../../../scripts/bench/claims.mjs';
import type { Claim } from '../../../scripts/bench/claims.mjs';
import { figureOf, keptLines, measuredPage, quoteIn, withRun } from '../../../scripts/bench/page.mjs';
import type { Run, Store } from '../../../scripts/bench/page.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

const claim: Claim = {
  id: 'speed',
  promise: 'It is fast.',
  command: ['speed', '3'],
  minutes: 1,
  keep: /ratio|load/,
  figure: [/ratio ([\d.]+) of (\w+)/, '$1 × $2'],
};

const run = (verdict: Run['verdict'], ratio: number, at: string): Run => ({
  at,
  verdict,
  seconds: 12,
  load: [1, 2.04],
  machine: '2 × a processor',
  versions: 'Node 24',
  lines: [`ratio ${ratio} of peers`],
});

suite('what is measured', () => {
  test('every script of bench/ is a claim, or says what it is instead', () => {
    const scripts = readdirSync(join(root, 'bench'))
      .filter(name => name.endsWith('.ts'))
      .map(name => name.slice(0, -3));
    const used = new Set([...claims.map(({ command }) => command[0] ?? ''), ...Object.keys(notClaims)]);
    assert.deepEqual(
      scripts.filter(name => !used.has(name)),
      [],
      'a new script of bench/ needs an entry in scripts/bench/claims.mjs',
    );
    assert.deepEqual(
      [...used].filter(name => !scripts.includes(name)),
      [],
    );
    assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length);
  });

  test('of what is printed, the figures are kept, and one of them is quoted', () => {
    const printed = '- Images …\n  Images: load them, 0.3 s\nratio 0.25 of peers   \n\nnoise\nload 3\n';
    assert.deepEqual(keptLines(claim, printed), ['ratio 0.25 of peers', 'load 3']);
    assert.equal(figureOf(claim, keptLines(claim, printed)), '0.25 × peers');
    assert.equal(figureOf(claim, ['nothing']), '–');
  });

  test('a newer run takes the place of the last one, and what was missed is not forgotten', () => {
    let store: Store = withRun({}, claim, run('missed', 7, '2026-01-01T10:00:00Z'));
    for (let day = 10; day < 30; day++) store = withRun(store, claim, run('held', 0.1, `2026-01-${day}T10:00:00Z`));
    assert.equal(store['speed']?.last.at, '2026-01-29T10:00:00Z');
    assert.equal(store['speed'].earlier.filter(({ verdict }) => verdict === 'held').length, 10);
    assert.deepEqual(
      store['speed'].earlier.filter(({ verdict }) => verdict !== 'held').map(({ figure }) => figure),
      ['7 × peers'],
    );
  });

  test('a missed one is written as missed, on the page and in the README', () => {
    const own = claims.find(({ id }) => id === 'live');
    assert.ok(own);
    const store = withRun({}, own, {
      ...run('missed', 1, '2026-01-01T10:00:00Z'),
      lines: ['kill → shown: median 50.0, p95 140.5, max 200'],
    });
    const page = measuredPage(claims, store);
    assert.match(page, /\| \[live\]\(#live\) \| \*\*missed\*\* \| p95 140\.5 ms \| 2026-01-01 10:00 \| 1\.0 → 2\.0 \|/);
    assert.match(page, /1 of \d+ claims measured, 1 of them missed/);
    const empty = '# A\n<!-- measured: written by npm run bench -->\n<!-- end of measured -->\nend\n';
    assert.match(
      quoteIn(empty, claims, store),
      /\| p95 140\.5 ms, \*\*missed\*\* \|\n\nMeasured under a load of 1 to 2 \(.+\)\.\n<!-- end of measured -->\nend\n$/,
    );
    assert.throws(() => quoteIn('# A\n', claims, store), /no place/);
  });

  test('docs/measured.md and README.md say what is kept (else: npm run bench -- --pages)', () => {
    const file = join(root, 'bench', 'measured.json');
    const store = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Store;
    assert.equal(readFileSync(join(root, 'docs', 'measured.md'), 'utf8'), measuredPage(claims, store));
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    assert.equal(readme, quoteIn(readme, claims, store));
  });
});
