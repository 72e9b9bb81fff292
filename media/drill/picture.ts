import type { ShownPicture } from '../../src/webviews/drillProtocol';
import { levelsOf, scaleOf, ticksOf } from './layout';

const ROW = 26;
const FLAG = 18;
const WRITES = 44;
const AXIS = 22;

type Attributes = Readonly<Record<string, string | number>>;

/** Text only ever becomes text. */
function svg(name: string, attributes: Attributes, ...children: readonly (Node | string)[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, typeof value === 'number' ? value.toFixed(1) : value);
  made.append(...children);
  return made;
}

/**
 * A bar for each server, coloured and lettered by how it stood; a numbered flag for each thing that happened; acknowledged writes over time below;
 * the time without a write shaded, and the time with two masters outlined. The tables beside it say the same.
 * @param lit the number of the mark to bring out
 */
export function drawPicture(picture: ShownPicture, width: number, lit: number | undefined): SVGElement {
  const { bars, marks, gap, split, writes } = picture;
  const left = Math.min(width * 0.3, 14 + 7.2 * Math.max(writes.word.length, ...bars.map(({ node }) => node.length)));
  const right = width - 12;
  const scale = scaleOf(picture.from, picture.to, left, right);
  const { x } = scale;
  const levels = levelsOf(
    marks.map(({ at }) => x(at)),
    FLAG + 2,
  );
  const top = 6 + (Math.max(-1, ...levels) + 1) * FLAG + (split === undefined ? 0 : 16);
  const below = top + bars.length * ROW;
  const floor = below + 8 + WRITES;
  const height = floor + AXIS;
  const root = svg('svg', {
    viewBox: `0 0 ${String(width)} ${String(height)}`,
    width,
    height,
    role: 'img',
    'aria-label': picture.spoken,
  });
  root.append(
    svg(
      'defs',
      {},
      svg(
        'pattern',
        { id: 'stale', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        svg('rect', { width: 8, height: 8, class: 'staleGround' }),
        svg('rect', { width: 4, height: 8, class: 'staleStripe' }),
      ),
    ),
  );
  const text = (at: number, y: number, words: string, cls: string, anchor = 'start'): SVGElement =>
    svg('text', { x: at, y, class: cls, 'text-anchor': anchor }, words);
  for (const at of ticksOf(scale, 64)) {
    root.append(
      svg('line', { x1: x(at), x2: x(at), y1: top, y2: floor, class: 'grid' }),
      text(x(at), floor + 15, `${String(at / 1000)} s`, 'axis', 'middle'),
    );
  }
  bars.forEach(({ node, pieces }, row) => {
    const y = top + row * ROW;
    root.append(text(left - 8, y + 17, node, 'name', 'end'));
    for (const { from, to, standing, letters, word } of pieces) {
      const wide = Math.max(1, x(to) - x(from));
      root.append(
        svg(
          'rect',
          { x: x(from), y: y + 4, width: wide, height: ROW - 8, rx: 3, class: `piece ${standing}` },
          svg('title', {}, `${node}: ${word}`),
        ),
      );
      if (wide > 9 + 7 * letters.length) root.append(text(x(from) + 6, y + 17, letters, `letters ${standing}`));
    }
  });
  root.append(drawWrites(picture, x, below + 8, left, right));
  root.append(
    text(left - 8, below + 30, writes.word, 'name', 'end'),
    text(left - 8, below + 44, writes.most, 'axis', 'end'),
  );
  if (gap !== undefined && gap.to > gap.from) {
    root.append(
      svg(
        'rect',
        { x: x(gap.from), y: top, width: Math.max(1, x(gap.to) - x(gap.from)), height: floor - top, class: 'gap' },
        svg('title', {}, gap.word),
      ),
    );
    const middle = (x(gap.from) + x(gap.to)) / 2;
    const half = gap.word.length * 3.3;
    root.append(text(Math.min(right - half, Math.max(left + half, middle)), floor - 6, gap.word, 'gapWord', 'middle'));
  }
  if (split !== undefined) {
    root.append(
      svg(
        'rect',
        {
          x: x(split.from),
          y: top - 2,
          width: Math.max(1, x(split.to) - x(split.from)),
          height: below - top + 4,
          rx: 3,
          class: 'split',
        },
        svg('title', {}, split.word),
      ),
    );
    const half = split.word.length * 3.3;
    root.append(
      text(
        Math.min(right - half, Math.max(left + half, (x(split.from) + x(split.to)) / 2)),
        top - 6,
        split.word,
        'splitWord',
        'middle',
      ),
    );
  }
  marks.forEach((mark, index) => {
    const y = 4 + (levels[index] ?? 0) * FLAG;
    const cls = `${mark.fault ? ' fault' : ''}${mark.number === lit ? ' lit' : ''}`;
    root.append(
      svg('line', { x1: x(mark.at), x2: x(mark.at), y1: y + FLAG - 2, y2: floor, class: `mark${cls}` }),
      svg(
        'g',
        { class: `flag${cls}` },
        svg('circle', { cx: x(mark.at), cy: y + 8, r: 8 }),
        text(x(mark.at), y + 12, String(mark.number), '', 'middle'),
        svg('title', {}, `${mark.when} ${mark.what} ${mark.who}`),
      ),
    );
  });
  return root;
}

function drawWrites(
  { writes: { from, everyMs, counts } }: ShownPicture,
  x: (ms: number) => number,
  top: number,
  left: number,
  right: number,
): SVGElement {
  const most = Math.max(1, ...counts);
  const floor = top + WRITES;
  const points = counts.flatMap((count, i) => {
    const y = floor - (count / most) * (WRITES - 4);
    return [
      `${x(from + i * everyMs).toFixed(1)},${y.toFixed(1)}`,
      `${x(from + (i + 1) * everyMs).toFixed(1)},${y.toFixed(1)}`,
    ];
  });
  const [first, last] = [x(from).toFixed(1), x(from + counts.length * everyMs).toFixed(1)];
  return svg(
    'g',
    {},
    svg('polygon', {
      points: counts.length === 0 ? '' : `${first},${String(floor)} ${points.join(' ')} ${last},${String(floor)}`,
      class: 'writes',
    }),
    svg('line', { x1: left, x2: right, y1: floor, y2: floor, class: 'floor' }),
  );
}
