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

export function outlineOf(document: ConfDocument): OutlineItem[] {
  const tail = generatedTail(document);
  const bounds = headings(document).map(one => ({ ...one, kind: 'section' as const }));
  const starts: { line: number; title: string; start: number; end: number; kind: 'section' | 'generated' }[] = [
    ...bounds,
  ];
  if (tail !== undefined) {
    const start = document.lineStarts[tail] ?? 0;
    starts.push({ line: tail, title: 'CONFIG REWRITE', start, end: document.lineEnd(tail), kind: 'generated' });
  }
  const before = document.statements.filter(one => one.line < (starts[0]?.line ?? Infinity)).map(item);
  const sections = starts.map((section, index): OutlineItem => {
    const next = starts[index + 1];
    const children = document.statements
      .filter(one => one.line > section.line && one.line < (next?.line ?? Infinity))
      .map(item);
    return {
      name: section.title,
      detail: '',
      kind: section.kind,
      start: section.start,
      end: Math.max(section.end, (next?.start ?? document.text.length + 1) - 1),
      nameStart: section.start,
      nameEnd: section.end,
      children,
    };
  });
  return [...before, ...sections];
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
