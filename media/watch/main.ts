import './style.css';
import type {
  FromWatchPage,
  ToWatchPage,
  WatchDetail,
  WatchedNode,
  WatchEvent,
  WatchSight,
} from '../../src/webviews/watchProtocol';
import { eventKinds } from '../../src/webviews/watchProtocol';
import { byId, element } from '../slotMap/dom';
import { sparkline } from './sparkline';

interface Remembered {
  readonly topology: string;
  readonly text?: string;
  readonly who?: string;
  readonly kind?: string;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromWatchPage): void;
  getState(): Remembered | undefined;
  setState(state: Remembered): void;
};

const host = acquireVsCodeApi();
/** By it the host finds the page's topology after a reload of the window. */
const topology = document.body.dataset['topology'] ?? '';
host.setState({ text: '', who: '', kind: '', ...host.getState(), topology });
const text = byId<HTMLInputElement>('text');
const who = byId<HTMLSelectElement>('who');
const kind = byId<HTMLSelectElement>('kind');
/** No more rows than these: the timeline keeps no more. */
const MOST = 1000;

let words: Readonly<Record<string, string>> = {};
let events: WatchEvent[] = [];
let detail: WatchDetail | undefined;
const rows = new Map<string, { readonly text: string; readonly row: HTMLElement }>();

const word = (key: string, ...values: readonly string[]): string =>
  (words[key] ?? key).replace(/\{(\d)\}/g, (hole, index: string) => values[Number(index)] ?? hole);

function useWords(given: Readonly<Record<string, string>>): void {
  words = given;
  for (const place of document.querySelectorAll<HTMLElement>('[data-word]'))
    place.textContent = word(place.dataset['word'] ?? '');
  text.placeholder = word('filterHint');
  headOf(byId('nodes'), [
    [word('node'), false],
    [word('role'), false],
    [word('behind'), true],
    ['', false],
    [word('ops'), true],
    ['', false],
    [word('memory'), true],
    [word('clients'), true],
    [word('offset'), true],
    [word('ask'), false],
  ]);
  headOf(byId('events'), [
    [word('time'), false],
    [word('since'), true],
    [word('node'), false],
    [word('what'), false],
  ]);
  const remembered: Partial<Remembered> = host.getState() ?? {};
  kind.replaceChildren(
    element('option', { value: '' }, word('all')),
    ...eventKinds.map(one => element('option', { value: one }, word(`kind.${one}`))),
  );
  kind.value = remembered.kind ?? '';
  text.value = remembered.text ?? '';
  offerNodes(remembered.who ?? '');
}

function headOf(table: HTMLElement, columns: readonly (readonly [title: string, number: boolean])[]): void {
  table
    .querySelector('thead tr')
    ?.replaceChildren(
      ...columns.map(([title, number]) =>
        title === '' ? element('td') : element('th', { scope: 'col', ...(number ? { class: 'number' } : {}) }, title),
      ),
    );
}

/** Rows that did not change stay the same elements, so that focus stays where it is. */
function fill(body: Element, wanted: readonly HTMLElement[]): void {
  const keep = new Set<Element>(wanted);
  for (const child of [...body.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((row, index) => {
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
  });
}

function show({ title, level, levelWord, empty, nodes }: WatchSight): void {
  document.title = title;
  byId('title').textContent = title;
  const badge = byId('level');
  badge.textContent = levelWord;
  badge.className = `level ${level}`;
  byId('empty').textContent = empty;
  byId('empty').hidden = empty === '';
  for (const id of rows.keys()) if (!nodes.some(node => node.id === id)) rows.delete(id);
  const body = byId('nodes').querySelector('tbody');
  if (body) fill(body, nodes.map(rowOf));
}

function rowOf(node: WatchedNode): HTMLElement {
  const said = JSON.stringify(node);
  const known = rows.get(node.id);
  if (known?.text === said) return known.row;
  // the buttons of a row stay, what is beside them is drawn anew: each second would take the focus away
  const row = known?.row ?? element('tr');
  const first = row.querySelector('th') ?? nameOf(node);
  const asks = row.querySelector('td.asks') ?? asksOf(node);
  for (const button of asks.querySelectorAll('button')) button.disabled = !node.asks;
  row.className = node.state === '' ? node.role : `${node.role} troubled`;
  const cells = [
    element('td', {}, roleOf(node)),
    element('td', { class: 'number' }, node.lag),
    element('td', { class: 'line' }, ...(node.lagLine === undefined ? [] : [sparkline(node.lagLine)])),
    element('td', { class: 'number' }, node.ops),
    element('td', { class: 'line' }, ...(node.ops === '' ? [] : [sparkline(node.opsLine)])),
    element('td', { class: 'number' }, node.memory),
    element('td', { class: 'number' }, node.clients),
    element('td', { class: 'number' }, node.offset),
  ];
  if (first.parentElement !== row) row.append(first);
  if (asks.parentElement !== row) row.append(asks);
  for (const child of [...row.children]) if (child !== first && child !== asks) child.remove();
  first.after(...cells);
  rows.set(node.id, { text: said, row });
  return row;
}

function nameOf({ id, name }: WatchedNode): HTMLElement {
  return element('th', { scope: 'row' }, button(name, { type: 'reveal', node: id }, word('reveal')));
}

function asksOf({ id }: WatchedNode): HTMLElement {
  return element(
    'td',
    { class: 'asks' },
    button(word('slowlog'), { type: 'ask', node: id, kind: 'slowlog' }),
    ' ',
    button(word('clients'), { type: 'ask', node: id, kind: 'clients' }),
  );
}

function roleOf({ roleWord, state, since }: WatchedNode): HTMLElement {
  return element(
    'span',
    {},
    element('span', { class: 'role' }, roleWord),
    ...(state === '' ? [] : [' ', element('span', { class: 'state' }, state)]),
    ...(since === '' ? [] : [element('span', { class: 'quiet since' }, since)]),
  );
}

function button(label: string, message: FromWatchPage, title?: string): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'link', ...(title === undefined ? {} : { title }) }, label);
  made.addEventListener('click', () => host.postMessage(message));
  return made;
}

