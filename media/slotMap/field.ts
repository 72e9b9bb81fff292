import type { MapDispute } from '../../src/webviews/slotMapProtocol';
import type { Palette, Rgb } from './palette';
import { mix, textured } from './palette';

export const SIDE = 128;
export const SLOTS = SIDE * SIDE;

export interface FieldData {
  /** 0 = nobody, n = the shard of colour n - 1. */
  readonly owners: Uint16Array;
  /** Colours of shards whose master has failed. */
  readonly failed: ReadonlySet<number>;
  readonly disputes: readonly MapDispute[];
  /** Colour to bring out, the others step back. */
  readonly lit: number | undefined;
  /** A figure for each slot, where the heat layer is on. */
  readonly heat: Float64Array | undefined;
  /** Where each slot shall go, as in `owners`; 0 = it stays. */
  readonly plan: Uint16Array | undefined;
}

/**
 * One pixel a slot, scaled up by CSS: a repaint of all 16384 costs under a millisecond however many shards there are.
 */
export function paintField(
  canvas: HTMLCanvasElement,
  { owners, failed, disputes, lit, heat, plan }: FieldData,
  palette: Palette,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(SIDE, SIDE);
  const pixels = new Uint32Array(image.data.buffer);
  if (owners.every(owner => owner === 0)) {
    pixels.fill(pack(palette.background)); // nothing is there: that is said in words
    return context.putImageData(image, 0, 0);
  }
  const shades = new Map<number, readonly [number, number]>();
  const strength = palette.highContrast ? 0.42 : 0.16;
  const shadesOf = (owner: number): readonly [number, number] => {
    let pair = shades.get(owner);
    if (!pair) {
      const hue = dimmed(
        owner === 0 ? palette.background : palette.shard(owner - 1),
        owner !== 0 && lit !== undefined && lit !== owner - 1,
        palette,
      );
      pair = [
        pack(hue),
        pack(owner === 0 ? mix(palette.background, palette.error, 0.55) : mix(hue, palette.background, strength)),
      ];
      shades.set(owner, pair);
    }
    return pair;
  };
  const ramps = new Map<number, Uint32Array>();
  const rampOf = (owner: number): Uint32Array => {
    let ramp = ramps.get(owner);
    if (!ramp)
      ramps.set(
        owner,
        (ramp = Uint32Array.from({ length: STEPS + 1 }, (_, step) => pack(heatOf(palette, owner - 1, step / STEPS)))),
      );
    return ramp;
  };
  const bad = pack(palette.error);
  const dulls = new Map<number, number>();
  const dullOf = (owner: number): number => {
    let dull = dulls.get(owner);
    if (dull === undefined) dulls.set(owner, (dull = pack(failedGround(palette, owner - 1))));
    return dull;
  };
  const most = heat ? Math.log1p(heat.reduce((a, b) => Math.max(a, b), 0)) || 1 : 1;
  for (let slot = 0; slot < SLOTS; slot++) {
    const x = slot % SIDE;
    const y = (slot - x) / SIDE;
    const owner = owners[slot] as number;
    const goal = plan?.[slot] ?? 0;
    if (goal !== 0 && goal !== owner && (x - y + SIDE) % 4 < 2) {
      pixels[slot] = shadesOf(goal)[0]; // hatched in the colour of the taker
    } else if (heat && owner !== 0) {
      pixels[slot] = rampOf(owner)[Math.round((Math.log1p(heat[slot] as number) / most) * STEPS)] as number;
    } else if (owner === 0) {
      pixels[slot] = shadesOf(0)[(x + y) % 3 === 0 ? 1 : 0];
    } else if (failed.has(owner - 1)) {
      pixels[slot] = (x + y) % 4 === 0 ? bad : dullOf(owner);
    } else {
      pixels[slot] = shadesOf(owner)[textured(owner - 1, x, y) ? 1 : 0];
    }
  }
  for (const { ranges, claims } of disputes) {
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      for (let slot = ranges[i] as number; slot <= (ranges[i + 1] as number); slot++) {
        const claim = claims[((slot % SIDE) + Math.floor(slot / SIDE)) % claims.length];
        pixels[slot] = claim === undefined || claim.owner === 0 ? bad : shadesOf(claim.owner)[0];
      }
    }
  }
  context.putImageData(image, 0, 0);
}

const STEPS = 64;

/** From nearly the ground to the shard's own colour, and on a dark ground beyond it to white. */
export function heatOf(palette: Palette, colour: number, share: number): Rgb {
  const hue = palette.shard(colour);
  return mix(mix(palette.background, hue, 0.16), palette.dark ? mix(hue, [255, 255, 255], share * 0.5) : hue, share);
}

/** What lies between the stripes of a shard whose master has failed: a faint memory of its colour. */
export function failedGround(palette: Palette, colour: number): Rgb {
  return mix(palette.background, palette.shard(colour), 0.28);
}

function dimmed(hue: Rgb, back: boolean, palette: Palette): Rgb {
  return back ? mix(palette.background, hue, 0.25) : hue;
}

/** As a canvas keeps it: red first in memory, so last in a little-endian word. */
function pack([r, g, b]: Rgb): number {
  return (0xff000000 | (b << 16) | (g << 8) | (r & 255)) >>> 0;
}
