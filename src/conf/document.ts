/**
 * A parsed configuration file: lines and words with their place in the source, nothing judged yet.
 *
 * Parsing does not depend on the server or version, so one parse per document version serves everything. It never
 * fails: a line with unbalanced quotes keeps its words and says so in {@link Statement.fault}.
 */
import { BlockReader, linesPerBlock, Statement } from './blocks';
import type { Block } from './blocks';
import { meltNul } from './melt';
import type { Pragma } from './pragma';
import { ScanFault, textStart, Word } from './scanner';
import { lastAtMost } from './search';

export type { Statement } from './blocks';

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

/** What a document is made of besides its text. */
export interface Parts {
  readonly blocks: readonly Block[];
  /** When it is known already; else it is made when a position is asked for. */
  readonly lineStarts?: number[] | undefined;
}

export class ConfDocument {
  #lineStarts: number[] | undefined;

  constructor(
    /** Whatever the caller uses to name the file: a path or a URI. Findings carry it. */
    readonly uri: string,
    readonly text: string,
    /** For {@link ./reparse}. */
    readonly parts: Parts,
    readonly statements: readonly Statement[],
    /** Comments that speak to us: target, mode, disabled rules. See {@link ./pragma.readPragma}. */
    readonly pragmas: readonly Pragma[],
    /** The file starts with a byte order mark (in the text, or by {@link ParseOptions}). */
    readonly byteOrderMark: boolean,
    /** Offset of the first NUL byte: it swallows what follows, up to and including the newline. */
    readonly nulAt: number | undefined,
  ) {
    this.#lineStarts = parts.lineStarts;
  }

  /** Offset of the first character of every line; lines end at `\n` only, as for the server. */
  get lineStarts(): readonly number[] {
    return (this.#lineStarts ??= startsOfLines(this.text, 0));
  }

  /** Gives {@link lineStarts} away when they are known: for the document that takes the place of this one. */
  takeLineStarts(): number[] | undefined {
    return this.#lineStarts;
  }

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
export function* parseInSteps(
  text: string,
  uri = '',
  options: ParseOptions = {},
  linesPerStep = 2000,
): Generator<void, ConfDocument> {
  const melted = meltNul(text);
  const reader = new BlockReader({ text: melted?.text ?? text, offset: 0, line: 0, last: true });
  const perStep = Math.max(1, Math.floor(linesPerStep / linesPerBlock));
  for (let left = perStep; reader.read();) {
    if (--left > 0) continue;
    left = perStep;
    yield;
  }
  const { blocks, statements, pragmas } = reader;
  const byteOrderMark = options.byteOrderMark === true || text.charCodeAt(0) === 0xfeff;
  if (melted === undefined)
    return new ConfDocument(uri, text, { blocks }, statements, pragmas, byteOrderMark, undefined);
  const lineStarts = startsOfLines(text, 0);
  const placed = statements.map(statement => moveStatement(statement, melted.toSource, lineStarts));
  return new ConfDocument(uri, text, { blocks: [], lineStarts }, placed, pragmas, byteOrderMark, text.indexOf('\0'));
}

/** Offsets of all lines of a text that stands at `offset`. */
export function startsOfLines(text: string, offset: number): number[] {
  const starts = [offset];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(offset + at + 1);
  return starts;
}

/** A statement of a text that lost stretches to NUL bytes, at its place in the source. */
function moveStatement(
  statement: Statement,
  toSource: (offset: number) => number,
  lineStarts: readonly number[],
): Statement {
  const end = (offset: number, from: number): number => Math.max(from, toSource(offset - 1) + 1);
  const start = toSource(statement.start);
  const words = statement.words.map(
    word => new Word(textStart, toSource(word.start), end(word.end, toSource(word.start)), word.value, word.quoted),
  );
  const { fault } = statement;
  const unclosed = fault?.alsoUnclosedAt;
  const moved =
    fault === undefined
      ? undefined
      : new ScanFault(
          textStart,
          fault.kind,
          toSource(fault.at),
          unclosed === undefined ? undefined : toSource(unclosed),
        );
  return new Statement(
    { offset: 0, line: 0 },
    lastAtMost(lineStarts, start),
    start,
    end(statement.end, start),
    statement.name,
    words,
    moved,
  );
}
