import type { Line } from '../../src/webviews/watchProtocol';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 84;
const HEIGHT = 22;
/** As many points as the host keeps: the newest stands at the right edge, however few there are. */
const ROOM = 120;

/** A small line in the colour of the text around it. Holes stay holes; a line of zeros lies on the ground. */
export function sparkline({ points, spoken }: Line): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('width', String(WIDTH));
  svg.setAttribute('height', String(HEIGHT));
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', spoken);
  if (spoken !== '') {
    const title = document.createElementNS(SVG, 'title');
    title.textContent = spoken;
    svg.append(title);
  }
  const shown = points.slice(-ROOM);
  const most = Math.max(1, ...shown.map(point => point ?? 0));
  const x = (index: number): number => WIDTH - 1 - ((shown.length - 1 - index) * (WIDTH - 2)) / (ROOM - 1);
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  let path = '';
  let pen = false;
  shown.forEach((point, index) => {
    if (point === null) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(point).toFixed(1)}`;
    if (!pen) path += 'h0.1'; // a single point is seen, too
    pen = true;
  });
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
