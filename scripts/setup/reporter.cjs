// mocha's own spec output, and the counts in a file, so that `npm test` can sum them over suites that run in other
// processes. A suite that dies before its end leaves no file, and counts as failed.
'use strict';
const fs = require('node:fs');
const mocha = require('mocha');
// mocha is an ES module: `require` gives it under `default`.
/** @type {unknown} */
const namespace = mocha;
const { default: inner = mocha } = /** @type {{ default?: typeof mocha }} */ (namespace);
const { Spec } = inner.reporters;

module.exports = class CountingSpec extends Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env['REDIS_TOPOLOGY_COUNTS'];
    if (file === undefined || file === '') return;
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats ?? { passes: 0, failures: 1, pending: 0 };
      fs.writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, pending }));
    });
  }
};
