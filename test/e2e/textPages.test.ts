// The pages of drills, of problems and of live figures alone, in a real Chromium: every theme, narrow and zoomed, by keys only, and the focus stays while they change.
import assert from 'node:assert/strict';
import { drillBody, problemsBody, watchBody } from '../../src/webviews/bodies';
import { drillSightOf } from '../../src/webviews/drillSight';
import type { ProblemsSight } from '../../src/webviews/problemsProtocol';
import { watchWords } from '../../src/webviews/watchSight';
import type { ToWatchPage } from '../../src/webviews/watchProtocol';
import { drillRun } from '../support/drillRuns';
import { AloneBrowser } from '../support/pageAlone';
import { plain } from '../support/plain';

suite('pages of drills, problems and live figures alone', () => {
  let browser: AloneBrowser;
  suiteSetup(async () => {
    browser = await AloneBrowser.open('drill', 'problems', 'watch');
  });
  suiteTeardown(() => browser.close());

  const run = drillRun();
  const split = drillRun({ at: run.at - 60_000, request: { ...run.request, fault: 'split' }, lost: 41 });
  const drills = (selected?: number) => ({
    type: 'show',
    sight: drillSightOf(plain, 'orders', [run, split], undefined, selected),
  });
  const problems = (behind: string): { readonly type: 'show'; readonly sight: ProblemsSight } => ({
    type: 'show',
    sight: {
      title: 'Problems of orders',
      empty: 'Nothing is wrong here.',
      notes: 'Worth knowing (1)',
      problems: [
        {
          id: 'q',
          severity: 'error',
          severityWord: 'Error',
          cause: '1 of 3 sentinels is down, and a quorum of 3 cannot be met.',
          consequence: 'A master that goes down is never declared down (no +odown), so nobody is promoted.',
          evidence: [
            { who: 'sentinel-1', from: 'sentinel', text: 'CKQUORUM orders: NOQUORUM 2 usable Sentinels. '.repeat(4) },
          ],
          fixes: ['Set the quorum to 2 on all sentinels', 'Start sentinel-3'],
          nodes: [{ id: 's3', name: 'sentinel-3' }],
        },
        {
          id: 'l',
          severity: 'warning',
          severityWord: 'Warning',
          cause: `redis-2 is ${behind} behind its master.`,
          evidence: [],
          fixes: ['Set repl-backlog-size of redis-1 to 64 MiB'],
          place: 'redis-2/conf/redis.conf, line 12',
          nodes: [{ id: 'r2', name: 'redis-2' }],
        },
        {
          id: 'n',
          severity: 'info',
          severityWord: 'Note',
          cause: 'redis-1 tells its clients 172.20.0.2:6379; from this machine it is reached at 127.0.0.1:6379.',
          evidence: [],
          fixes: ['Copy the address map for a client library…'],
          nodes: [],
        },
      ],
    },
  });

  const spoken = 'from 0 to 900 a second';
  const live: readonly ToWatchPage[] = [
    { type: 'words', words: watchWords(plain) },
    {
      type: 'show',
      sight: {
        title: 'orders – live',
        level: 'degraded',
        levelWord: 'degraded',
        empty: '',
        nodes: (['master', 'replica', 'sentinel'] as const).map((role, at) => ({
          id: `n${at}`,
          name: `redis-${at + 1}`,
          role,
          roleWord: role,
          state: at === 1 ? 'link down' : '',
          since: 'for 12 s',
          ops: at === 2 ? '' : '812/s',
          memory: '1.4 MiB',
          clients: '12',
          offset: '1,204,112',
          lag: at === 1 ? '17.2 MiB' : '',
          opsLine: { points: [0, 400, null, 900, 812], spoken },
          ...(at === 1 ? { lagLine: { points: [0, 4, 9, 17], spoken } } : {}),
          asks: at !== 2,
        })),
      },
    },
    {
      type: 'events',
      all: true,
      events: [1, 2, 3].map(id => ({
        id,
        incident: id === 3 ? 2 : 1,
        time: `12:00:0${id}`,
        since: `${id}.2 s`,
        node: 'n1',
        nodeName: 'redis-2',
        kind: id === 2 ? ('role' as const) : ('link' as const),
        text: 'was replica, is master',
      })),
    },
    {
      type: 'detail',
      detail: {
        node: 'n0',
        kind: 'slowlog',
        title: 'Slow log of redis-1',
        columns: [
          { title: 'Took', number: true },
          { title: 'Command', number: false },
        ],
        rows: [['12.1 ms', 'KEYS *']],
      },
    },
  ];

  for (const theme of ['dark', 'light', 'contrast', 'contrastLight'] as const)
    test(`${theme}: legible, named, and nothing cut off, also narrow and at four times the size`, async () => {
      for (const [name, body, messages] of [
        ['drill', drillBody, [drills()]],
        ['problems', problemsBody, [problems('17.2 MiB')]],
        ['watch', watchBody, live],
      ] as const) {
        // 295 wide is what is left of 1180 at 400 %
        for (const width of [1180, 295]) {
          const page = await browser.page(name, body, { theme, width });
          for (const message of messages) await page.send(message);
          await page.screenshot(`page-${name}-${theme}-${width}`);
          assert.deepEqual(await page.accessibility(), [], `${name} ${width}`);
          assert.equal(await page.overflows(), false, `${name} ${width}`);
          assert.deepEqual([page.problems, ((await page.kept()) as { topology: string }).topology], [[], 't']);
          await page.close();
        }
      }
    });

  test('drills by keys: every act is a stop, and the focus stays where another run is chosen', async () => {
    const page = await browser.page('drill', drillBody);
    await page.send(drills());
    const stops = await page.stops();
    for (const wanted of [/^Run Again$/, /^New Drill…$/, /^As Text$/, /^1: the fault$/, /^Shown above: /, /^Show: /])
      assert.ok(
        stops.some(stop => wanted.test(stop)),
        `${String(wanted)} in ${stops.join(' | ')}`,
      );
    await page.page.getByRole('button', { name: /^1: / }).focus();
    await page.page.keyboard.press('Enter');
    assert.equal(await page.page.getByRole('button', { name: /^1: / }).getAttribute('aria-pressed'), 'true');
    await page.page.getByRole('button', { name: /^Show: / }).focus();
    await page.page.keyboard.press('Enter');
    assert.deepEqual(await page.told(), [{ type: 'select', run: split.at }]);
    await page.send(drills(split.at));
    assert.match(await page.focused(), /^Shown above: /);
    await page.close();
  });

  test('problems by keys: the focus stays on its button while figures change beside it', async () => {
    const page = await browser.page('problems', problemsBody);
    await page.send(problems('17.2 MiB'));
    const fix = page.page.getByRole('button', { name: 'Set repl-backlog-size of redis-1 to 64 MiB' });
    const stops = await page.stops();
    assert.deepEqual(stops.slice(0, 4), [
      'Set the quorum to 2 on all sentinels',
      'Start sentinel-3',
      'sentinel-3',
      'Set repl-backlog-size of redis-1 to 64 MiB',
    ]);
    await fix.focus();
    await page.send(problems('18.9 MiB'));
    assert.equal(await page.focused(), 'Set repl-backlog-size of redis-1 to 64 MiB');
    await page.page.keyboard.press('Enter');
    assert.deepEqual(await page.told(), [{ type: 'fix', problem: 'l', fix: 0 }]);
    await page.page.getByText('Worth knowing (1)').focus();
    await page.page.keyboard.press('Enter');
    await page.page.keyboard.press('Tab');
    assert.equal(await page.focused(), 'Copy the address map for a client library…');
    await page.close();
  });
});
