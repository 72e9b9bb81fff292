/** Colour as red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

/** What the theme gives to draw with. Read anew whenever the theme changes. */
export interface Palette {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly line: Rgb;
  readonly error: Rgb;
  readonly warning: Rgb;
  readonly accent: Rgb;
  readonly font: string;
  readonly dark: boolean;
  readonly highContrast: boolean;
  /** The colour of a shard, by its number. */
  shard(colour: number): Rgb;
}

/**
 * The theme's own colours of charts, in an order that keeps neighbours far from each other for the common kinds of colour-blindness. Red is left out: it means
 * failure. Where a theme has none, or one that is hardly seen on its ground or beside those before it, ours stands in. More shards than these take the
 * same hues in another lightness; the pattern and the label tell them apart too.
 */
const hues: readonly { readonly theme?: string; readonly dark: Rgb; readonly light: Rgb }[] = [
  { theme: 'charts-blue', dark: [78, 161, 243], light: [0, 98, 184] },
  { theme: 'charts-orange', dark: [240, 173, 78], light: [199, 107, 0] },
  { theme: 'charts-green', dark: [64, 191, 160], light: [0, 125, 98] },
  { theme: 'charts-purple', dark: [201, 148, 240], light: [128, 64, 190] },
  { theme: 'charts-yellow', dark: [225, 214, 98], light: [140, 122, 0] },
  { dark: [134, 205, 250], light: [38, 142, 200] },
  { dark: [239, 140, 175], light: [190, 58, 112] },
  { dark: [158, 196, 92], light: [88, 128, 18] },
];
/** Least contrast with the ground that a field of colour needs (WCAG 1.4.11), and least distance between two. */
const SEEN = 3;
const APART = 70;
/** An orange that is nearly red would look like a failure. */
const FROM_FAILURE = 82;

/** On a light ground whole fields of a pure colour are loud: as much of the ground is mixed in as contrast allows, at most a third. */
function calmed(hue: Rgb, background: Rgb): Rgb {
  for (let share = 0.35; share > 0; share -= 0.05) {
    const softer = mix(hue, background, share);
    if (contrast(softer, background) >= SEEN) return softer;
  }
  return hue;
}

function shardHues(
  read: (name: string) => Rgb | undefined,
  background: Rgb,
  error: Rgb,
  isDark: boolean,
): readonly Rgb[] {
  const chosen: Rgb[] = [];
  for (const { theme, dark, light } of hues) {
    const told = theme === undefined ? undefined : read(theme);
    const fits =
      told !== undefined &&
      contrast(told, background) >= SEEN &&
      distance(told, error) >= FROM_FAILURE &&
      chosen.every(other => distance(told, other) >= APART);
    const hue = fits ? told : isDark ? dark : light;
    chosen.push(isDark ? hue : calmed(hue, background));
  }
  return chosen;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const classes = document.body.classList;
  const highContrast = classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light');
  const background = rgb(style.getPropertyValue('--vscode-editor-background')) ?? [30, 30, 30];
  const isDark = luminance(background) < 0.5;
  const foreground =
    rgb(style.getPropertyValue('--vscode-editor-foreground')) ?? (isDark ? [212, 212, 212] : [40, 40, 40]);
  const error = rgb(style.getPropertyValue('--vscode-editorError-foreground')) ?? [241, 76, 76];
  const shades = shardHues(name => rgb(style.getPropertyValue(`--vscode-${name}`)), background, error, isDark);
  return {
    background,
    foreground,
    highContrast,
    dark: isDark,
    line: mix(background, foreground, highContrast ? 1 : 0.28),
    error,
    warning: rgb(style.getPropertyValue('--vscode-editorWarning-foreground')) ?? [204, 167, 0],
    accent: rgb(style.getPropertyValue('--vscode-focusBorder')) ?? [0, 122, 204],
    font: style.getPropertyValue('--vscode-font-family') || 'sans-serif',
    shard: colour => {
      const hue = shades[colour % shades.length] as Rgb;
      const turn = Math.floor(colour / shades.length) % 4;
      return turn === 0 ? hue : mix(hue, turn % 2 === 1 ? background : foreground, 0.18 + 0.14 * turn);
    },
  };
}

export function css([r, g, b]: Rgb, alpha = 1): string {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)} / ${alpha})`;
}

/** `share` of `b` in `a`. */
export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function luminance([r, g, b]: Rgb): number {
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** As WCAG defines it: 1 (none) to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const light = (colour: Rgb): number => {
    const [r, g, b2] = colour.map(part => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b2;
  };
  const [la, lb] = [light(a), light(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

/** Black or white, whichever is read better on `ground`. */
export function inkOn(ground: Rgb): Rgb {
  const [black, white]: readonly [Rgb, Rgb] = [
    [12, 12, 12],
    [255, 255, 255],
  ];
  return contrast(ground, black) >= contrast(ground, white) ? black : white;
}

function rgb(text: string): Rgb | undefined {
  const hex = /^\s*#([0-9a-f]{6}|[0-9a-f]{3})/i.exec(text)?.[1];
  if (hex !== undefined) {
    const full = hex.length === 3 ? [...hex].map(digit => digit + digit).join('') : hex;
    return [
      Number.parseInt(full.slice(0, 2), 16),
      Number.parseInt(full.slice(2, 4), 16),
      Number.parseInt(full.slice(4, 6), 16),
    ];
  }
  const parts = /rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

/**
 * Whether the pixel of a slot is drawn in the shard's darker shade: each shard has a texture besides its colour. The first is plain.
 */
export function textured(colour: number, x: number, y: number): boolean {
  switch (colour % 6) {
    case 1:
      return (x + y) % 4 === 0;
    case 2:
      return y % 3 === 0;
    case 3:
      return x % 3 === 0;
    case 4:
      return (x - y + 128) % 4 === 0 || (x + y) % 4 === 0;
    case 5:
      return x % 3 === 0 && y % 3 === 0;
    default:
      return false;
  }
}
