/**
 * Lines in blocks. Statements and words count their places from their block, so an edit reads the lines of its own block
 * again and moves the blocks behind it; everything else stays the same object (see {@link ./reparse}).
 */
import { asciiLower } from './bytes';
import { readPragma } from './pragma';
import type { Pragma } from './pragma';
import { scanWords } from './scanner';
import type { Anchor, ScanFault, Word } from './scanner';

/** Lines of one block: reading so many again takes a fraction of a millisecond. */
export const linesPerBlock = 256;

/** Consecutive lines of a document. */
export class Block implements Anchor {
  lines = 0;
  /** Characters, the newline of its last line included. */
  length = 0;
  /** How many statements it holds. */
  statements = 0;

  constructor(
    /** Of its first character, in the document. */
    public offset: number,
    /** Of its first line, from 0. */
    public line: number,
  ) {}
}

/** A line that the server reads: at least one word. */
export class Statement {
  constructor(
    private readonly block: { readonly offset: number; readonly line: number },
    private readonly lineIn: number,
    private readonly from: number,
    private readonly to: number,
    /** First word, lower-cased as the server does it. */
    readonly name: string,
    /** All words, the name included. */
    readonly words: readonly Word[],
    readonly fault: ScanFault | undefined,
  ) {}

  /** Line in the source, from 0. */
  get line(): number {
    return this.block.line + this.lineIn;
  }

  /** Offsets of the trimmed line in the source, the end exclusive. */
  get start(): number {
    return this.block.offset + this.from;
  }

  get end(): number {
    return this.block.offset + this.to;
  }
}

/** A stretch of whole lines to be read. */
export interface Stretch {
  readonly text: string;
  /** Where the text stands in the document. */
  readonly offset: number;
  readonly line: number;
  /** Whether the document ends with it; else it ends with a newline, behind which others go on. */
  readonly last: boolean;
}

/** What the server trims from both ends of a line: blank, tab, `\r`, `\n`; not `\v` and `\f`. */
const isTrimmed = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10;

const hash = 35;

/** Reads a stretch block by block. Comments and empty lines cost a look at their first character. */
export class BlockReader {
  readonly statements: Statement[] = [];
  readonly pragmas: Pragma[] = [];
  readonly blocks: Block[] = [];
  #at = 0;
  #line: number;

  constructor(private readonly stretch: Stretch) {
    this.#line = stretch.line;
  }

  /** Reads one block; whether there is more. */
  read(): boolean {
    const { text, offset, last } = this.stretch;
    const end = text.length;
    const start = this.#at;
    const block = new Block(offset + start, this.#line);
    const before = this.statements.length;
    let at = start;
    for (; block.lines < linesPerBlock && (at < end || (last && at === end)); block.lines++) {
      let lineEnd = text.indexOf('\n', at);
      if (lineEnd < 0) lineEnd = end;
      if (lineEnd > at) {
        if (text.charCodeAt(at) !== hash) this.#readLine(block, start, at, lineEnd);
        else if (speaksToUs(text, at)) this.#readComment(block, at, lineEnd);
      }
      at = lineEnd + 1;
    }
    block.length = Math.min(at, end) - start;
    block.statements = this.statements.length - before;
    this.blocks.push(block);
    this.#at = at;
    this.#line += block.lines;
    return at < end || (last && at === end);
  }

  #readComment(block: Block, from: number, lineEnd: number): void {
    const pragma = readPragma(this.stretch.text, from, lineEnd, block.line + block.lines);
    if (pragma !== undefined) this.pragmas.push(movedPragma(pragma, this.stretch.offset, 0));
  }

  /** A line that is neither empty nor, on the first look, a comment. `zero` is where its block starts in the text. */
  #readLine(block: Block, zero: number, start: number, lineEnd: number): void {
    const { text } = this.stretch;
    let from = start;
    while (from < lineEnd && isTrimmed(text.charCodeAt(from))) from++;
    if (from === lineEnd) return;
    if (text.charCodeAt(from) === hash) {
      if (speaksToUs(text, from)) this.#readComment(block, from, lineEnd);
      return;
    }
    let end = lineEnd;
    while (end > from && isTrimmed(text.charCodeAt(end - 1))) end--;
    const { words, fault } = scanWords(text, from, end, block, zero);
    const first = words[0];
    if (first !== undefined)
      this.statements.push(
        new Statement(block, block.lines, from - zero, end - zero, asciiLower(first.value), words, fault),
      );
  }
}

/** Whether a comment may be a pragma, as cheaply as can be: most lines of a stock file are comments. */
function speaksToUs(text: string, start: number): boolean {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code === hash || code === 32 || code === 9; code = text.charCodeAt(at)) at++;
  return text.charCodeAt(at) === 114 && text.startsWith('redis-conf', at);
}

/** The same pragma some characters and lines further on. */
export const movedPragma = (pragma: Pragma, characters: number, lines: number): Pragma =>
  characters === 0 && lines === 0
    ? pragma
    : { ...pragma, start: pragma.start + characters, end: pragma.end + characters, line: pragma.line + lines };
