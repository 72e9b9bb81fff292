/**
 * The examples of docs/rules in full starts: what the servers did is kept in test/fixtures/rule-examples.json and stands on the pages.
 * `npm run bench -- ruleExamples [--record]`, then `node scripts/ruleDocs.mjs`; exits 1 when a server does something else than what is kept.
 * needs: docker images
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { ruleCodes } from '../src/conf/rules/codes';
import { startAll, startServers } from '../test/support/confStart';
import type { StartVerdict } from '../test/support/confStart';
import { exampleKey, keep, keptFile, probeOf } from '../test/support/ruleExamples';
import type { Kept } from '../test/support/ruleExamples';

const record = process.argv.includes('--record');

async function main(): Promise<void> {
  const before = JSON.parse(readFileSync(keptFile, 'utf8')) as Record<string, Kept | undefined>;
  const all = ruleCodes.flatMap(code => {
    const probe = probeOf(code, readFileSync(`docs/rules/${code}.md`, 'utf8'));
    return probe === undefined ? [] : [{ code, probe }];
  });
  const asked = record ? all.filter(({ code, probe }) => before[code]?.example !== exampleKey(probe)) : all;
  const verdicts: StartVerdict[][] = [];
  for (const server of startServers)
    verdicts.push(
      await startAll(
        server,
        asked.map(one => one.probe),
      ),
    );
  const kept: Record<string, Kept> = {};
  for (const { code } of all) if (before[code] !== undefined) kept[code] = before[code];
  let others = 0;
  asked.forEach(({ code, probe }, index) => {
    const now = keep(
      probe,
      verdicts.flatMap(list => list[index] ?? []),
    );
    const same =
      JSON.stringify(Object.values(now.servers).map(([verdict]) => verdict)) ===
      JSON.stringify(Object.values(before[code]?.servers ?? {}).map(([verdict]) => verdict));
    if (!same) {
      others++;
      console.log(`${code}: ${JSON.stringify(before[code]?.servers)} is kept, now ${JSON.stringify(now.servers)}`);
    }
    kept[code] = now;
  });
  console.log(
    `${String(asked.length)} examples on ${String(startServers.length)} servers, ${String(others)} not as kept`,
  );
  if (record)
    writeFileSync(
      keptFile,
      `{\n${Object.entries(kept)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([code, one]) => `${JSON.stringify(code)}: ${JSON.stringify(one)}`)
        .join(',\n')}\n}\n`,
    );
  else if (others > 0) process.exitCode = 1;
}

void main();
