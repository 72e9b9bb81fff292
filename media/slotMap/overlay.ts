import { SIDE } from './field';
import { at, begin, outline } from './lines';
import type { Palette } from './palette';
import { css } from './palette';

export interface OverlayData {
  readonly cursor: number | undefined;
  readonly found: readonly number[];
  readonly selection: readonly [first: number, last: number] | undefined;
}

/** Cursor, selection and found keys: what follows hand and keyboard, on a canvas of its own so that a movement costs next to nothing. */
export function paintOverlay(
  canvas: HTMLCanvasElement,
  { cursor, found, selection }: OverlayData,
  palette: Palette,
  cell: number,
): void {
  const context = begin(canvas, cell * SIDE);
  if (!context) return;
  if (selection) {
    outline(context, selection[0], selection[1], cell, css(palette.background), css(palette.foreground, 0.22));
    outline(context, selection[0], selection[1], cell, css(palette.foreground), undefined, [6, 4]);
  }
  for (const slot of found) ring(context, slot, cell, palette);
  if (cursor === undefined) return;
  const [x, y] = at(cursor, cell);
  for (const [width, colour] of [
    [4, css(palette.background)],
    [2, css(palette.foreground)],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(x - 1, y - 1, cell + 2, cell + 2);
  }
}

function ring(context: CanvasRenderingContext2D, slot: number, cell: number, palette: Palette): void {
  const [x, y] = at(slot, cell);
  for (const [width, colour] of [
    [6, css(palette.background)],
    [3, css(palette.foreground)],
  ] as const) {
    context.beginPath();
    context.arc(x + cell / 2, y + cell / 2, Math.max(9, cell * 2.2), 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
