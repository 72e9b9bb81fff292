// temp
import { until } from '../src/base/abort';
import type { DrillFault } from '../src/topology/drill/report';
import { DrillWorld } from '../test/support/drills';
import { drillOn, hasten } from '../test/support/failoverDrills';
async function main([runs = '3', kind = 'cluster', fault = 'split']: readonly string[]) {
  const world = await DrillWorld.make(kind as 'cluster', 'docker', 21_460);
  try {
    const whole = () => until('healthy', { everyMs: 100, deadlineMs: 120_000 }, () => Promise.resolve(world.topology?.health.level === 'healthy' || undefined));
    await whole();
    await hasten(world);
    for (let i = 0; i < Number(runs); i++) {
      await whole();
      const began = Date.now();
      const lines: string[] = [];
      const at = () => ((Date.now() - began) / 1000).toFixed(2).padStart(7);
      let last = '';
      const sub = world.inventory.onDidChange(() => {
        const t = world.topology;
        const said = `${t?.health.level} ${(t?.health.reasons ?? []).map(r => JSON.stringify(r)).join(' ')} | ${t?.nodes.map(n => `${n.name}:${n.contact.state === 'answering' ? `${n.role}/${n.contact.report.cluster?.state}/fail${n.contact.report.cluster?.nodes.filter(x => x.flags.some(f => f.startsWith('fail'))).length}` : n.contact.state + ('reason' in n.contact ? n.contact.reason : '')}@${n.reachable?.host}:${n.reachable?.port}`).join(' ')}`;
        if (said === last) return;
        last = said;
        lines.push(`${at()} VIEW ${said}`);
      });
      let on = true;
      const witness = (async () => {
        while (on) {
          const rows = await Promise.all(world.nodes.map(async ({ name }) => {
            try {
              const info = await world.cli(name, 'CLUSTER', 'INFO');
              const nodes = await world.cli(name, 'CLUSTER', 'NODES');
              return `${name}:${/cluster_state:(\w+)/.exec(info)?.[1]}/fail${nodes.split('\n').filter(l => /\bfail/.test(l.split(' ')[2] ?? '')).length}`;
            } catch (e) { return `${name}:${String(e).slice(0, 40)}`; }
          }));
          lines.push(`${at()} REAL ${rows.join(' ')}`);
          await new Promise(r => setTimeout(r, 1500));
        }
      })();
      const report = await drillOn(world, fault as DrillFault);
      on = false; await witness; sub.dispose();
      const w = report.marks.find(m => m.what === 'whole')?.at;
      console.log(i, 'whole', w, 'healing', report.marks.find(m => m.what === 'healing')?.at);
      if (w === undefined || w > 14_000) console.log(lines.join('\n'));
    }
  } finally { await world.dispose(); }
}
main(process.argv.slice(2)).catch(e => { console.error(e); process.exitCode = 1; });
