import type { MapDispute, MapOpenSlot, MapPlan, MapShard } from '../../src/webviews/slotMapProtocol';
import { SIDE, SLOTS } from './field';
import type { Palette, Rgb } from './palette';
import { css, inkOn, mix } from './palette';
import { count, word } from './words';

export interface LinesData {
  readonly owners: Uint16Array;
  readonly shards: readonly MapShard[];
  readonly open: readonly MapOpenSlot[];
  readonly disputes: readonly MapDispute[];
  readonly plan: MapPlan | undefined;
}

type Run = readonly [first: number, last: number];
type Point = readonly [x: number, y: number];

/** A map in a thousand pieces has a border at every slot: lines would hide it. */
const MOST_RUNS = 600;

/** Borders, names, plans and open slots: what changes with the cluster and needs finer lines than one pixel a slot. `cell` is the side of a slot in CSS pixels. */
export function paintLines(canvas: HTMLCanvasElement, data: LinesData, palette: Palette, cell: number): void {
  const context = begin(canvas, cell * SIDE);
  if (!context) return;
  const { runs, longest } = runsOf(data.owners);
  if (runs <= MOST_RUNS) borders(context, data.owners, palette, cell);
  for (const { ranges } of data.disputes.slice(0, 40)) {
    for (let i = 0; i + 1 < ranges.length && i < 80; i += 2)
      outline(context, ranges[i] as number, ranges[i + 1] as number, cell, css(palette.warning), undefined, [5, 3]);
  }
  if (data.plan) for (const { ranges } of data.plan.moves.slice(0, MOST_MOVES)) planned(context, ranges, palette, cell);
  const labels = new Map<number, Point>();
  for (const shard of data.shards) {
    const run = longest.get(shard.colour + 1);
    const place = run && middle(run, cell);
    if (!run || !place) continue;
    labels.set(shard.colour + 1, place.at);
    name(context, shard, run, place, palette, cell);
  }
  const nobody = longest.get(0);
  const gap = nobody && longest.size > 1 ? middle(nobody, cell) : undefined; // nothing at all is said in words
  if (nobody && gap)
    pill(
      context,
      gap.at,
      [[word('nobody'), `600 ${Math.min(13, gap.height - 6)}px ${palette.font}`]],
      palette.background,
      palette.error,
      palette.error,
    );
  if (data.plan) plan(context, data.plan, labels, longest, palette, cell);
  for (const { slot } of data.open.slice(0, 500)) diamond(context, slot, cell, palette);
}

/** Makes the canvas as large as it must be in device pixels, empties it, and scales to CSS pixels. */
export function begin(canvas: HTMLCanvasElement, side: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  const pixels = Math.round(side * ratio);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, side, side);
  return context;
}

export function at(slot: number, cell: number): Point {
  return [(slot % SIDE) * cell, Math.floor(slot / SIDE) * cell];
}

/** The longest run of slots of each owner, and how many runs there are. */
function runsOf(owners: Uint16Array): { readonly runs: number; readonly longest: ReadonlyMap<number, Run> } {
  const longest = new Map<number, Run>();
  let runs = 0;
  for (let first = 0; first < SLOTS;) {
    const owner = owners[first] as number;
    let last = first;
    while (last + 1 < SLOTS && owners[last + 1] === owner) last++;
    const best = longest.get(owner);
    if (!best || last - first > best[1] - best[0]) longest.set(owner, [first, last]);
    runs++;
    first = last + 1;
  }
  return { runs, longest };
}

/** Where a label of the run may stand: the middle of its whole rows. */
function middle([first, last]: Run, cell: number): { readonly at: Point; readonly height: number } | undefined {
  const top = Math.ceil(first / SIDE);
  const bottom = Math.floor((last + 1) / SIDE);
  const height = (bottom - top) * cell;
  return height < 18 ? undefined : { at: [(SIDE * cell) / 2, ((top + bottom) / 2) * cell], height };
}

