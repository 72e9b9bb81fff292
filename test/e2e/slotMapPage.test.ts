// The slot map's page alone, in a real Chromium: what it paints, what it says, and that nothing that comes from a server gets out of hand.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { keySlot } from '../../src/model/slots';
import type { MapPlan, MapState } from '../../src/webviews/slotMapProtocol';
import { MapBrowser } from '../support/mapPage';
import { until } from '../support/naming';
import { nodesText, seenBy, stateOf, withLine, nodeId } from '../support/mapStates';

suite('the page of the slot map', () => {
  let browser: MapBrowser;
  suiteSetup(async () => {
    browser = await MapBrowser.open();
  });
  suiteTeardown(() => browser.close());

  const healthy = nodesText(3);
  const troubled = (() => {
    // redis-1: an unassigned stretch; redis-2 has failed; redis-3 believes some slots of redis-1 to be its own; three slots on their way
    let text = withLine(healthy, 0, line =>
      line.replace('0-5460', `0-1799 2300-5460 [40->-${nodeId(2)}] [41->-${nodeId(2)}]`),
    );
    text = withLine(text, 1, line => line.replace('master', 'master,fail'));
    const other = withLine(
      withLine(seenBy(text.replace(/ \[[^\]]*\]/g, ''), 2), 2, line =>
        line.replace('10923-16383', `900-1300 10923-16383 [40-<-${nodeId(0)}]`),
      ),
      0,
      line => line.replace('0-1799', '0-899 1301-1799'),
    );
    return [text, other];
  })();

  const plan: MapPlan = {
    id: 1,
    title: 'Move 1,005 slots with 5,210 keys in orders?',
    detail: ['No loss expected: every key stays reachable while it moves. You can cancel between two slots.'],
    running: false,
    moves: [
      { from: 1, to: 3, fromName: 'redis-1', toName: 'redis-3', ranges: [3000, 3999], slots: 1000, keys: 5210 },
      { from: 2, to: 1, fromName: 'redis-2', toName: 'redis-1', ranges: [9000, 9004], slots: 5, keys: 0 },
    ],
    acts: [
      { id: 'move', label: 'Move' },
      { id: 'discard', label: 'Discard' },
    ],
  };

  for (const theme of ['dark', 'light', 'contrast'] as const) {
    test(`a healthy and a troubled cluster in ${theme}`, async () => {
      for (const [name, texts] of [
        ['healthy', [healthy]],
        ['troubled', troubled],
      ] as const) {
        const map = await browser.page({ theme, state: stateOf(texts) });
        if (name === 'healthy') await map.send({ type: 'plan', plan });
        else await map.page.getByRole('button', { name: 'slot 40', exact: true }).click();
        await map.send(...[40, 41].map(slot => ({ type: 'keys' as const, slot, keys: 17, there: 25 })));
        await map.page.waitForTimeout(800);
        await map.screenshot(`map-${name}-${theme}`);
        assert.deepEqual(map.problems, []);
        assert.deepEqual(await map.accessibility(), []);
        await map.close();
      }
    });
  }

  test('every pixel is the colour of the owner that another program reads from the same text', async () => {
    const scattered = nodesText(7, true);
    for (const text of [healthy, nodesText(16), scattered]) {
      // awk takes CLUSTER NODES apart: the owner's place among the masters for each slot
      const program =
        '$3 ~ /master/ { for (i = 9; i <= NF; i++) { n = split($i, r, "-"); for (s = r[1]; s <= r[n]; s++) print s, m } m++ }';
      const truth = new Map(
        execFileSync('awk', [program], { input: text, encoding: 'utf8' })
          .split('\n')
          .filter(Boolean)
          .map(line => line.split(' ').map(Number) as [number, number]),
      );
      assert.equal(truth.size, 16384);
      const map = await browser.page({ state: stateOf([text]) });
      await map.painted();
      const slots = [...truth.keys()];
      const pixels = await map.pixels(slots);
      // A shard has two shades (its texture); no shade belongs to two shards.
      const shadesOf = new Map<number, Set<string>>();
      slots.forEach((slot, index) => {
        const owner = truth.get(slot) as number;
        shadesOf.set(owner, (shadesOf.get(owner) ?? new Set()).add(pixels[index] as string));
      });
      const all = [...shadesOf.values()].flatMap(shades => [...shades]);
      assert.ok(
        [...shadesOf.values()].every(shades => shades.size <= 2),
        JSON.stringify([...shadesOf].map(([owner, shades]) => [owner, [...shades]])),
      );
      assert.equal(new Set(all).size, all.length, 'two shards share a shade');
      await map.close();
    }
  });

  test('slots that moved change their pixels, and nothing else does', async () => {
    const map = await browser.page({ state: stateOf([healthy]) });
    const slots = Array.from({ length: 16384 }, (_, slot) => slot);
    const before = await map.pixels(slots);
    await map.send({ type: 'change', runs: [1000, 1499, 3], shards: [], gone: [] });
    const after = await map.pixels(slots);
    assert.deepEqual(
      slots.filter(slot => before[slot] !== after[slot]),
      Array.from({ length: 500 }, (_, n) => 1000 + n),
    );
    await map.close();
  });

  test('names, hosts and reasons are text, whatever stands in them', async () => {
    const bad = '<img src=x onerror="top.hit=1">{0}</script><script>hit=1</script>\u2028\u202e';
    const state = stateOf([healthy]);
    const node = { name: bad, state: 'failed' as const, node: 'n' };
    const hostile: MapState = {
      ...state,
      title: bad,
      reasons: [bad],
      shards: state.shards.map(shard => ({ ...shard, master: node, replicas: [node, node], ranges: bad })),
      disputes: [
        {
          ranges: [5, 9],
          claims: [
            { owner: 1, name: bad, by: [bad] },
            { owner: 0, name: '', by: [bad] },
          ],
        },
      ],
      open: [{ slot: 7, from: bad, to: bad }],
    };
    const map = await browser.page({ state: hostile });
    await map.send({
      type: 'plan',
      plan: {
        ...plan,
        title: bad,
        detail: [bad],
        moves: plan.moves.map(move => ({ ...move, fromName: bad, toName: bad })),
        acts: [{ id: bad, label: bad }],
      },
    });
    await map.page.getByLabel('Find the slot of a key').fill(`${bad} {a}{b} "x y"`);
    await map.page.getByRole('button', { name: 'slot 7', exact: true }).click();
    await map.painted();
    assert.equal(await map.page.evaluate('globalThis.hit'), undefined);
    assert.equal(await map.page.locator('img, main script, aside script').count(), 0);
    assert.equal(await map.page.locator('#title').textContent(), bad);
    assert.deepEqual(map.problems, []); // nor did the security policy have to stop anything
    await map.close();
  });

  test('keys: what counts is marked, and whether they may be used together is said', async () => {
    const map = await browser.page({ state: stateOf([healthy]) });
    const found = map.page.locator('#found');
    const cases: readonly [keys: string, marks: string, verdict: RegExp][] = [
      ['page', '', /^$/],
      ['{user}.a', 'user', /^$/],
      ['{user}.a {user}.b', 'user user', /share a slot/],
      ['a b', '', /CROSSSLOT/],
      ['{}x {}x', '', /share a slot/],
      ['x{y', '', /^$/],
    ];
    for (const [keys, marks, verdict] of cases) {
      await map.page.getByLabel('Find the slot of a key').fill(keys);
      assert.equal((await found.locator('mark').allTextContents()).join(' '), marks, keys);
      assert.match((await map.page.locator('#verdict').textContent()) ?? '', verdict, keys);
    }
    await map.page.getByLabel('Find the slot of a key').fill('page');
    assert.equal(await found.getByRole('button').textContent(), 'slot 144');
    // what is told of a slot comes with the next frame
    await until('a tag of slot 144', async () => {
      const tag = ((await map.page.locator('[data-part=tag] code').textContent()) ?? '').slice(1, -1);
      return keySlot(`{${tag}}:anything`) === 144;
    });
    await map.close();
  });

  test('nothing flies where motion is not wanted', async () => {
    for (const [reducedMotion, animations] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const map = await browser.page({ state: stateOf([healthy]), reducedMotion });
      await map.page.getByLabel('Find the slot of a key').fill('page');
      assert.equal(await map.page.evaluate('document.getAnimations().length'), animations);
      await map.close();
    }
  });

  test('a plan is drawn, listed, and acted on by keyboard; slots that have arrived are seen so', async () => {
    const map = await browser.page({ state: stateOf([healthy]) });
    const [plain] = await map.pixels([3001]);
    await map.send({ type: 'plan', plan });
    const hatched = await map.pixels(Array.from({ length: 1000 }, (_, n) => 3000 + n));
    assert.equal(new Set(hatched).size, 2);
    assert.ok(hatched.includes(plain as string));
    await map.page.keyboard.press('Enter');
    assert.deepEqual(
      (await map.told()).filter(({ type }) => type === 'plan-act'),
      [{ type: 'plan-act', id: 1, act: 'move' }],
    );
    await map.send(
      { type: 'plan', plan: { ...plan, running: true, acts: [{ id: 'cancel', label: 'Cancel' }] } },
      { type: 'plan-progress', id: 1, done: 500, total: 1005, gone: [3000, 3499, 3], text: '500 of 1005' },
    );
    const moved = await map.pixels([3000, 3499, 12_000, 15_000]);
    assert.ok(new Set(moved).size <= 2, moved.join(' '));
    assert.equal(await map.page.locator('#planBar').evaluate(bar => (bar as unknown as { value: number }).value), 500);
    await map.screenshot('map-running-dark');
    await map.send({ type: 'plan' });
    assert.equal(await map.page.locator('#planPart').isVisible(), false);
    await map.close();
  });

  test('every slot and shard is told without the picture: table, list of troubles, keyboard', async () => {
    const map = await browser.page({ state: stateOf(troubled) });
    await map.painted();
    assert.deepEqual(await map.page.locator('#shards th button').allTextContents(), [
      'redis-1',
      'redis-2 failed',
      'redis-3',
    ]);
    assert.deepEqual(await map.page.locator('#trouble li button').allTextContents(), [
      'slots 1800 – 2299',
      'slots 900 – 1300',
      'slot 40',
      'slot 41',
    ]);
    await map.page.locator('#map').focus();
    await map.page.keyboard.press('Home');
    for (let row = 0; row < 8; row++) await map.page.keyboard.press('ArrowDown');
    await map.painted();
    assert.deepEqual(await map.page.locator('[data-part=says] dd').allTextContents(), [
      'redis-1 says redis-1',
      'redis-3 says nobody',
    ]);
    assert.equal(await map.page.locator('#spoken').textContent(), 'slot 1024, redis-1');
    await map.close();
  });

  test('before anything is known, when nothing is there, and at a zoom of 200 %: said in words, nothing out of reach', async () => {
    const gone = { ...stateOf([healthy]), shards: [], owners: [], title: '' };
    const bare = stateOf([healthy.replace(/connected .*/g, 'connected')]);
    const cases: readonly [name: string, state: MapState | undefined, says: RegExp, shards: boolean][] = [
      ['waiting', undefined, /Asking the cluster/, false],
      ['gone', gone, /no cluster to show/, false],
      ['bare', bare, /No slot has an owner/, true],
      ['zoomed', stateOf(troubled), /^$/, true],
    ];
    for (const [name, state, says, shards] of cases) {
      const map = await browser.page({
        theme: 'light',
        ...(state ? { state } : {}),
        ...(name === 'zoomed' ? { width: 590, height: 430 } : {}),
      });
      await map.painted();
      assert.match((await map.page.locator('#empty').textContent()) ?? '', says, name);
      assert.equal(await map.page.locator('#table').isVisible(), shards, name);
      assert.equal(await map.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, name);
      assert.deepEqual(await map.accessibility(), [], name);
      await map.screenshot(`map-${name}-light`);
      await map.close();
    }
  });

  test('Tab goes through the page in the order in which it is read', async () => {
    const map = await browser.page({ state: stateOf(troubled) });
    await map.send({ type: 'plan', plan });
    await map.page.locator('#heat').focus();
    const seen: string[] = [];
    for (let step = 0; step < 10; step++) {
      seen.push(await map.page.evaluate<string>('document.activeElement.id || document.activeElement.textContent'));
      await map.page.keyboard.press('Tab');
    }
    assert.deepEqual(seen, [
      ...['heat', 'map', 'Move', 'Discard', 'keys', 'fix'],
      ...['slots 1800 – 2299', 'slots 900 – 1300', 'slot 40', 'slot 41'],
    ]);
    await map.close();
  });
});
