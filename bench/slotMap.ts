/**
 * smoke: yes
 * The page of the slot map in Chromium: from a message to the frame that shows the map (its words follow in the next one), for maps of 6 and of 1000
 * nodes, an update of 500 slots, a move of the pointer, beside 16384 SVG rectangles in the same run; and the model of 1000 nodes beside a bare split of its text. `npm run bench -- slotMap [runs]`.
 * needs: chromium
 */
import { loadavg } from 'node:os';
import { ClusterNodesReader } from '../src/model/clusterNodes';
import { clusterView } from '../src/model/clusterView';
import { paintOwners } from '../src/model/slots';
import type { HostMessage, MapState } from '../src/webviews/slotMapProtocol';
import { changeOf } from '../src/webviews/slotMapState';
import { MapBrowser } from '../test/support/mapPage';
import type { MapPage } from '../test/support/mapPage';
import { nodesText, ownersIn, stateOf } from '../test/support/mapStates';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const worst = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;

interface Times {
  /** Until the page's own work for it was done. */
  readonly js: number[];
  /** Until the frame was drawn: style, layout and paint are over, what was asked for behind them runs. */
  readonly shown: number[];
  /** Until the frame after that was drawn, which has the words (of a table of many rows the first ones). */
  readonly words: number[];
}

/** Does `act` (an expression of the page) and waits for the frame that shows it. */
async function timed(map: MapPage, act: string): Promise<readonly [js: number, shown: number, words: number]> {
  return await map.page.evaluate(`new Promise(resolve => {
    const channel = new MessageChannel();
    let js = 0;
    let shown = 0;
    const began = performance.now();
    channel.port1.onmessage = () => {
      if (shown > 0) return resolve([js, shown, performance.now() - began]);
      shown = performance.now() - began;
      requestAnimationFrame(() => channel.port2.postMessage(0));
    };
    ${act};
    requestAnimationFrame(() => { js = performance.now() - began; channel.port2.postMessage(0); });
  })`);
}

const sent = (message: HostMessage): string =>
  `dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(message)} }))`;

async function measure(
  map: MapPage,
  runs: number,
  act: (run: number) => string,
  before?: (run: number) => string,
): Promise<Times> {
  const times: Times = { js: [], shown: [], words: [] };
  for (let run = -3; run < runs; run++) {
    if (before) await timed(map, before(run));
    await map.page.waitForTimeout(30);
    const [js, shown, words] = await timed(map, act(run));
    if (run < 0) continue;
    times.js.push(js);
    times.shown.push(shown);
    times.words.push(words);
  }
  return times;
}

/** The naive way, for scale. */
const svg = `(() => { document.getElementById('svg')?.remove(); const ns = 'http://www.w3.org/2000/svg'; const svg = document.createElementNS(ns, 'svg'); svg.id = 'svg'; svg.setAttribute('width', '640'); svg.setAttribute('height', '640');
  for (let slot = 0; slot < 16384; slot++) { const rect = document.createElementNS(ns, 'rect'); rect.setAttribute('x', slot % 128 * 5); rect.setAttribute('y', Math.floor(slot / 128) * 5); rect.setAttribute('width', 5); rect.setAttribute('height', 5); rect.setAttribute('fill', ['#4ea1f3', '#f0ad4e', '#40bfa0'][Math.floor(slot / 5461) % 3]); svg.append(rect); }
  document.body.prepend(svg); })()`;

function line(what: string, { js, shown, words }: Times, most?: number): boolean {
  const good = most === undefined || median(shown) <= most;
  console.log(
    `${what.padEnd(44)} shown ${median(shown).toFixed(1)} ms (95 %: ${worst(shown).toFixed(1)}), script ${median(js).toFixed(1)} ms, with words ${median(words).toFixed(1)} ms${most === undefined ? '' : `, at most ${most} ms${good ? '' : '  MISSED'}`}`,
  );
  return good;
}

