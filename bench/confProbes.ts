/**
 * Small files in full starts: what the servers of the images did is kept in test/fixtures/conf-probes.json and is asked again here.
 * `npm run bench -- confProbes [part of a name] [--record]`; exits 1 when a server does something else than what is kept.
 * needs: docker images
 */
import { writeFileSync } from 'node:fs';
import { readProbes, startAll, startServers } from '../test/support/confStart';
import type { Probe } from '../test/support/confStart';

const file = 'test/fixtures/conf-probes.json';
const record = process.argv.includes('--record');
const part = process.argv.slice(2).find(word => !word.startsWith('--')) ?? '';

async function main(): Promise<void> {
  const probes = readProbes(file);
  const chosen = probes.filter(probe => probe.name.includes(part));
  const verdicts = new Map<Probe, number[]>(chosen.map(probe => [probe, [...(probe.verdicts ?? [])]]));
  for (const [index, server] of startServers.entries()) {
    const began = Date.now();
    let others = 0;
    for (let from = 0; from < chosen.length; from += 100) {
      const some = chosen.slice(from, from + 100);
      const found = await startAll(server, some);
      some.forEach((probe, i) => {
        const verdict = found[i]?.verdict ?? 0;
        const kept = verdicts.get(probe)?.[index];
        if (kept !== verdict) {
          others++;
          console.log(
            `${server.target}: ${probe.name}: ${String(kept)} is kept, now ${String(verdict)} (${found[i]?.message ?? ''})`,
          );
        }
        const list = verdicts.get(probe);
        if (list !== undefined) list[index] = verdict;
      });
    }
    console.log(
      `${server.target}: ${String(chosen.length)} starts, ${String(others)} not as kept, ${String(Date.now() - began)} ms`,
    );
    if (others > 0 && !record) process.exitCode = 1;
  }
  if (!record) return;
  const lines = probes.map(probe => JSON.stringify({ ...probe, verdicts: verdicts.get(probe) ?? probe.verdicts }));
  writeFileSync(
    file,
    `{ "servers": ${JSON.stringify(startServers.map(one => one.target))}, "probes": [\n${lines.join(',\n')}\n] }\n`,
  );
}

void main();