/** Whole runs as rectangles on whole pixels: a hundred times cheaper to draw than a stroke for each slot. */
function borders(context: CanvasRenderingContext2D, owners: Uint16Array, palette: Palette, cell: number): void {
  context.fillStyle = css(palette.background, 0.95);
  const wide = palette.highContrast ? 3 : 2;
  const [before, far] = [Math.floor(wide / 2), SIDE * cell];
  for (let row = 0; row < SIDE; row++) {
    const first = row * SIDE;
    for (let x = 0; x < SIDE - 1; x++)
      if (owners[first + x] !== owners[first + x + 1])
        context.fillRect((x + 1) * cell - before, row * cell, wide, cell);
    if (row === SIDE - 1) break;
    for (let x = 0; x < SIDE; x++) {
      const begin = x;
      while (x < SIDE && owners[first + x] !== owners[first + SIDE + x]) x++;
      if (x > begin)
        context.fillRect(
          Math.max(0, begin * cell - before),
          (row + 1) * cell - before,
          Math.min(far, x * cell + before) - Math.max(0, begin * cell - before),
          wide,
        );
    }
  }
}

function name(
  context: CanvasRenderingContext2D,
  shard: MapShard,
  run: Run,
  { at: place, height }: { readonly at: Point; readonly height: number },
  palette: Palette,
  cell: number,
): void {
  const big = Math.max(11, Math.min(18, height / 3.4));
  const small = Math.max(10, big * 0.7);
  const failed = shard.master.state === 'failed';
  const lines: (readonly [text: string, font: string])[] = [
    [shortened(shard.master.name), `600 ${big}px ${palette.font}`],
  ];
  if (failed && height > big * 3.4) lines.push([word('state.failed'), `600 ${small}px ${palette.font}`]);
  if (height > big * (failed ? 5 : 3.2)) lines.push([`${run[0]} – ${run[1]}`, `${small}px ${palette.font}`]);
  if (height < 26 && cell * SIDE < 420) return;
  const hue = palette.shard(shard.colour);
  if (failed) pill(context, place, lines, palette.background, palette.error, palette.error);
  else if (palette.highContrast)
    pill(context, place, lines, palette.background, palette.foreground, palette.foreground);
  else pill(context, place, lines, hue, undefined, inkOn(hue));
}

function pill(
  context: CanvasRenderingContext2D,
  [x, y]: Point,
  lines: readonly (readonly [text: string, font: string])[],
  ground: Rgb,
  edge: Rgb | undefined,
  ink: Rgb,
): void {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const steps = lines.map(([, font]) => Number(/(\d+(?:\.\d+)?)px/.exec(font)?.[1] ?? 12) * 1.35);
  const height = steps.reduce((a, b) => a + b, 0);
  const width = Math.max(
    ...lines.map(([text, font]) => {
      context.font = font;
      return context.measureText(text).width;
    }),
  );
  context.fillStyle = css(ground, 0.94);
  context.beginPath();
  context.roundRect(x - width / 2 - 12, y - height / 2 - 4, width + 24, height + 8, 7);
  context.fill();
  if (edge) {
    context.strokeStyle = css(edge);
    context.lineWidth = 1.5;
    context.stroke();
  }
  context.fillStyle = css(ink);
  let top = y - height / 2;
  lines.forEach(([text, font], index) => {
    const step = steps[index] as number;
    context.font = font;
    context.fillText(text, x, top + step / 2);
    top += step;
  });
}

