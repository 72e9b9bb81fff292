/**
 * Words of one line, exactly as the servers' `sdssplitargs` splits them (sds.c; the rules are in docs/conf-language.md).
 *
 * One scan serves all servers. Valkey 9 lets text go on after a closing quote (`"270"01` is 27001) where all others
 * refuse the line, so the scan goes on and remembers the place: {@link ScanFault} `after-quote`.
 */
import { byteChar } from './bytes';

/** What the places of words are counted from. Moving it moves them all: an edit far above costs no new words. */
export interface Anchor {
  readonly offset: number;
}

/** The start of the text itself. */
export const textStart: Anchor = { offset: 0 };

/** One word: where it stands in the source, quotes included, and the value that the server sees. */
export class Word {
  /** `from` and `to` count from the anchor. */
  constructor(
    private readonly anchor: Anchor,
    private readonly from: number,
    private readonly to: number,
    readonly value: string,
    /** Whether a quote was opened anywhere in it. */
    readonly quoted: boolean,
  ) {}

  get start(): number {
    return this.anchor.offset + this.from;
  }

  get end(): number {
    return this.anchor.offset + this.to;
  }
}

/** Why the server would call the quotes of a line unbalanced. */
export class ScanFault {
  constructor(
    private readonly anchor: Anchor,
    /** `after-quote`: text right behind a closing quote (fine for Valkey 9). `unclosed`: no closing quote. */
    readonly kind: 'unclosed' | 'after-quote',
    private readonly from: number,
    private readonly unclosedFrom?: number,
  ) {}

  /** Offset of the opening quote (`unclosed`) or of the text behind the closing one. */
  get at(): number {
    return this.anchor.offset + this.from;
  }

  /** Set when an `after-quote` line has an unclosed quote as well, so that Valkey 9 refuses it too. */
  get alsoUnclosedAt(): number | undefined {
    return this.unclosedFrom === undefined ? undefined : this.anchor.offset + this.unclosedFrom;
  }
}

export interface Scan {
  readonly words: Word[];
  readonly fault: ScanFault | undefined;
}

const tab = 9,
  newline = 10,
  carriageReturn = 13,
  space = 32,
  doubleQuote = 34,
  singleQuote = 39,
  backslash = 92;

/** C's `isspace`: blank, `\t \n \v \f \r`. */
export const isSpace = (code: number): boolean => code === space || (code >= tab && code <= carriageReturn);

/** What ends an unquoted word: `\v` and `\f` do not. */
const endsWord = (code: number): boolean =>
  code === space || code === tab || code === newline || code === carriageReturn;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/**
 * Splits `text[from, to)` into words. The range must not hold a newline that ends the line. The words count their places
 * from `anchor`, which is at `zero` of this text.
 */
export function scanWords(text: string, from: number, to: number, anchor: Anchor = textStart, zero = 0): Scan {
  const words: Word[] = [];
  let at = from;
  for (;;) {
    while (at < to && isSpace(text.charCodeAt(at))) at++;
    if (at >= to) return { words, fault: undefined };
    let end = at;
    for (; end < to; end++) {
      const code = text.charCodeAt(end);
      if (code === doubleQuote || code === singleQuote || endsWord(code)) break;
    }
    const code = end < to ? text.charCodeAt(end) : space;
    if (code === doubleQuote || code === singleQuote) return scanQuoted(text, at, to, words, anchor, zero);
    words.push(new Word(anchor, at - zero, end - zero, text.slice(at, end), false));
    at = end;
  }
}

/** The slow road: from the first word with a quote to the end of the line. */
function scanQuoted(text: string, from: number, to: number, words: Word[], anchor: Anchor, zero: number): Scan {
  let behind: number | undefined;
  let unclosed: number | undefined;
  let at = from;
  while (at < to) {
    if (isSpace(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    let value = '';
    let quoted = false;
    while (at < to && !endsWord(text.charCodeAt(at))) {
      const code = text.charCodeAt(at);
      if (code !== doubleQuote && code !== singleQuote) {
        value += text[at];
        at++;
        continue;
      }
      quoted = true;
      const piece = code === doubleQuote ? doubleQuoted(text, at, to) : singleQuoted(text, at, to);
      value += piece.value;
      if (!piece.closed) unclosed ??= at;
      at = piece.end;
      if (!piece.closed || at >= to) continue;
      if (isSpace(text.charCodeAt(at))) break; // `\v` or `\f`: they end no plain word, but one that closes its quote
      behind ??= at;
    }
    words.push(new Word(anchor, start - zero, at - zero, value, quoted));
  }
  if (behind !== undefined)
    return {
      words,
      fault: new ScanFault(anchor, 'after-quote', behind - zero, unclosed === undefined ? undefined : unclosed - zero),
    };
  return { words, fault: unclosed === undefined ? undefined : new ScanFault(anchor, 'unclosed', unclosed - zero) };
}

interface Piece {
  readonly value: string;
  readonly end: number;
  readonly closed: boolean;
}

function doubleQuoted(text: string, open: number, to: number): Piece {
  let value = '';
  let at = open + 1;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === doubleQuote) return { value, end: at + 1, closed: true };
    if (code === backslash && at + 1 < to) {
      const hex = text[at + 1] === 'x' && at + 3 < to ? text.slice(at + 2, at + 4) : '';
      if (/^[0-9a-fA-F]{2}$/.test(hex)) {
        value += byteChar(parseInt(hex, 16));
        at += 4;
      } else {
        const letter = text[at + 1] ?? '';
        value += escapes[letter] ?? letter;
        at += 2;
      }
      continue;
    }
    value += text[at];
    at++;
  }
  return { value, end: to, closed: false };
}

function singleQuoted(text: string, open: number, to: number): Piece {
  let value = '';
  let at = open + 1;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === singleQuote) return { value, end: at + 1, closed: true };
    const escaped = code === backslash && at + 1 < to && text.charCodeAt(at + 1) === singleQuote;
    if (escaped) at++;
    value += text[at];
    at++;
  }
  return { value, end: to, closed: false };
}
