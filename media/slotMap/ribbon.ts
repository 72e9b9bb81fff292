import { SLOTS } from './field';
import type { Palette } from './palette';
import { css } from './palette';

/** All slots in a line, so that ranges are read from left to right. */
export function paintRibbon(canvas: HTMLCanvasElement, owners: Uint16Array, failed: ReadonlySet<number>, cursor: number | undefined, palette: Palette): void {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  for (let first = 0; first < SLOTS;) {
    const owner = owners[first] as number;
    let last = first;
    while (last + 1 < SLOTS && owners[last + 1] === owner) last++;
    const x = (first / SLOTS) * width;
    const w = Math.max(1, ((last + 1 - first) / SLOTS) * width - (last - first > 64 ? 1 : 0));
    if (owner === 0) {
      context.fillStyle = css(palette.error, 0.25);
      context.fillRect(x, 0, w, height);
      context.strokeStyle = css(palette.error);
      context.strokeRect(x + 0.5, 0.5, Math.max(1, w - 1), height - 1);
    } else {
      context.fillStyle = css(palette.shard(owner - 1));
      context.fillRect(x, 0, w, height);
      if (failed.has(owner - 1)) {
        context.fillStyle = css(palette.error);
        for (let stripe = 0; stripe < w; stripe += 6) context.fillRect(x + stripe, 0, 3, height);
      }
    }
    first = last + 1;
  }
  if (cursor !== undefined) {
    const x = ((cursor + 0.5) / SLOTS) * width;
    context.fillStyle = css(palette.background);
    context.fillRect(x - 2.5, 0, 5, height);
    context.fillStyle = css(palette.foreground);
    context.fillRect(x - 1, 0, 2, height);
  }
}
