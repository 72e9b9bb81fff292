/** The outline of a file: its sections, and in them every line that the server reads. */
import type { ConfDocument, Statement } from '../document';
import { generatedTail, headings } from './comments';
import { shownValues } from './secrets';

export interface OutlineItem {
  readonly name: string;
  /** The values, secrets replaced. */
  readonly detail: string;
  readonly kind: 'section' | 'generated' | 'directive' | 'master' | 'user' | 'include' | 'module';
  /** All of it, by offsets. */
  readonly start: number;
  readonly end: number;
  /** What to select: the heading, or the words that name it. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly children: readonly OutlineItem[];
}

/** Of a file with more statements than this, every section is shown, and of each its first lines: more would help nobody and cost much to send. */
const mostOfFile = 3000;
/** All lines that are shown of such a file, and those of one section at least; sections behind the last are not looked for. */
const shared = 1500;
const leastOfSection = 10;
const mostSections = 1000;

export function outlineOf(document: ConfDocument): OutlineItem[] {
  const steps = outlineInSteps(document);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, giving the thread back now and then. */
export function* outlineInSteps(document: ConfDocument): Generator<void, OutlineItem[]> {
  const tail = generatedTail(document);
  const starts: { line: number; title: string; start: number; end: number; kind: 'section' | 'generated' }[] = headings(
    document,
  )
    .slice(0, mostSections)
    .map(one => ({ ...one, kind: 'section' }));
  yield;
  if (tail !== undefined) {
    const start = document.lineStarts[tail] ?? 0;
    starts.push({ line: tail, title: 'CONFIG REWRITE', start, end: document.lineEnd(tail), kind: 'generated' });
  }
  const { statements } = document;
  const most =
    statements.length > mostOfFile ? Math.max(leastOfSection, Math.floor(shared / (starts.length + 1))) : Infinity;
  let at = 0;
  /** The lines up to a line, from where the last call ended. */
  function* until(line: number): Generator<void, OutlineItem[]> {
    const from = at;
    while (at < statements.length && (statements[at]?.line ?? Infinity) < line) if (++at % 5000 === 0) yield;
    return yield* shownOf(statements, from, at, most);
  }
  const outline: OutlineItem[] = yield* until(starts[0]?.line ?? Infinity);
  for (const [index, section] of starts.entries()) {
    const next = starts[index + 1];
    outline.push({
      name: section.title,
      detail: '',
      kind: section.kind,
      start: section.start,
      end: Math.max(section.end, (next?.start ?? document.text.length + 1) - 1),
      nameStart: section.start,
      nameEnd: section.end,
      children: yield* until(next?.line ?? Infinity),
    });
  }
  return outline;
}

/** Masters, users, includes and modules are what one looks for in a long file. */
const landmarks: ReadonlySet<string> = new Set(['sentinel', 'user', 'include', 'loadmodule']);

function* shownOf(
  statements: readonly Statement[],
  from: number,
  to: number,
  most: number,
): Generator<void, OutlineItem[]> {
  const chosen: Statement[] = [];
  for (const wanted of to - from > most ? [true, false] : [undefined]) {
    for (let at = from; at < to && chosen.length < most; at++) {
      const one = statements[at];
      if (one !== undefined && (wanted === undefined || landmarks.has(one.name) === wanted)) chosen.push(one);
      if (at % 5000 === 4999) yield;
    }
  }
  if (to - from > most) chosen.sort((a, b) => a.line - b.line);
  const items: OutlineItem[] = [];
  for (const [index, one] of chosen.entries()) {
    items.push(item(one));
    if (index % 200 === 199) yield;
  }
  return items;
}

function item(statement: Statement): OutlineItem {
  const [first, second, third] = statement.words;
  const place = {
    start: statement.start,
    end: statement.end,
    nameStart: first?.start ?? statement.start,
    children: [],
  };
  const named = (kind: OutlineItem['kind'], name: string, from: number): OutlineItem => ({
    ...place,
    name,
    kind,
    detail: shownValues(statement, from),
    nameEnd: statement.words[from - 1]?.end ?? statement.end,
  });
  if (statement.name === 'sentinel' && second !== undefined) {
    if (second.value.toLowerCase() === 'monitor' && third !== undefined) return named('master', third.value, 3);
    return named('directive', `sentinel ${second.value}`, 2);
  }
  if (statement.name === 'user' && second !== undefined)
    return named('user', second.value === '' ? '""' : second.value, 2);
  if (statement.name === 'include' && second !== undefined) return named('include', 'include', 1);
  if (statement.name === 'loadmodule' && second !== undefined) return named('module', 'loadmodule', 1);
  return named('directive', statement.name === '' ? '""' : statement.name, 1);
}
