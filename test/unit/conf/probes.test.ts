import assert from 'node:assert/strict';
import { judgeProbe } from '../../support/confProbe';
import { bytesOf, readProbes, startServers } from '../../support/confStart';

suite('small files that real servers were started with (bench/confProbes.ts)', () => {
  for (const [index, probe] of readProbes('test/fixtures/conf-probes.json').entries()) {
    test(`${String(index)} ${probe.name}`, () => {
      for (const [number, { target }] of startServers.entries()) {
        const verdict = probe.verdicts?.[number];
        const { line, errors } = judgeProbe(probe, target);
        if (verdict === 0) assert.deepEqual(errors, [], target);
        // What depends on the machine for one server may be an unknown name for another.
        if (verdict === 0 || (probe.env === true && errors.length === 0)) continue;
        assert.ok(line > 0, `${target} refuses it`);
        // The server counts the lines of an included text from 1 again, and those that a NUL melted as one.
        if (verdict !== -1 && probe.files === undefined && !bytesOf(probe).includes(0))
          assert.equal(line, verdict, target);
      }
    });
  }
});
