/** What can be folded: the stock file's sections, runs of comments, regions, and the tail that servers write. */
import type { ConfDocument } from '../document';
import { generatedTail, headings } from './comments';

/** Lines from 0, both inclusive. */
export interface Fold {
  readonly start: number;
  readonly end: number;
  readonly kind: 'section' | 'comment' | 'region';
}

export function foldingOf(document: ConfDocument): Fold[] {
  const steps = foldingInSteps(document, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Looks at some lines per `next()`, for very long files in an editor. */
export function* foldingInSteps(document: ConfDocument, linesPerStep = 1000): Generator<void, Fold[]> {
  const folds: Fold[] = [];
  const tail = generatedTail(document);
  const last = document.lineCount - 1;
  const sections = headings(document).map(one => one.line);
  if (tail !== undefined) sections.push(tail);
  sections.forEach((start, index) => {
    const end = withoutBlanks(document, start, (sections[index + 1] ?? last + 1) - 1);
    if (end > start) folds.push({ start, end, kind: 'section' });
  });
  folds.push(...(yield* commentsAndRegions(document, new Set(sections), linesPerStep)));
  return folds.sort((a, b) => a.start - b.start || b.end - a.end);
}

function* commentsAndRegions(
  document: ConfDocument,
  sections: ReadonlySet<number>,
  linesPerStep: number,
): Generator<void, Fold[]> {
  const folds: Fold[] = [];
  const open: number[] = [];
  let run = -1;
  const close = (line: number): void => {
    if (run >= 0 && line - 1 > run) folds.push({ start: run, end: line - 1, kind: 'comment' });
    run = -1;
  };
  for (let line = 0; line < document.lineCount; line++) {
    if (line % linesPerStep === linesPerStep - 1) yield;
    const text = isComment(document, line) ? document.lineText(line) : undefined;
    const region = text === undefined ? undefined : /^[ \t]*#[ \t]*(region|endregion)\b/.exec(text)?.[1];
    if (text === undefined || sections.has(line) || region !== undefined) close(line);
    else if (run < 0) run = line;
    if (region === 'region') open.push(line);
    if (region === 'endregion') {
      const start = open.pop();
      if (start !== undefined) folds.push({ start, end: line, kind: 'region' });
    }
  }
  close(document.lineCount);
  return folds;
}

/** Reads characters rather than lines: a stock file is mostly comments, and this runs on every change. */
function isComment(document: ConfDocument, line: number): boolean {
  const end = document.lineEnd(line);
  for (let at = document.lineStarts[line] ?? end; at < end; at++) {
    const code = document.text.charCodeAt(at);
    if (code === 35) return true;
    if (code !== 32 && code !== 9 && code !== 13) return false;
  }
  return false;
}

function withoutBlanks(document: ConfDocument, start: number, end: number): number {
  while (end > start && document.lineText(end).trim() === '') end--;
  return end;
}
