/**
 * needs: docker images
 * Claim: what happens is shown at once. Master stopped → new master shown no later than the Sentinels' `+switch-master`; `docker kill` of
 * any container → shown within 100 ms of the event or the closed socket. On the real daemon: `npm run bench -- live [switches] [kills]`.
 */
import { loadavg } from 'node:os';
import { killDrill, liveSentinel, masterDrill, quantile } from '../test/support/liveDrill';

async function main(switches: number, kills: number): Promise<void> {
  const live = await liveSentinel({ firstPort: 22_300 });
  const failures: string[] = [];
  try {
    await live.healthy();
    console.log(`first look: ${live.firstLookMs.toFixed(0)} ms, ${live.topology().nodes.length} nodes`);
    const shown: number[] = [];
    const leads: number[] = [];
    for (let run = 0; run < switches; run++) {
      const how = run % 2 === 0 ? ('stop' as const) : ('kill' as const);
      const times = await masterDrill(live, how);
      leads.push(times.newMaster - times.switchMaster);
      if (how === 'kill' && kills > 0) shown.push(times.shownAfterSocket);
      console.log(
        `${how} master: down shown ${times.shownDown.toFixed(0)} (${times.shownAfterSocket.toFixed(1)} after its socket), new master shown ${times.newMaster.toFixed(0)}, +switch-master ${times.switchMaster.toFixed(0)} ms`,
      );
    }
    if (switches > 0) {
      console.log(
        `new master shown − +switch-master: median ${quantile(leads, 0.5).toFixed(0)}, max ${Math.max(...leads).toFixed(0)} ms (${switches} runs)`,
      );
      if (Math.max(...leads) > 0) failures.push(`later than +switch-master by ${Math.max(...leads)} ms`);
    }
    for (let run = 0; shown.length < kills; run++) {
      const nodes = live.topology().nodes.filter(node => node.role !== 'master');
      const { name } = nodes[run % nodes.length] ?? { name: '' };
      const { shownMs, first } = await killDrill(live, name);
      shown.push(shownMs);
      console.log(`kill ${name}: shown ${shownMs.toFixed(1)} ms after the ${first}`);
    }
    if (kills > 0) {
      const p95 = quantile(shown, 0.95);
      console.log(
        `kill → shown: median ${quantile(shown, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)}, max ${Math.max(...shown).toFixed(1)} ms (${shown.length} runs, load ${loadavg()[0]?.toFixed(1)})`,
      );
      if (p95 > 100) failures.push(`p95 ${p95} > 100`);
    }
  } finally {
    await live.dispose();
  }
  if (failures.length > 0) throw new Error(failures.join('; '));
}

const [switches = 10, kills = 20] = process.argv.slice(2).map(Number);
main(switches, kills).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