/** Names come from servers: a long one must not cover the map. */
function shortened(text: string): string {
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

/** The shape of a run of slots: up to three rectangles. */
export function outline(
  context: CanvasRenderingContext2D,
  first: number,
  last: number,
  cell: number,
  stroke: string,
  fill?: string,
  dash: readonly number[] = [],
): void {
  const rows = [Math.floor(first / SIDE), Math.floor(last / SIDE)] as const;
  const [fx, fy] = [(first % SIDE) * cell, rows[0] * cell];
  const [lx, ly] = [((last % SIDE) + 1) * cell, (rows[1] + 1) * cell];
  const width = SIDE * cell;
  context.beginPath();
  if (rows[0] === rows[1]) {
    context.rect(fx, fy, lx - fx, cell);
  } else {
    context.moveTo(fx, fy);
    for (const [x, y] of [
      [width, fy],
      [width, ly - cell],
      [lx, ly - cell],
      [lx, ly],
      [0, ly],
      [0, fy + cell],
      [fx, fy + cell],
    ] as const)
      context.lineTo(x, y);
    context.closePath();
  }
  if (fill !== undefined) {
    context.fillStyle = fill;
    context.fill();
  }
  context.setLineDash([...dash]);
  context.strokeStyle = stroke;
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

/** So many moves of a plan are drawn; the list names all. */
const MOST_MOVES = 24;

/** The slots of a move in outlines. */
function planned(context: CanvasRenderingContext2D, ranges: readonly number[], palette: Palette, cell: number): void {
  if (ranges.length > 80) return;
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    const [first, last] = [ranges[i] as number, ranges[i + 1] as number];
    outline(context, first, last, cell, css(palette.background, 0.9));
    outline(context, first, last, cell, css(palette.foreground), undefined, [4, 3]);
  }
}

/** Each move: an arrow from its slots to where its taker is. */
function plan(
  context: CanvasRenderingContext2D,
  { moves }: MapPlan,
  labels: ReadonlyMap<number, Point>,
  longest: ReadonlyMap<number, Run>,
  palette: Palette,
  cell: number,
): void {
  for (const move of moves.slice(0, MOST_MOVES)) {
    let best: Run | undefined;
    for (let i = 0; i + 1 < move.ranges.length; i += 2) {
      const run = [move.ranges[i] as number, move.ranges[i + 1] as number] as const;
      if (!best || run[1] - run[0] > best[1] - best[0]) best = run;
    }
    const goal = labels.get(move.to) ?? (longest.has(move.to) ? at((longest.get(move.to) as Run)[0], cell) : undefined);
    if (!best || !goal) continue; // an empty master has no place on the map yet: the list names it
    const rows = Math.floor(best[1] / SIDE) - Math.floor(best[0] / SIDE);
    const [x, y] = at(best[0], cell);
    const start: Point =
      rows > 0
        ? [SIDE * cell * 0.2, y + (rows * cell) / 2 + cell]
        : [x + ((best[1] - best[0] + 1) * cell) / 2, y + cell / 2];
    const [x1, y1] = arrow(context, start, [goal[0] - SIDE * cell * 0.16, goal[1]], palette);
    pill(
      context,
      [Math.max(70, x1), y1],
      [
        [
          move.slots === 1
            ? word('slotsTo.one', shortened(move.toName))
            : word('slotsTo', count(move.slots), shortened(move.toName)),
          `600 11px ${palette.font}`,
        ],
      ],
      palette.background,
      palette.foreground,
      palette.foreground,
    );
  }
}

/** A curve with a full head. Gives its middle. */
function arrow(context: CanvasRenderingContext2D, [x, y]: Point, [gx, gy]: Point, palette: Palette): Point {
  const bend: Point = [Math.min(x, gx) - 40, (y + gy) / 2];
  const angle = Math.atan2(gy - bend[1], gx - bend[0]);
  const corner = (turn: number, length: number): Point => [
    gx + length * Math.cos(angle + turn),
    gy + length * Math.sin(angle + turn),
  ];
  const neck = corner(Math.PI, 11);
  for (const [width, colour] of [
    [5, css(palette.background)],
    [2, css(palette.foreground)],
  ] as const) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(x, y);
    context.quadraticCurveTo(bend[0], bend[1], neck[0], neck[1]);
    context.stroke();
    context.lineWidth = width - 1;
    context.beginPath();
    for (const [px, py] of [[gx, gy] as const, corner(2.72, 15), corner(-2.72, 15)]) context.lineTo(px, py);
    context.closePath();
    context.stroke();
    context.fill();
    context.beginPath();
    context.arc(x, y, width === 5 ? 5 : 3.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.lineJoin = 'miter';
  return [(x + 2 * bend[0] + gx) / 4, (y + 2 * bend[1] + gy) / 4];
}

/** A slot that stands open: a diamond larger than the slot, so that one of 16384 is seen. */
function diamond(context: CanvasRenderingContext2D, slot: number, cell: number, palette: Palette): void {
  const [x, y] = at(slot, cell);
  const r = Math.max(6, cell * 1.2);
  const [cx, cy] = [x + cell / 2, Math.max(r + 1, y + cell / 2)];
  context.beginPath();
  for (const [dx, dy] of [
    [0, -r],
    [r, 0],
    [0, r],
    [-r, 0],
  ] as const)
    context.lineTo(cx + dx, cy + dy);
  context.closePath();
  context.fillStyle = css(mix(palette.warning, palette.foreground, 0.15));
  context.fill();
  context.strokeStyle = css(palette.background);
  context.lineWidth = 2;
  context.stroke();
}
