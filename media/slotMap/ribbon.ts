import type { MapShard } from '../../src/webviews/slotMapProtocol';
import { failedGround, SLOTS } from './field';
import type { Palette } from './palette';
import { css, inkOn, mix, textured } from './palette';

/** All slots in a line, so that ranges are read from left to right; a range that is wide enough bears its master's name. */
export function paintRibbon(
  canvas: HTMLCanvasElement,
  [width, height]: readonly [width: number, height: number],
  { owners, byOwner }: { readonly owners: Uint16Array; readonly byOwner: ReadonlyMap<number, MapShard> },
  palette: Palette,
): void {
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (owners.every(owner => owner === 0)) return; // nothing is there: that is said in words
  if (isScattered(owners, width)) return columns(context, owners, byOwner, width, height, palette);
  const fonts = { named: `600 11px ${palette.font}` };
  for (let first = 0; first < SLOTS;) {
    const owner = owners[first] as number;
    let last = first;
    while (last + 1 < SLOTS && owners[last + 1] === owner) last++;
    const x = (first / SLOTS) * width;
    const w = Math.max(1, ((last + 1 - first) / SLOTS) * width - (last - first > 64 ? 1.5 : 0));
    if (owner === 0) {
      context.fillStyle = css(palette.error, 0.2);
      context.fillRect(x, 0, w, height);
      context.strokeStyle = css(palette.error);
      context.setLineDash([3, 2]);
      context.strokeRect(x + 0.5, 0.5, Math.max(1, w - 1), height - 1);
      context.setLineDash([]);
    } else {
      const shard = byOwner.get(owner);
      const hue = palette.shard(owner - 1);
      context.fillStyle = w > 12 ? (tile(context, owner - 1, palette) ?? css(hue)) : css(hue);
      const failed = shard?.master.state === 'failed';
      if (failed) context.fillStyle = css(failedGround(palette, owner - 1));
      context.fillRect(x, 0, w, height);
      if (failed) {
        context.fillStyle = css(palette.error);
        for (let stripe = 0; stripe < w; stripe += 10) context.fillRect(x + stripe, 0, Math.min(3, w - stripe), height);
      }
      if (shard && w > 48)
        label(
          context,
          shard.master.name,
          x + w / 2,
          height / 2,
          w - 16,
          failed ? palette.background : hue,
          fonts.named,
          failed ? palette.error : undefined,
        );
    }
    first = last + 1;
  }
}

/** More pieces than the ribbon has columns. */
function isScattered(owners: Uint16Array, width: number): boolean {
  let runs = 1;
  for (let slot = 1; slot < SLOTS; slot++) if (owners[slot] !== owners[slot - 1]) runs++;
  return runs > width;
}

/** One slot stands for each column. */
function columns(
  context: CanvasRenderingContext2D,
  owners: Uint16Array,
  byOwner: ReadonlyMap<number, MapShard>,
  width: number,
  height: number,
  palette: Palette,
): void {
  const colours = new Map(
    [...byOwner].map(([owner, shard]) => [
      owner,
      css(shard.master.state === 'failed' ? palette.error : palette.shard(shard.colour)),
    ]),
  );
  const nobody = css(palette.error, 0.3);
  for (let x = 0; x < width; x++) {
    context.fillStyle = colours.get(owners[Math.floor((x / width) * SLOTS)] as number) ?? nobody;
    context.fillRect(x, 0, 1, height);
  }
}

function label(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  most: number,
  ground: readonly [number, number, number],
  font: string,
  ink = inkOn(ground),
): void {
  context.font = font;
  const width = context.measureText(text).width;
  if (width > most) return;
  context.fillStyle = css(ground);
  context.beginPath();
  context.roundRect(x - width / 2 - 6, y - 8, width + 12, 16, 4);
  context.fill();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = css(ink);
  context.fillText(text, x, y + 0.5);
}

const tiles = new WeakMap<Palette, Map<number, CanvasPattern | null>>();

/** The texture of a shard, as on the map. */
function tile(context: CanvasRenderingContext2D, colour: number, palette: Palette): CanvasPattern | null {
  let known = tiles.get(palette);
  if (!known) tiles.set(palette, (known = new Map()));
  const made = known.get(colour);
  if (made !== undefined) return made;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 36;
  const small = canvas.getContext('2d');
  if (!small) return null;
  const hue = palette.shard(colour);
  const second = css(mix(hue, palette.background, palette.highContrast ? 0.42 : 0.16));
  for (let y = 0; y < 12; y++) {
    for (let x = 0; x < 12; x++) {
      small.fillStyle = textured(colour, x, y) ? second : css(hue);
      small.fillRect(x * 3, y * 3, 3, 3);
    }
  }
  const pattern = context.createPattern(canvas, 'repeat');
  known.set(colour, pattern);
  return pattern;
}
