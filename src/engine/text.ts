import { StringDecoder } from 'node:string_decoder';

/** Cuts text into lines whatever the chunks; a line that is longer than `most` is handed on in parts, so that memory stays bounded. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly most = 64 * 1024,
  ) {}

  feed(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = parts.pop()!;
    for (const part of parts) this.onLine(part.endsWith('\r') ? part.slice(0, -1) : part);
    if (this.#rest.length > this.most) this.#flush();
  }

  /** The last line may lack its newline. */
  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#rest !== '') this.#flush();
  }

  #flush(): void {
    const line = this.#rest;
    this.#rest = '';
    this.onLine(line);
  }
}

/** Keeps the first `most` bytes. */
export class Collector {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(private readonly most: number) {}

  add(chunk: Buffer): void {
    const part = chunk.subarray(0, this.most - this.#size);
    if (part.length > 0) this.#chunks.push(part);
    this.#size += part.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
