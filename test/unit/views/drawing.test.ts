import assert from 'node:assert/strict';
import type { EngineStatus, Snapshot } from '../../../src/model/snapshot';
import { draw } from '../../../src/views/drawing';
import { plain } from '../../support/plain';
import { sentinelTopology } from '../../support/snapshots';

suite('drawing of a snapshot', () => {
  const gone: EngineStatus = {
    kind: 'docker',
    state: 'unavailable',
    fault: { code: 'engine-missing', endpoint: 'unix:///x.sock' } as never,
  };
  const old: EngineStatus = {
    kind: 'docker',
    state: 'unavailable',
    fault: { code: 'engine-version', endpoint: 'unix:///x.sock', text: '1.12' } as never,
  };
  const fine: EngineStatus = { kind: 'docker', state: 'answering', title: 'Docker 28', version: '28' };
  const processes: EngineStatus = {
    kind: 'process',
    state: 'answering',
    title: 'redis-server 7.0.15',
    version: '7.0.15',
  };
  const noServer: EngineStatus = {
    kind: 'process',
    state: 'unavailable',
    fault: { code: 'server-missing', names: ['redis-server'], platform: 'linux' } as never,
  };
  const connecting: EngineStatus = { kind: 'docker', state: 'connecting' };
  const of = (engine: EngineStatus, ...topologies: Snapshot['topologies']): Snapshot => ({
    engines: [engine],
    topologies,
    others: [],
  });
  const both = (engines: readonly EngineStatus[], ...topologies: Snapshot['topologies']): Snapshot => ({
    engines,
    topologies,
    others: [],
  });
  const cases: readonly (readonly [what: string, snapshot: Snapshot, message: RegExp, where: string])[] = [
    ['all is well', of(fine, sentinelTopology()), /^$/, 'Docker 28'],
    ['gone and nothing to show: the welcome view says it', of(gone), /^$/, 'unix:///x.sock'],
    ['gone while rows are shown', of(gone, sentinelTopology()), /^No Docker engine listens at unix/, 'unix:///x.sock'],
    ['a fault without a welcome view', of(old), /speaks no API version/, 'unix:///x.sock'],
    ['connecting', of(connecting), /^$/, ''],
    ['connecting, and no server program', both([connecting, noServer]), /^$/, ''],
    ['Docker, and no server program', both([fine, noServer]), /^$/, 'Docker 28'],
    ['no Docker, but server programs', both([gone, processes]), /^$/, 'redis-server 7.0.15'],
    [
      'no Docker, but rows of it',
      both([gone, processes], sentinelTopology()),
      /^No Docker engine listens at unix/,
      'redis-server 7.0.15',
    ],
    [
      'Docker with a fault, and server programs',
      both([old, processes]),
      /speaks no API version/,
      'redis-server 7.0.15',
    ],
    ['neither', both([gone, noServer]), /^$/, 'unix:///x.sock'],
  ];
  for (const [what, snapshot, message, where] of cases) {
    test(what, () => {
      const drawing = draw(plain, snapshot);
      assert.match(drawing.message, message);
      assert.equal(drawing.where, where);
      assert.equal(drawing.context, '');
    });
  }

  test("an engine that is not simply this machine's stands in the title by its context", () => {
    assert.equal(draw(plain, both([{ ...fine, context: 'far' }, noServer])).context, 'far');
  });
});
