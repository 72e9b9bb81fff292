/**
 * Formats what can be formatted without changing what any server reads: blanks around and between words, trailing
 * blanks of comments, and long runs of empty lines. Words, quotes, their order and the end of the file stay as they are:
 * lines depend on the order around `include`, `dir`, `user`, `save` and `rename-command`, and a missing final newline
 * matters when a glob joins files.
 */
import type { ConfDocument, Statement } from '../document';

/** Replace `[start, end)` by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface LineRange {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** More empty lines in a row than this are cut down to it. */
const mostEmptyLines = 2;

export function formatEdits(document: ConfDocument, range?: LineRange): TextEdit[] {
  if (document.nulAt !== undefined) return []; // lines melt into each other there: nothing is safe
  const edits: TextEdit[] = [];
  const last = Math.min(range?.to ?? Infinity, document.lineCount - 1);
  let empty = 0;
  for (let line = range?.from ?? 0; line <= last; line++) {
    const statement = document.statementAt(line);
    if (statement !== undefined) {
      empty = 0;
      if (statement.fault === undefined) formatStatement(document, statement, edits);
      continue;
    }
    const start = document.lineStarts[line] ?? 0;
    const end = document.lineEnd(line);
    const text = document.text.slice(start, end);
    const returns = text.endsWith('\r') ? 1 : 0;
    const kept = text
      .slice(0, text.length - returns)
      .replace(/[ \t\r]+$/, '')
      .replace(/^[ \t]+(?=#)/, '');
    empty = kept === '' ? empty + 1 : 0;
    if (empty > mostEmptyLines && line < document.lineCount - 1) edits.push({ start, end: end + 1, text: '' });
    else replace(edits, document, start, end - returns, kept);
  }
  return edits;
}

function formatStatement(document: ConfDocument, statement: Statement, edits: TextEdit[]): void {
  const { text } = document;
  const first = statement.words[0];
  const last = statement.words.at(-1);
  const start = document.lineStarts[statement.line] ?? 0;
  const lineEnd = document.lineEnd(statement.line);
  if (first === undefined || last === undefined) return;
  const line = text.slice(start, lineEnd);
  const end = line.endsWith('\r') ? lineEnd - 1 : lineEnd;
  if (line.slice(0, end - start).includes('\r')) return; // a file of old Mac lines is one line to the server
  // Behind a form feed, `#` starts a word; at the start of the line it would start a comment.
  if (text.charAt(first.start) !== '#') replace(edits, document, start, first.start, '');
  for (let index = 1; index < statement.words.length; index++) {
    const from = statement.words[index - 1]?.end ?? start;
    replace(edits, document, from, statement.words[index]?.start ?? from, ' ');
  }
  replace(edits, document, last.end, end, '');
}

function replace(edits: TextEdit[], document: ConfDocument, start: number, end: number, text: string): void {
  if (document.text.slice(start, end) !== text) edits.push({ start, end, text });
}

/** The text with `edits` applied; they do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}
