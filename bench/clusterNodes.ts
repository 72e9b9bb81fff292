/**
 * smoke: yes
 * Claim: CLUSTER NODES of 1000 nodes is read in at most 2 × a bare split of its text. `npm run bench -- clusterNodes`
 */
import { loadavg } from 'node:os';
import { ClusterNodesReader } from '../src/model/clusterNodes';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** As 1000 nodes of 7.0 print it: 500 masters with a few ranges each, 500 replicas. */
function clusterNodesText(count: number, pong: number): string {
  const id = (index: number): string => index.toString(16).padStart(40, '0');
  return Array.from({ length: count }, (_, index) => {
    const address = `10.${index >> 8}.${index & 255}.7:6379@16379,node-${index}`;
    if (index % 2 === 1) return `${id(index)} ${address} slave ${id(index - 1)} 0 ${pong} ${index} connected`;
    const width = Math.floor(16384 / (count / 2));
    const first = (index / 2) * width;
    return `${id(index)} ${address} ${index === 0 ? 'myself,' : ''}master - 0 ${pong} ${index} connected ${first}-${first + 9} ${first + 11}-${first + width - 1}`;
  }).join('\n');
}

/** As it comes from a socket: flat, not a rope of joined parts. */
const flat = (text: string): string => Buffer.from(text).toString();

function main(): void {
  const bare: number[] = [];
  const fresh: number[] = [];
  const again: number[] = [];
  const reader = new ClusterNodesReader();
  let sink = 0;
  for (let run = -200; run < 200; run++) {
    const text = flat(clusterNodesText(1000, 1_700_000_000_000 + run));
    let started = performance.now();
    sink += text.split('\n').map(line => line.split(' ')).length;
    const split = performance.now() - started;
    started = performance.now();
    sink += new ClusterNodesReader().read(text).length;
    const first = performance.now() - started;
    started = performance.now();
    sink += reader.read(text).length;
    const second = performance.now() - started;
    if (run < 0) continue;
    bare.push(split);
    fresh.push(first);
    again.push(second);
  }
  console.log(
    `CLUSTER NODES of 1000 nodes: bare split ${median(bare).toFixed(2)} ms, read ${median(fresh).toFixed(2)} ms (${(median(fresh) / median(bare)).toFixed(2)} ×, aim ≤ 2), read again with other ping times ${median(again).toFixed(2)} ms (${(median(again) / median(bare)).toFixed(2)} ×) [${sink > 0 ? 'ok' : ''}]`,
  );
  console.log(`load ${loadavg()[0]?.toFixed(1)}, node ${process.version}`);
  if (median(fresh) / median(bare) > 2) process.exitCode = 1;
}

main();
