import type { MapOpenSlot, MapShard } from '../../src/webviews/slotMapProtocol';
import { SIDE, SLOTS } from './field';
import type { Palette } from './palette';
import { css, inkOn } from './palette';

export interface OverlayData {
  readonly owners: Uint16Array;
  readonly shards: readonly MapShard[];
  readonly open: readonly MapOpenSlot[];
  readonly cursor: number | undefined;
  readonly found: readonly number[];
  readonly selection: readonly [first: number, last: number] | undefined;
}

/** Borders, names, cursor, selection and open slots: what needs finer lines than one pixel a slot. `cell` is the side of a slot in CSS pixels. */
export function paintOverlay(canvas: HTMLCanvasElement, data: OverlayData, palette: Palette, cell: number): void {
  const ratio = devicePixelRatio;
  const side = Math.round(cell * SIDE * ratio);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, cell * SIDE, cell * SIDE);
  const largest = largestRuns(data.owners);
  // A map in a thousand pieces has a border at every slot: lines would hide it.
  if (largest.runs <= 600) borders(context, data.owners, palette, cell);
  names(context, data, largest.byOwner, palette, cell);
  if (data.selection) outline(context, data.selection[0], data.selection[1], cell, css(palette.foreground), css(palette.foreground, 0.18));
  for (const { slot } of data.open) mark(context, slot, cell, palette);
  for (const slot of data.found) ring(context, slot, cell, palette);
  if (data.cursor !== undefined) {
    const [x, y] = at(data.cursor, cell);
    context.strokeStyle = css(palette.background);
    context.lineWidth = 4;
    context.strokeRect(x - 1, y - 1, cell + 2, cell + 2);
    context.strokeStyle = css(palette.foreground);
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, cell + 2, cell + 2);
  }
}

function at(slot: number, cell: number): readonly [number, number] {
  return [(slot % SIDE) * cell, Math.floor(slot / SIDE) * cell];
}

/** The longest run of slots of each owner, and how many runs there are. */
function largestRuns(owners: Uint16Array): { readonly runs: number; readonly byOwner: ReadonlyMap<number, readonly [number, number]> } {
  const byOwner = new Map<number, readonly [number, number]>();
  let runs = 0;
  for (let first = 0; first < SLOTS;) {
    const owner = owners[first] as number;
    let last = first;
    while (last + 1 < SLOTS && owners[last + 1] === owner) last++;
    const best = byOwner.get(owner);
    if (!best || last - first > best[1] - best[0]) byOwner.set(owner, [first, last]);
    runs++;
    first = last + 1;
  }
  return { runs, byOwner };
}

function borders(context: CanvasRenderingContext2D, owners: Uint16Array, palette: Palette, cell: number): void {
  context.beginPath();
  for (let slot = 0; slot < SLOTS; slot++) {
    const [x, y] = at(slot, cell);
    if (slot % SIDE < SIDE - 1 && owners[slot] !== owners[slot + 1]) {
      context.moveTo(x + cell, y);
      context.lineTo(x + cell, y + cell);
    }
    if (slot < SLOTS - SIDE && owners[slot] !== owners[slot + SIDE]) {
      context.moveTo(x, y + cell);
      context.lineTo(x + cell, y + cell);
    }
  }
  context.strokeStyle = css(palette.background, 0.9);
  context.lineWidth = palette.highContrast ? 3 : 2;
  context.stroke();
}

function names(context: CanvasRenderingContext2D, { shards }: OverlayData, largest: ReadonlyMap<number, readonly [number, number]>, palette: Palette, cell: number): void {
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const shard of shards) {
    const run = largest.get(shard.colour + 1);
    if (!run) continue;
    const top = Math.ceil(run[0] / SIDE);
    const bottom = Math.floor((run[1] + 1) / SIDE);
    const height = (bottom - top) * cell;
    if (height < 18) continue;
    const big = Math.max(11, Math.min(18, height / 3.2));
    const y = ((top + bottom) / 2) * cell;
    const lines: (readonly [text: string, font: string])[] = [[shard.master.name, `600 ${big}px ${palette.font}`]];
    if (height > 44) lines.push([`${run[0]} – ${run[1]}`, `${Math.max(11, big * 0.72)}px ${palette.font}`]);
    const step = big * 1.25;
    const widest = Math.max(...lines.map(([text, font]) => {
      context.font = font;
      return context.measureText(text).width;
    }));
    const hue = palette.highContrast ? palette.background : palette.shard(shard.colour);
    context.fillStyle = css(hue, palette.highContrast ? 1 : 0.92);
    context.beginPath();
    context.roundRect((SIDE * cell - widest) / 2 - 12, y - (step * lines.length) / 2 - 3, widest + 24, step * lines.length + 6, 6);
    context.fill();
    if (palette.highContrast) {
      context.strokeStyle = css(palette.foreground);
      context.lineWidth = 1;
      context.stroke();
    }
    context.fillStyle = css(palette.highContrast ? palette.foreground : inkOn(hue));
    lines.forEach(([text, font], index) => {
      context.font = font;
      context.fillText(text, (SIDE * cell) / 2, y + (index - (lines.length - 1) / 2) * step);
    });
  }
}

/** The shape of a run of slots: up to three rectangles. */
function outline(context: CanvasRenderingContext2D, first: number, last: number, cell: number, stroke: string, fill: string): void {
  context.beginPath();
  const rows = [Math.floor(first / SIDE), Math.floor(last / SIDE)] as const;
  for (let row = rows[0]; row <= rows[1]; row++) {
    const from = row === rows[0] ? first % SIDE : 0;
    const to = row === rows[1] ? last % SIDE : SIDE - 1;
    context.rect(from * cell, row * cell, (to - from + 1) * cell, cell);
  }
  context.fillStyle = fill;
  context.fill();
  const [fx, fy] = [(first % SIDE) * cell, rows[0] * cell];
  const [lx, ly] = [((last % SIDE) + 1) * cell, (rows[1] + 1) * cell];
  const width = SIDE * cell;
  context.beginPath();
  if (rows[0] === rows[1]) {
    context.rect(fx, fy, lx - fx, cell);
  } else {
    context.moveTo(fx, fy);
    for (const [x, y] of [[width, fy], [width, ly - cell], [lx, ly - cell], [lx, ly], [0, ly], [0, fy + cell], [fx, fy + cell]] as const) context.lineTo(x, y);
    context.closePath();
  }
  context.strokeStyle = stroke;
  context.lineWidth = 2;
  context.stroke();
}

/** A slot that is being moved: a diamond larger than the slot, so that one of 16384 is seen. */
function mark(context: CanvasRenderingContext2D, slot: number, cell: number, palette: Palette): void {
  const [x, y] = at(slot, cell);
  const [cx, cy, r] = [x + cell / 2, y + cell / 2, Math.max(5, cell * 1.1)];
  context.beginPath();
  context.moveTo(cx, cy - r);
  context.lineTo(cx + r, cy);
  context.lineTo(cx, cy + r);
  context.lineTo(cx - r, cy);
  context.closePath();
  context.fillStyle = css(palette.foreground);
  context.fill();
  context.strokeStyle = css(palette.background);
  context.lineWidth = 1.5;
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, slot: number, cell: number, palette: Palette): void {
  const [x, y] = at(slot, cell);
  for (const [width, colour] of [[6, css(palette.background)], [3, css(palette.foreground)]] as const) {
    context.beginPath();
    context.arc(x + cell / 2, y + cell / 2, Math.max(9, cell * 2.2), 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
