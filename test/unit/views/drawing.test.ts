import assert from 'node:assert/strict';
import type { EngineStatus, Snapshot } from '../../../src/model/snapshot';
import { draw } from '../../../src/views/drawing';
import { plain } from '../../support/plain';
import { sentinelTopology } from '../../support/snapshots';

suite('drawing of a snapshot', () => {
  const gone: EngineStatus = { kind: 'docker', state: 'unavailable', fault: { code: 'engine-missing', endpoint: 'unix:///x.sock' } as never };
  const old: EngineStatus = { kind: 'docker', state: 'unavailable', fault: { code: 'engine-version', endpoint: 'unix:///x.sock', text: '1.12' } as never };
  const fine: EngineStatus = { kind: 'docker', state: 'answering', title: 'Docker 28', version: '28' };
  const of = (engine: EngineStatus, ...topologies: Snapshot['topologies']): Snapshot => ({ engines: [engine], topologies, others: [] });
  const cases: readonly (readonly [what: string, snapshot: Snapshot, message: RegExp, where: string])[] = [
    ['all is well', of(fine, sentinelTopology()), /^$/, 'Docker 28'],
    ['gone and nothing to show: the welcome view says it', of(gone), /^$/, 'unix:///x.sock'],
    ['gone while rows are shown', of(gone, sentinelTopology()), /^No Docker engine listens at unix/, 'unix:///x.sock'],
    ['a fault without a welcome view', of(old), /speaks no API version/, 'unix:///x.sock'],
    ['connecting', of({ kind: 'docker', state: 'connecting' }), /^$/, ''],
  ];
  for (const [what, snapshot, message, where] of cases) {
    test(what, () => {
      const drawing = draw(plain, snapshot);
      assert.match(drawing.message, message);
      assert.equal(drawing.where, where);
    });
  }
});
