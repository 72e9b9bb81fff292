/** What a server says in RESP2; an error of the server is an Error named `ReplyError`. */
export type RespValue = string | number | null | Error | readonly RespValue[];

/** What a server may make us keep. None of the replies that we ask for comes near. */
export interface RespLimits {
  /** Bytes of one reply. */
  readonly bytes: number;
  /** Bytes of a line: a status, an error, a number, a length. */
  readonly line: number;
  /** Arrays in arrays. */
  readonly depth: number;
}

const defaults: RespLimits = { bytes: 64 * 1024 * 1024, line: 64 * 1024, depth: 32 };
const CR = 13;
const LF = 10;
const STATUS = 0x2b; // +
const ERROR = 0x2d; // -
const NUMBER = 0x3a; // :
const TEXT = 0x24; // $
const ARRAY = 0x2a; // *
type Type = typeof STATUS | typeof ERROR | typeof NUMBER | typeof TEXT | typeof ARRAY;
const TYPES: readonly number[] = [STATUS, ERROR, NUMBER, TEXT, ARRAY];

/**
 * Takes replies out of a connection's bytes, fed chunk by chunk, cut anywhere. Servers speak RESP2 to who never said HELLO, so anything else is no
 * Redis. Takes nothing for granted: what a length promises is kept only as it comes (`*30000000` takes 11 bytes to say), and whoever says more than the limits allow, or
 * what is no RESP2, ends it.
 */
export class RespReader {
  readonly #limits: RespLimits;
  /** What is not read yet; joined once as much is there as is waited for. */
  #chunks: Buffer[] = [];
  #have = 0;
  #need = 1;
  /** Length of the text whose head has been read. */
  #text = -1;
  /** Arrays that are not whole, the innermost last. */
  readonly #open: { readonly items: RespValue[]; missing: number }[] = [];
  /** Bytes of the present reply that have been read. */
  #taken = 0;
  #dead = false;

  /** @param onReply is given whole replies; what it throws comes out of {@link feed} and ends the reading too */
  constructor(
    private readonly onReply: (reply: RespValue) => void,
    limits: Partial<RespLimits> = {},
  ) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Throws an Error that says `protocol error` or `Unknown RESP type`; after that nothing is read any more. */
  feed(chunk: Buffer): void {
    if (this.#dead) return;
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    if (this.#taken + this.#have > this.#limits.bytes && this.#need > this.#have) this.#fail('a reply without end');
    if (this.#have < this.#need) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    try {
      const rest = bytes.subarray(this.#read(bytes));
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#have = rest.length;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Reads as far as it is whole; gives where that ends. */
  #read(bytes: Buffer): number {
    let at = 0;
    for (;;) {
      if (this.#text >= 0) {
        const end = at + this.#text;
        this.#need = this.#text + 2;
        if (bytes.length < end + 2) return at;
        if (bytes[end] !== CR || bytes[end + 1] !== LF) this.#fail('a text of another length');
        this.#taken += this.#need;
        this.#text = -1;
        this.#take(bytes.toString('utf8', at, end));
        at = end + 2;
        continue;
      }
      // at once: what is no Redis may never end a line
      if (at < bytes.length && !TYPES.includes(bytes[at] ?? 0))
        throw new Error(`Unknown RESP type ${bytes[at]} ${JSON.stringify(bytes.toString('latin1', at, at + 1))}`);
      const end = bytes.indexOf('\r\n', at);
      if (end < 0 ? bytes.length - at > this.#limits.line : end - at > this.#limits.line)
        this.#fail('a line without end');
      this.#need = bytes.length - at + 1;
      if (end < 0) return at;
      this.#taken += end + 2 - at;
      this.#head(bytes, at, end);
      at = end + 2;
    }
  }

  #head(bytes: Buffer, at: number, end: number): void {
    const words = bytes.toString('utf8', at + 1, end);
    switch (bytes[at] as Type) {
      case STATUS:
        return this.#take(words);
      case ERROR:
        return this.#take(Object.assign(new Error(words), { name: 'ReplyError' }));
      case NUMBER:
        if (!/^[+-]?\d+$/.test(words)) this.#fail('a number that is none');
        return this.#take(Number(words));
      case TEXT: {
        const length = this.#length(words);
        if (length < 0) return this.#take(null);
        if (this.#taken + length > this.#limits.bytes) this.#fail('a text too long');
        this.#text = length;
        return;
      }
      case ARRAY: {
        const length = this.#length(words);
        if (length < 0) return this.#take(null);
        if (length === 0) return this.#take([]);
        if (this.#open.length >= this.#limits.depth) this.#fail('arrays too deep');
        this.#open.push({ items: [], missing: length });
        return;
      }
    }
  }

  #length(words: string): number {
    if (words === '-1') return -1;
    if (!/^\d{1,10}$/.test(words)) this.#fail('a length that is none');
    return Number(words);
  }

  #take(value: RespValue): void {
    let whole = value;
    for (let inner = this.#open.at(-1); inner !== undefined; inner = this.#open.at(-1)) {
      inner.items.push(whole);
      if (--inner.missing > 0) {
        if (this.#taken > this.#limits.bytes) this.#fail('a reply without end');
        return;
      }
      this.#open.pop();
      whole = inner.items;
    }
    this.#taken = 0;
    this.onReply(whole);
  }

  #fail(why: string): never {
    this.#end();
    throw new Error(`protocol error: ${why}`);
  }

  #end(): void {
    this.#dead = true;
    this.#chunks = [];
    this.#open.length = 0;
  }
}
