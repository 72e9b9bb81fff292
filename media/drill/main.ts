import './style.css';
import type { DrillSight, FromDrillPage, ShownPicture, Table, ToDrillPage } from '../../src/webviews/drillProtocol';
import { byId, element } from '../slotMap/dom';
import { drawPicture } from './picture';

declare function acquireVsCodeApi(): {
  postMessage(message: FromDrillPage): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
host.setState({ topology: document.body.dataset['topology'] }); // by which the host finds the page's topology after a reload of the window
const drawn = new Map<HTMLElement, string>();
let shown: ShownPicture | undefined;
/** The mark whose line is brought out. */
let lit: number | undefined;

/**
 * Fills a part of the page when what it shows has changed, so that focus and what a screen reader is saying survive the rest. Where the focus is inside,
 * it goes to the button that stands in the same place then.
 */
function fill(part: HTMLElement, value: unknown, make: () => readonly (Node | string)[]): void {
  const text = JSON.stringify(value) ?? '';
  if (drawn.get(part) === text) return;
  drawn.set(part, text);
  const at = [...part.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
  part.replaceChildren(...make());
  if (at >= 0) part.querySelectorAll('button')[at]?.focus({ preventScroll: true });
}

function button(text: string, message: FromDrillPage, second = false): HTMLElement {
  const made = element('button', { type: 'button', ...(second ? { class: 'secondary' } : {}) }, text);
  made.addEventListener('click', () => host.postMessage(message));
  return made;
}

function show(sight: DrillSight): void {
  const { words, shown: run } = sight;
  document.title = sight.title;
  byId('title').textContent = sight.title;
  const empty = byId('empty');
  empty.textContent = sight.empty;
  empty.hidden = run !== undefined;
  fill(byId('acts'), [sight.running === undefined, run?.run, words], () =>
    sight.running !== undefined
      ? [button(words.cancel, { type: 'cancel' })]
      : [
          ...(run?.run === undefined ? [] : [button(words.again, { type: 'again', run: run.run })]),
          button(words.start, { type: 'start' }, run?.run !== undefined),
          ...(run?.run === undefined ? [] : [button(words.report, { type: 'report', run: run.run }, true)]),
        ],
  );
  const phase = byId('phase');
  phase.hidden = sight.running === undefined;
  fill(phase, sight.running?.phase, () => [sight.running?.phase ?? '']);
  byId('run').hidden = run === undefined;
  if (run !== undefined) {
    byId('head').textContent = run.head;
    const verdict = byId('verdict');
    verdict.className = run.bad ? 'verdict bad' : 'verdict';
    fill(verdict, run.verdict, () =>
      run.verdict.map((sentence, i) => element('p', i === 0 ? { class: 'first' } : {}, sentence)),
    );
    fill(byId('figures'), run.figures, () =>
      run.figures.map(({ name, value }) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    );
    byId('timelineTitle').textContent = words.timeline;
    shown = run.picture;
    if (!shown.marks.some(({ number }) => number === lit)) lit = undefined;
    fill(byId('legend'), run.picture.legend, () =>
      run.picture.legend.map(({ standing, letters, word }) =>
        element('li', {}, element('span', { class: `swatch ${standing}` }, letters), word),
      ),
    );
    fill(byId('marks'), [run.picture.marks, words], () => marksTable(run.picture, words));
    fill(
      byId('bars'),
      run.picture.bars.map(({ node, pieces }) => [node, pieces.map(({ standing, from }) => [standing, from])]),
      () => barsTable(run.picture, words),
    );
    paint();
  }
  byId('comparePart').hidden = sight.compared.rows.length === 0;
  byId('compareTitle').textContent = words.compare;
  fill(byId('compare'), sight.compared, () => tableOf(sight.compared));
  byId('historyPart').hidden = sight.runs.rows.length === 0;
  byId('historyTitle').textContent = words.history;
  fill(byId('history'), [sight.runs, run?.run, words], () => historyTable(sight));
}

function headOf(names: readonly string[]): HTMLElement {
  return element(
    'thead',
    {},
    element('tr', {}, ...names.map(name => (name === '' ? element('td') : element('th', { scope: 'col' }, name)))),
  );
}

function rowOf([first = '', ...rest]: readonly string[]): HTMLElement {
  return element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map(cell => element('td', {}, cell)));
}

function tableOf({ head, rows }: Table): readonly HTMLElement[] {
  return [headOf(head), element('tbody', {}, ...rows.map(rowOf))];
}

function marksTable({ marks }: ShownPicture, words: DrillSight['words']): readonly HTMLElement[] {
  return [
    headOf(['', words.when, words.what, words.who]),
    element(
      'tbody',
      {},
      ...marks.map(({ number, what, who, when, fault }) => {
        const flag = element(
          'button',
          {
            type: 'button',
            class: fault ? 'number fault' : 'number',
            'aria-pressed': String(number === lit),
            'aria-label': `${String(number)}: ${what}`,
          },
          String(number),
        );
        flag.addEventListener('click', () => light(number === lit ? undefined : number));
        const row = element(
          'tr',
          {},
          element('td', {}, flag),
          element('td', { class: 'time' }, when),
          element('th', { scope: 'row' }, what),
          element('td', {}, who),
        );
        row.addEventListener('mouseenter', () => paint(number));
        row.addEventListener('mouseleave', () => paint());
        return row;
      }),
    ),
  ];
}

function barsTable({ bars }: ShownPicture, words: DrillSight['words']): readonly HTMLElement[] {
  const since = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  return [
    headOf([words.servers, words.standing]),
    element(
      'tbody',
      {},
      ...bars.map(({ node, pieces }) =>
        rowOf([node, pieces.map(({ word, from }, i) => (i === 0 ? word : `${since(from)} ${word}`)).join(' → ')]),
      ),
    ),
  ];
}

function historyTable({ runs, shown: run, words }: DrillSight): readonly HTMLElement[] {
  return [
    headOf([...runs.head, '']),
    element(
      'tbody',
      {},
      ...runs.rows.map(({ run: at, cells }) => {
        const row = rowOf(cells);
        const chosen = at === run?.run;
        if (chosen) row.classList.add('chosen');
        const pick = element(
          'button',
          {
            type: 'button',
            class: 'link',
            'aria-pressed': String(chosen),
            'aria-label': `${chosen ? words.shown : words.show}: ${cells.join(', ')}`,
          },
          chosen ? words.shown : words.show,
        );
        pick.addEventListener('click', () => host.postMessage({ type: 'select', run: at }));
        row.append(element('td', {}, pick));
        return row;
      }),
    ),
  ];
}

function light(number: number | undefined): void {
  lit = number;
  for (const flag of document.querySelectorAll<HTMLElement>('button.number'))
    flag.setAttribute('aria-pressed', String(flag.textContent === String(number)));
  paint();
}

/** @param over the mark under the pointer */
function paint(over = lit): void {
  const room = byId('picture');
  if (shown !== undefined && room.clientWidth > 0) room.replaceChildren(drawPicture(shown, room.clientWidth, over));
}

new ResizeObserver(() => paint()).observe(byId('picture'));
// Messages reach a webview's page from its host only; the shape is that of the shared protocol.
addEventListener('message', (event: MessageEvent<ToDrillPage>) => show(event.data.sight));
host.postMessage({ type: 'ready' });
