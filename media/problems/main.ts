import './style.css';
import type {
  FromProblemsPage,
  ProblemsSight,
  ShownProblem,
  ToProblemsPage,
} from '../../src/webviews/problemsProtocol';
import { byId, element } from '../slotMap/dom';

declare function acquireVsCodeApi(): {
  postMessage(message: FromProblemsPage): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
host.setState({ topology: document.body.dataset['topology'] }); // by which the host finds the page's topology after a reload of the window
const list = byId('problems');
const notes = byId('notes');
const fold = byId<HTMLDetailsElement>('fold');
/** Whether the reader opened or closed the fold: from then on it stays so. */
let folded = false;
byId('notesTitle').addEventListener('click', () => (folded = true));
const cards = new Map<string, { readonly text: string; readonly card: HTMLElement }>();

/** Cards that did not change stay the same elements, so that focus and opened evidence survive what changes beside them. */
function show({ title, empty, problems, notes: notesTitle }: ProblemsSight): void {
  document.title = title;
  byId('title').textContent = title;
  const nothing = byId('empty');
  nothing.textContent = empty;
  const wrong = problems.filter(({ severity }) => severity !== 'info');
  const known = problems.filter(({ severity }) => severity === 'info');
  nothing.hidden = wrong.length > 0;
  fold.hidden = known.length === 0;
  byId('notesTitle').textContent = notesTitle;
  if (!folded) fold.open = wrong.length === 0;
  for (const id of cards.keys()) if (!problems.some(problem => problem.id === id)) cards.delete(id);
  fill(list, wrong);
  fill(notes, known);
}

/** Elements that stand where they should are not touched: one that is taken out and put back loses the focus. */
function fill(parent: HTMLElement, problems: readonly ShownProblem[]): void {
  const wanted = problems.map(cardOf);
  for (const child of [...parent.children]) if (!wanted.includes(child as HTMLElement)) child.remove();
  wanted.forEach((card, index) => {
    if (parent.children[index] !== card) parent.insertBefore(card, parent.children[index] ?? null);
  });
}

function cardOf(problem: ShownProblem): HTMLElement {
  const text = JSON.stringify(problem);
  const known = cards.get(problem.id);
  if (known?.text === text) return known.card;
  const card = draw(problem);
  if (known !== undefined) keepFocus(known.card, card);
  cards.set(problem.id, { text, card });
  return card;
}

/** A card that is drawn anew, as a figure in it changed, keeps the focus on the button that has it: else nobody could reach one by keys. */
function keepFocus(old: HTMLElement, fresh: HTMLElement): void {
  const at = [...old.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
  if (at < 0) return;
  old.replaceWith(fresh);
  fresh.querySelectorAll('button')[at]?.focus({ preventScroll: true });
}

function draw(problem: ShownProblem): HTMLElement {
  const card = element('li', { class: `card ${problem.severity}` });
  card.append(element('h2', {}, element('span', { class: 'level' }, problem.severityWord), ` ${problem.cause}`));
  if (problem.consequence !== undefined) card.append(element('p', {}, problem.consequence));
  if (problem.evidence.length > 0) {
    card.append(
      element(
        'ul',
        { class: 'evidence' },
        ...problem.evidence.map(({ who, from, text }) =>
          element('li', {}, element('span', { class: 'quiet' }, `${who} · ${from} `), element('code', {}, text)),
        ),
      ),
    );
  }
  const acts = element('p', { class: 'acts' });
  problem.fixes.forEach((title, index) => {
    const button = element('button', index === 0 && problem.severity !== 'info' ? {} : { class: 'secondary' }, title);
    button.addEventListener('click', () => host.postMessage({ type: 'fix', problem: problem.id, fix: index }));
    acts.append(button);
  });
  if (problem.place !== undefined) acts.append(link(problem.place, { type: 'open', problem: problem.id }));
  for (const { id, name } of problem.nodes) acts.append(link(name, { type: 'reveal', node: id }));
  if (acts.childElementCount > 0) card.append(acts);
  return card;
}

function link(text: string, message: FromProblemsPage): HTMLElement {
  const made = element('button', { class: 'link' }, text);
  made.addEventListener('click', () => host.postMessage(message));
  return made;
}

// Messages reach a webview's page from its host only; the shape is that of the shared protocol.
addEventListener('message', (event: MessageEvent<ToProblemsPage>) => show(event.data.sight));
host.postMessage({ type: 'ready' });