async function pages(runs: number, strict: boolean): Promise<boolean> {
  // Frames as fast as they are drawn: what is measured is the work, not the wait for the next tick of a screen.
  const browser = await MapBrowser.open(['--disable-frame-rate-limit', '--disable-gpu-vsync']);
  let good = true;
  try {
    const states = {
      '6 nodes': stateOf([nodesText(3)]),
      '1000 nodes': stateOf([nodesText(500)]),
      '1000 nodes, every slot scattered': stateOf([nodesText(500, true)]),
    };
    const nothing: MapState = {
      title: '',
      level: 'unknown',
      reasons: [],
      shards: [],
      owners: [],
      disputes: [],
      open: [],
    };
    for (const [name, state] of Object.entries(states)) {
      const map = await browser.page({ width: 1180, height: 860 });
      if (name === '6 nodes')
        line(
          'a frame with one changed colour (floor)',
          await measure(
            map,
            runs,
            run => `document.getElementById('sum').style.color = '${run % 2 === 0 ? 'red' : 'blue'}'`,
          ),
        );
      const first = await measure(
        map,
        runs,
        () => sent({ type: 'state', state }),
        () => sent({ type: 'state', state: nothing }),
      );
      good = line(`first map of ${name}`, first, 10) && good;
      if (name !== '1000 nodes, every slot scattered') {
        await map.send({ type: 'state', state });
        await map.page.waitForTimeout(500);
        const owners = ownersIn(state);
        const changes = [0, 1].map(turn => {
          const after = owners.slice();
          if (turn === 0) after.fill(2, 1000, 1500);
          return changeOf(
            { ...state, owners: [] },
            turn === 0 ? owners : owners.slice().fill(2, 1000, 1500),
            turn === 0 ? withSlots(state, 500) : state,
            after,
          );
        });
        good =
          line(
            `500 slots moved, ${name}`,
            await measure(map, runs * 2, run => sent(changes[Math.abs(run) % 2] as HostMessage)),
            4,
          ) && good;
        const box = (await map.page.locator('#map').boundingBox()) ?? { x: 0, y: 0 };
        const pointer = (type: string, slot: number, buttons: number): string =>
          `document.getElementById('map').dispatchEvent(new PointerEvent('${type}', { clientX: ${box.x} + ${slot % 128} * 5 + 2, clientY: ${box.y} + ${Math.floor(slot / 128)} * 5 + 2, buttons: ${buttons}, bubbles: true, pointerId: 1 }))`;
        good =
          line(
            `hover, ${name}`,
            await measure(map, runs * 2, run => pointer('pointermove', ((run + 3) * 97) % 16384, 0)),
            16,
          ) && good;
        const keys = `document.getElementById('map').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', shiftKey: true, bubbles: true }))`;
        good = line(`selection, ${name}`, await measure(map, runs * 2, () => keys), 16) && good;
      } else {
        const naive = await measure(map, Math.max(3, Math.min(5, runs)), () => svg);
        line('16384 SVG rectangles', naive);
        const ratio = median(first.shown) / median(naive.shown);
        console.log(`ratio of a first map to SVG rectangles in the same run: ${ratio.toFixed(3)}`);
        good = ratio < 0.25 && good;
      }
      await map.close();
    }
  } finally {
    await browser.close();
  }
  return good || !strict;
}

const withSlots = (state: MapState, slots: number): MapState => ({
  ...state,
  owners: [],
  shards: state.shards.map((shard, index) => (index < 2 ? { ...shard, slots: shard.slots + slots } : shard)),
});

/** From the text of CLUSTER NODES to the owner of every slot. */
function model(runs: number, strict: boolean): boolean {
  const flat = (text: string): string => Buffer.from(text).toString(); // as it comes from a socket, not a rope of joined parts
  const times = { split: [] as number[], owners: [] as number[], view: [] as number[] };
  let sink = 0;
  for (let run = -50; run < runs; run++) {
    const text = flat(nodesText(500).replaceAll('1700000000000', String(1_700_000_000_000 + run)));
    let began = performance.now();
    sink += text.split('\n').map(row => row.split(' ')).length;
    const split = performance.now() - began;
    began = performance.now();
    const nodes = new ClusterNodesReader().read(text);
    sink += paintOwners(nodes.filter(node => node.slots.length > 0).map(node => node.slots))[16383] as number;
    const owners = performance.now() - began;
    began = performance.now();
    sink += clusterView([
      {
        node: 'n',
        name: 'n',
        report: { state: 'ok', nodes: new ClusterNodesReader().read(text), currentEpoch: 1, myId: nodes[0]?.id ?? '' },
      },
    ]).shards.length;
    const view = performance.now() - began;
    if (run < 0) continue;
    times.split.push(split);
    times.owners.push(owners);
    times.view.push(view);
  }
  const ratio = median(times.owners) / median(times.split);
  console.log(
    `1000 nodes, text to the owner of each slot: ${median(times.owners).toFixed(2)} ms = ${ratio.toFixed(2)} × a bare split (${median(times.split).toFixed(2)} ms), at most 2${ratio <= 2 ? '' : '  MISSED'}; with members, shards and findings ${median(times.view).toFixed(2)} ms (${(median(times.view) / median(times.split)).toFixed(2)} ×) [${sink > 0 ? 'ok' : ''}]`,
  );
  return ratio <= 2 || !strict;
}

async function main(smoke: boolean, runs: number): Promise<void> {
  const good = [model(smoke ? 30 : 200, !smoke), await pages(runs, !smoke)];
  console.log(`load ${loadavg()[0]?.toFixed(1)}, node ${process.version}`);
  if (good.includes(false)) process.exitCode = 1;
}

void main(process.argv[2] === '--smoke', process.argv[2] === '--smoke' ? 3 : Number(process.argv[2] ?? 20));
