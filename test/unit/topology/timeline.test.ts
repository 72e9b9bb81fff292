import assert from 'node:assert/strict';
import { happenings } from '../../../src/topology/inventoryHappenings';
import { Timeline } from '../../../src/topology/timeline';
import type { Happening } from '../../../src/topology/timeline';
import { assemble } from '../../../src/model/assemble';
import { emptySnapshot } from '../../../src/model/snapshot';
import { master, owned, replica, server, silent } from '../../support/servers';

const what = (action: string): Happening => ({ code: 'engine-event', node: 'a', name: 'a', action });

suite('topology/timeline', () => {
  test('times since the first of an incident; a quiet time begins a new one', () => {
    const timeline = new Timeline({ gapMs: 100 });
    const entries = [1000, 1050, 1140, 1300].map(at => timeline.add(at, what('x')));
    assert.deepEqual(
      entries.map(({ sinceFirst, incident }) => [sinceFirst, incident]),
      [
        [0, 1],
        [50, 1],
        [140, 1],
        [0, 2],
      ],
    );
  });

  test('what arrives late is put in its place', () => {
    const timeline = new Timeline();
    for (const [at, name] of [
      [10, 'a'],
      [30, 'c'],
      [20, 'b'],
    ] as const)
      timeline.add(at, what(name));
    assert.deepEqual(
      timeline.entries.map(entry => (entry.what as { action: string }).action),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(
      timeline.entries.map(entry => entry.sinceFirst),
      [0, 10, 20],
    );
  });

  test('bounded: the oldest go', () => {
    const timeline = new Timeline({ limit: 3 });
    for (let at = 0; at < 10; at++) timeline.add(at, what(String(at)));
    assert.deepEqual(
      timeline.entries.map(entry => entry.at),
      [7, 8, 9],
    );
    timeline.add(1, what('too late to be kept'));
    assert.deepEqual(
      timeline.entries.map(entry => entry.at),
      [7, 8, 9],
    );
  });

  test('listeners hear each entry', () => {
    const timeline = new Timeline();
    const heard: number[] = [];
    const listening = timeline.onDidAdd(entry => heard.push(entry.at));
    timeline.add(5, what('x'));
    listening.dispose();
    timeline.add(6, what('y'));
    assert.deepEqual(heard, [5]);
  });

  test('the difference of two snapshots as events', () => {
    const build = (
      servers: Parameters<typeof assemble>[0]['servers'],
      before = emptySnapshot,
    ): ReturnType<typeof assemble> => assemble({ engines: [], servers }, before);
    const own = (name: string): ReturnType<typeof owned> => owned(name, 'T', 'replication');
    const previous = build([
      server('r1', master('r1', ['r2']), own('r1')),
      server('r2', replica('r2', 'r1'), own('r2')),
    ]);
    const snapshot = build(
      [
        silent('r1', 'closed', master('r1', ['r2']), own('r1')),
        server('r2', master('r2'), own('r2')),
        server('r3', master('r3'), own('r3')),
      ],
      previous,
    );
    assert.deepEqual(
      happenings({ previous, snapshot }).map(event => [event.code, 'node' in event ? event.node : '']),
      [
        ['contact-changed', 'r1'],
        ['role-changed', 'r2'],
      ],
    );
    assert.deepEqual(happenings({ previous: emptySnapshot, snapshot }), []);
    const linkDown = build(
      [server('r1', master('r1'), own('r1')), server('r2', replica('r2', 'r1', { link: 'down' }), own('r2'))],
      previous,
    );
    assert.deepEqual(happenings({ previous, snapshot: linkDown }), [
      { code: 'link-changed', node: 'r2', name: 'r2', link: 'down' },
    ]);
  });
});
