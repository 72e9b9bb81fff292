/**
 * A parsed configuration file: lines and words with their place in the source, nothing judged yet.
 *
 * Parsing does not depend on the server or version, so one parse per document version serves everything. It never
 * fails: a line with unbalanced quotes keeps its words and says so in {@link Statement.fault}.
 */
import { asciiLower } from './bytes';
import { meltNul } from './melt';
import { readPragma } from './pragma';
import type { Pragma } from './pragma';
import { scanWords } from './scanner';
import { lastAtMost } from './search';
import type { ScanFault, Word } from './scanner';

/** A line that the server reads: at least one word. */
export interface Statement {
  /** Line in the source, from 0. */
  readonly line: number;
  /** Offsets of the trimmed line in the source, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** First word, lower-cased as the server does it. */
  readonly name: string;
  /** All words, the name included. */
  readonly words: readonly Word[];
  readonly fault: ScanFault | undefined;
}

/** Place in a document as editors count: both from 0, `character` in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export type LineKind = 'blank' | 'comment' | 'statement';

/** What the editor knows of a file's bytes that its text no longer shows. */
export interface ParseOptions {
  /** Whether the file starts with a byte order mark that the text lacks (VS Code strips it). */
  readonly byteOrderMark?: boolean;
}

export class ConfDocument {
  constructor(
    /** Whatever the caller uses to name the file: a path or a URI. Findings carry it. */
    readonly uri: string,
    readonly text: string,
    /** Offset of the first character of every line; lines end at `\n` only, as for the server. */
    readonly lineStarts: readonly number[],
    readonly statements: readonly Statement[],
    /** Comments that speak to us: target, mode, disabled rules. See {@link readPragma}. */
    readonly pragmas: readonly Pragma[],
    /** The file starts with a byte order mark (in the text, or by {@link ParseOptions}). */
    readonly byteOrderMark: boolean,
    /** Offset of the first NUL byte: it swallows what follows, up to and including the newline. */
    readonly nulAt: number | undefined,
  ) {}

  get lineCount(): number {
    return this.lineStarts.length;
  }

  positionAt(offset: number): Position {
    const line = lastAtMost(this.lineStarts, offset);
    return { line, character: offset - (this.lineStarts[line] ?? 0) };
  }

  offsetAt(position: Position): number {
    const start = this.lineStarts[position.line];
    if (start === undefined) return this.text.length;
    return Math.min(start + position.character, this.lineEnd(position.line));
  }

  /** Offset behind the last character of a line, before its `\n` (a `\r` counts as part of the line). */
  lineEnd(line: number): number {
    const next = this.lineStarts[line + 1];
    return next === undefined ? this.text.length : next - 1;
  }

  lineText(line: number): string {
    return this.text.slice(this.lineStarts[line] ?? this.text.length, this.lineEnd(line));
  }

  lineKind(line: number): LineKind {
    if (this.statementAt(line) !== undefined) return 'statement';
    return /^[ \t\r]*#/.test(this.lineText(line)) ? 'comment' : 'blank';
  }

  /** The statement that starts on a line, if any: a binary search. */
  statementAt(line: number): Statement | undefined {
    let low = 0;
    let high = this.statements.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const statement = this.statements[middle];
      if (statement === undefined || statement.line === line) return statement;
      if (statement.line < line) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  /** The statement and word under an offset; `index` is the word's, -1 between words. */
  wordAt(offset: number): { readonly statement: Statement; readonly index: number } | undefined {
    const statement = this.statementAt(this.positionAt(offset).line);
    if (statement === undefined) return undefined;
    return { statement, index: statement.words.findIndex(word => offset >= word.start && offset <= word.end) };
  }
}

/** Parses in one go. `uri` is only carried along. */
export function parseDocument(text: string, uri = '', options: ParseOptions = {}): ConfDocument {
  const steps = parseInSteps(text, uri, options, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Parses a few thousand lines per `next()`, so that an editor can give the thread back between two steps of a very long
 * file. The generator's return value is the document; an abandoned generator holds nothing.
 */
export function* parseInSteps(text: string, uri = '', options: ParseOptions = {}, linesPerStep = 2000): Generator<void, ConfDocument> {
  const melted = meltNul(text);
  const read = melted?.text ?? text;
  const mayHavePragmas = text.includes('redis-conf');
  const pragmas: Pragma[] = [];
  const statements: Statement[] = [];
  const lineStarts = [0];
  let budget = linesPerStep;
  for (let start = 0, line = 0; start <= read.length; line++) {
    let end = read.indexOf('\n', start);
    if (end < 0) end = read.length;
    else lineStarts.push(end + 1);
    let from = start;
    while (from < end && isTrimmed(read.charCodeAt(from))) from++;
    if (from < end) {
      if (read.charCodeAt(from) !== 35) {
        const statement = readStatement(read, from, end, line);
        if (statement !== undefined) statements.push(statement);
      } else if (mayHavePragmas) {
        const pragma = readPragma(read, from, end, line);
        if (pragma !== undefined) pragmas.push(pragma);
      }
    }
    start = end + 1;
    if (--budget === 0) {
      budget = linesPerStep;
      yield;
    }
  }
  const byteOrderMark = options.byteOrderMark === true || text.charCodeAt(0) === 0xfeff;
  if (melted === undefined) return new ConfDocument(uri, text, lineStarts, statements, pragmas, byteOrderMark, undefined);
  const sourceLines = startsOfLines(text);
  const placed = statements.map(statement => moveStatement(statement, melted.toSource, sourceLines));
  return new ConfDocument(uri, text, sourceLines, placed, pragmas, byteOrderMark, text.indexOf('\0'));
}

/** What the server trims from both ends of a line: blank, tab, `\r`, `\n`; not `\v` and `\f`. */
const isTrimmed = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10;

function readStatement(text: string, from: number, lineEnd: number, line: number): Statement | undefined {
  let end = lineEnd;
  while (end > from && isTrimmed(text.charCodeAt(end - 1))) end--;
  const { words, fault } = scanWords(text, from, end);
  const first = words[0];
  if (first === undefined) return undefined;
  return { line, start: from, end, name: asciiLower(first.value), words, fault };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function moveStatement(statement: Statement, toSource: (offset: number) => number, lineStarts: readonly number[]): Statement {
  const end = (offset: number, from: number): number => Math.max(from, toSource(offset - 1) + 1);
  const start = toSource(statement.start);
  return {
    ...statement,
    line: lastAtMost(lineStarts, start),
    start,
    end: end(statement.end, start),
    words: statement.words.map(word => ({ ...word, start: toSource(word.start), end: end(word.end, toSource(word.start)) })),
    fault: statement.fault === undefined ? undefined : { ...statement.fault, at: toSource(statement.fault.at) },
  };
}
