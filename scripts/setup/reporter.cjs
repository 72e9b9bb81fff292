// mocha's own spec output, and in a file what came of each test file, so that `npm test` can sum it over suites that run in
// other processes, say at its end what failed, and repeat a file. A suite that dies before its end leaves no file, and counts
// as failed. The shape is `Outcome` of scripts/setup/outcome.mjs.
'use strict';
const fs = require('node:fs');
const mocha = require('mocha');
// mocha is an ES module: `require` gives it under `default`.
/** @type {unknown} */
const namespace = mocha;
const { default: inner = mocha } = /** @type {{ default?: typeof mocha }} */ (namespace);
const { Spec } = inner.reporters;

module.exports = class TellingSpec extends Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env['REDIS_TOPOLOGY_COUNTS'];
    if (file === undefined || file === '') return;
    /** @type {Record<string, { passed: number, failures: { title: string, why: string }[] }>} */
    const files = {};
    /** @param {import('mocha').Runnable} runnable */
    const of = runnable => (files[runnable.file ?? runnable.parent?.file ?? ''] ??= { passed: 0, failures: [] });
    runner.on('pass', test => {
      of(test).passed += 1;
    });
    runner.on('fail', (test, /** @type {unknown} */ error) => {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      of(test).failures.push({ title: test.titlePath().join(' › '), why });
    });
    runner.once('end', () => fs.writeFileSync(file, JSON.stringify({ files })));
  }
};
