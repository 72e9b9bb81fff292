import assert from 'node:assert/strict';
import { isRunning, Journal, journalsOf, keyOf, STALE_MS } from '../../../src/topology/journal';
import type { JournalRecord } from '../../../src/topology/journal';
import { MemoryRecords } from '../../support/memoryDeps';

const head = {
  verb: 'create',
  topologyId: 't1',
  session: 's1',
  name: 'orders',
  kind: 'sentinel',
  engine: 'docker',
  plan: { any: 1 },
} as const;

suite('topology/journal', () => {
  test('the intent is safe before the act, the result after it', async () => {
    const records = new MemoryRecords();
    const journal = await Journal.begin({ records, now: () => 1, owner: 'me' }, head);
    const stateOf = (): string =>
      (records.get(keyOf('t1')) as JournalRecord).entries
        .map(entry => `${entry.step} ${entry.state} ${JSON.stringify(entry.data)}`)
        .join();
    assert.equal(stateOf(), '');
    await journal.act('place', { act: 'remove-place' }, () => {
      assert.equal(stateOf(), 'place intended undefined');
      return Promise.resolve({ network: 'n' });
    });
    assert.equal(stateOf(), 'place done {"network":"n"}');
    await assert.rejects(
      journal.act('create a', { act: 'remove-node', node: 'a' }, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(stateOf(), 'place done {"network":"n"},create a intended undefined');
    await journal.close();
    assert.deepEqual(records.keys(), []);
  });

  test('acts side by side lose no entry', async () => {
    const records = new MemoryRecords();
    const journal = await Journal.begin({ records, now: () => 1, owner: 'me' }, head);
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(node =>
        journal.act(`create ${node}`, { act: 'remove-node', node }, () => Promise.resolve(node)),
      ),
    );
    assert.deepEqual(
      (records.get(keyOf('t1')) as JournalRecord).entries.map(({ state, data }) => `${state} ${String(data)}`).sort(),
      ['done a', 'done b', 'done c', 'done d'],
    );
  });

  test('an act whose intent cannot be recorded does not happen', async () => {
    const records = new MemoryRecords();
    const journal = await Journal.begin({ records, now: () => 1, owner: 'me' }, head);
    records.onSet = () => {
      throw new Error('disk full');
    };
    let happened = false;
    await assert.rejects(
      journal.act('place', { act: 'remove-place' }, () => {
        happened = true;
        return Promise.resolve();
      }),
      /disk full/,
    );
    assert.equal(happened, false);
    records.onSet = () => undefined;
    await journal.act('place', { act: 'remove-place' }, () => Promise.resolve());
    assert.equal(journal.entry('place')?.state, 'done');
  });

  const record: JournalRecord = { schema: 1, ...head, owner: 'me', pid: 7, startedAt: 0, touchedAt: 1000, entries: [] };
  const cases: readonly (readonly [string, Partial<JournalRecord>, number, boolean, boolean])[] = [
    ['fresh and its process lives', {}, 2000, true, true],
    ['fresh, but its process is gone', {}, 2000, false, false],
    [
      'its number lives, but it was not touched for long: another process has the number',
      {},
      1000 + STALE_MS,
      true,
      false,
    ],
    ['given up', { pid: 0 }, 2000, true, false],
  ];
  for (const [name, change, now, alive, running] of cases)
    test(`${name} → ${running ? 'running' : 'unfinished'}`, () =>
      assert.equal(
        isRunning({ ...record, ...change }, now, () => alive),
        running,
      ));

  test('this very process counts as alive', () => assert.equal(isRunning({ ...record, pid: process.pid }, 2000), true));

  test('only what reads as a journal is one', async () => {
    const records = new MemoryRecords();
    for (const [key, value] of [
      [keyOf('b'), { ...record, topologyId: 'b', startedAt: 2 }],
      [keyOf('a'), { ...record, topologyId: 'a', startedAt: 1 }],
      [keyOf('c'), { schema: 2, entries: [] }],
      [keyOf('d'), 'x'],
      ['other', record],
    ] as const)
      await records.set(key, value);
    assert.deepEqual(
      journalsOf(records).map(({ topologyId }) => topologyId),
      ['a', 'b'],
    );
  });
});
