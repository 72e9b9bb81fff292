import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseDocument } from '../../../src/conf/document';
import { defaultTarget, parseTarget } from '../../../src/conf/target';
import { validate } from '../../../src/conf/validate';
import { compareFiles, compareLines } from '../../support/confAgreement';
import type { Disagreement } from '../../support/confAgreement';
import { Generator } from '../../support/confLines';
import { oracles } from '../../support/confOracle';
import { readProbes, startAll, startServers } from '../../support/confStart';

/** A slice of `npm run bench -- confAgreement`, reproducible by its seed; another one by CONF_SEED. */
const seed = Number(process.env['CONF_SEED'] ?? '2026');

const shown = (one: Disagreement): string =>
  `ours ${String(one.ours)} (${one.code ?? 'fine'}), theirs ${String(one.theirs.line)} (${one.theirs.text}): ${JSON.stringify(one.content.slice(0, 2000))}`;

suite('conf: generated lines and files, judged by us and by real servers', () => {
  const found = oracles();

  test('three servers are at hand', () => assert.ok(found.length >= 3, found.map(one => one.name).join(', ')));

  for (const oracle of found) {
    test(`${oracle.name}: its own stock file has no error`, () => {
      const path = oracle.target.product === 'valkey' ? '/etc/valkey/valkey.conf' : '/etc/redis/redis.conf';
      const text =
        oracle.image === undefined
          ? readFileSync(path, 'utf8')
          : execFileSync(
              'docker',
              ['run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', 'cat', oracle.image, path],
              { encoding: 'utf8' },
            );
      const { findings } = validate(parseDocument(text, path), { target: oracle.target, mode: 'redis' });
      assert.ok(text.split('\n').length > 1000);
      // The packages switch daemonize on: worth a word, no more.
      assert.deepEqual(
        findings.filter(one => one.severity !== 'info' && one.severity !== 'hint').map(one => one.code),
        [],
      );
    });

    test(`${oracle.name}: every line`, async () => {
      const { refused, disagreements } = await compareLines(oracle, seed, 300, 20);
      assert.deepEqual(disagreements.map(shown), []);
      assert.ok(refused > 50, 'the lines are no test when hardly one is refused');
    });

    test(`${oracle.name}: whole files, a sentinel's too`, async () => {
      const { refused, disagreements } = await compareFiles(oracle, seed, 80);
      assert.deepEqual(disagreements.map(shown), []);
      assert.ok(refused > 10 && refused < 80, `${String(refused)} refused`);
    });
  }
});

suite('conf: small files in full starts', () => {
  // Another 60 every time the fixture or the seed changes; all of them: npm run bench -- confProbes
  const generator = new Generator(
    startServers.map(server => parseTarget(server.target)).find(target => target !== undefined) ?? defaultTarget,
    seed,
  );
  const probes = readProbes('test/fixtures/conf-probes.json');
  const chosen = Array.from({ length: 60 }, () => generator.pick(probes));

  for (const [index, server] of startServers.entries()) {
    test(`${server.image} does what is kept`, async () => {
      const found = await startAll(server, chosen);
      const others = chosen
        .map((probe, i) => ({
          name: probe.name,
          kept: probe.verdicts?.[index],
          now: found[i]?.verdict,
          message: found[i]?.message,
        }))
        .filter(one => one.kept !== one.now);
      assert.deepEqual(others, []);
    }).timeout(180_000);
  }
});
