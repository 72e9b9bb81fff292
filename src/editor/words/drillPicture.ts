import type { DrillReport, Standing } from '../../topology/drill/drill';
import type { Translate } from '../translate';

/** Legible on light and dark grounds alike; the letters say the same as the colours. */
const colours: Readonly<Record<Standing, string>> = {
  master: '#b8860b',
  replica: '#3a7ebf',
  sentinel: '#7a6bb0',
  unknown: '#8a8a8a',
  stale: '#c2571a',
  gone: '#8a8a8a55',
};
const letters: Readonly<Record<Standing, string>> = {
  master: 'M',
  replica: 'R',
  sentinel: 'S',
  unknown: '?',
  stale: 'M?',
  gone: '',
};

const LEFT = 150;
const WIDTH = 900;
const ROW = 26;
const TOP = 34;

/** A bar for each node, coloured by how it stood; marks for what the Sentinels said; the time without a write shaded. */
export function drillPicture(t: Translate, { bars, marks, span: [from, to], gap }: DrillReport): string {
  const x = (ms: number): number =>
    LEFT + ((Math.min(to, Math.max(from, ms)) - from) / Math.max(1, to - from)) * (WIDTH - LEFT - 10);
  const height = TOP + bars.length * ROW + 34;
  const text = (at: number, y: number, words: string, anchor = 'start'): string =>
    `<text x="${at.toFixed(1)}" y="${String(y)}" text-anchor="${anchor}" fill="#888" font-family="sans-serif" font-size="11">${escape(words)}</text>`;
  const rows = bars.flatMap(({ node, changes }, index) => {
    const y = TOP + index * ROW;
    return [
      text(LEFT - 8, y + 15, node, 'end'),
      ...changes.map(({ at, standing }, i) => {
        const [begin, end] = [x(at), x(changes[i + 1]?.at ?? to)];
        return (
          `<rect x="${begin.toFixed(1)}" y="${String(y + 3)}" width="${Math.max(0.5, end - begin).toFixed(1)}" height="${String(ROW - 8)}" rx="2" fill="${colours[standing]}"/>` +
          (end - begin > 16
            ? `<text x="${(begin + 5).toFixed(1)}" y="${String(y + 16)}" fill="#fff" font-family="sans-serif" font-size="11">${letters[standing]}</text>`
            : '')
        );
      }),
    ];
  });
  const lines = marks
    .filter(({ what }) => what !== 'back' && what !== 'healing')
    .map(({ at, what }, index) => {
      const colour = what === 'fault' ? '#d13438' : '#888';
      return `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${String(TOP - 4)}" y2="${String(height - 30)}" stroke="${colour}" stroke-dasharray="${what === 'fault' ? '0' : '3 3'}"/>${text(x(at) + 2, 12 + (index % 2) * 12, what)}`;
    });
  const step = niceStep((to - from) / 8);
  const ticks: string[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    ticks.push(text(x(at), height - 14, `${String(at / 1000)} s`, 'middle'));
  const shade =
    gap === undefined
      ? ''
      : `<rect x="${x(gap.from).toFixed(1)}" y="${String(TOP)}" width="${(x(gap.to) - x(gap.from)).toFixed(1)}" height="${String(bars.length * ROW)}" fill="#d13438" opacity="0.16"/>${text((x(gap.from) + x(gap.to)) / 2, height - 2, t('no write for {0} s', ((gap.to - gap.from) / 1000).toFixed(2)), 'middle')}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" width="${String(WIDTH)}" height="${String(height)}">${rows.join('')}${shade}${lines.join('')}${ticks.join('')}</svg>`;
}

function niceStep(wanted: number): number {
  for (const step of [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]) if (step >= wanted) return step;
  return 60_000;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