function showDetail(given: WatchDetail | undefined): void {
  detail = given;
  byId('detail').hidden = given === undefined;
  if (given === undefined) return;
  byId('detailTitle').textContent = given.title;
  byId('detailSays').textContent = given.says ?? '';
  byId('detailSays').hidden = given.says === undefined;
  headOf(
    byId('detailTable'),
    given.rows.length === 0 ? [] : given.columns.map(({ title, number }) => [title, number] as const),
  );
  byId('detailTable')
    .querySelector('tbody')
    ?.replaceChildren(
      ...given.rows.map(cells =>
        element(
          'tr',
          {},
          ...cells.map((cell, index) =>
            element('td', given.columns[index]?.number === true ? { class: 'number' } : {}, cell),
          ),
        ),
      ),
    );
  if (given.says === undefined || given.rows.length > 0) byId('detail').scrollIntoView({ block: 'nearest' });
}

/** The events that the filter lets through, newest first. */
function chosen(): readonly WatchEvent[] {
  const wanted = text.value.toLowerCase().split(/\s+/).filter(Boolean);
  return events
    .filter(
      event =>
        (who.value === '' || event.node === who.value) &&
        (kind.value === '' || event.kind === kind.value) &&
        wanted.every(one => `${event.nodeName} ${event.text}`.toLowerCase().includes(one)),
    )
    .reverse();
}

function drawEvents(): void {
  const shown = chosen();
  byId('count').textContent = events.length === 0 ? '' : word('shown', String(shown.length), String(events.length));
  byId('nothing').hidden = events.length > 0;
  byId<HTMLButtonElement>('export').disabled = shown.length === 0;
  byId('events')
    .querySelector('tbody')
    ?.replaceChildren(
      ...shown.map((event, index) =>
        element(
          'tr',
          index > 0 && shown[index - 1]?.incident !== event.incident ? { class: 'first' } : {},
          element('td', {}, event.time),
          element('td', { class: 'number quiet' }, event.since),
          element('td', {}, event.nodeName),
          element('td', { class: event.kind }, event.text),
        ),
      ),
    );
}

function offerNodes(value: string): void {
  const names = new Map(events.map(({ node, nodeName }) => [node, nodeName]));
  who.replaceChildren(
    element('option', { value: '' }, word('all')),
    ...[...names]
      .sort(([, a], [, b]) => a.localeCompare(b))
      .map(([id, name]) => element('option', { value: id }, name)),
  );
  who.value = names.has(value) ? value : '';
}

let drawing = 0;
/** Many things happen at once in a failover: they are drawn together. */
function drawSoon(): void {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    offerNodes(who.value);
    drawEvents();
  });
}

for (const field of [text, who, kind])
  field.addEventListener('input', () => {
    host.setState({ topology, text: text.value, who: who.value, kind: kind.value });
    drawEvents();
  });
byId('export').addEventListener('click', () =>
  host.postMessage({ type: 'export', events: chosen().map(({ id }) => id) }),
);
byId('again').addEventListener('click', () => {
  if (detail) host.postMessage({ type: 'ask', node: detail.node, kind: detail.kind });
});
byId('close').addEventListener('click', () => host.postMessage({ type: 'close' }));

// Messages reach a webview's page from its host only; the shape is that of the shared protocol.
addEventListener('message', ({ data }: MessageEvent<ToWatchPage>) => {
  switch (data.type) {
    case 'words':
      return useWords(data.words);
    case 'show':
      return show(data.sight);
    case 'detail':
      return showDetail(data.detail);
    case 'events':
      events = (data.all ? [...data.events] : [...events, ...data.events]).slice(-MOST);
      if (data.all) offerNodes(host.getState()?.who ?? '');
      return drawSoon();
  }
});
host.postMessage({ type: 'ready' });
