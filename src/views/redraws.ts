/** Longer than the 200 ms of quiet that VS Code waits for. */
const APART_MS = 220;

/**
 * Tells VS Code which rows to draw anew: the first at once, what changes soon after it together. VS Code draws a change at once only when none came in the
 * 200 ms before it; else it waits until nothing has changed for 200 ms, and holds back every row that is unfolded meanwhile. While roles move, something
 * changes every 100 ms, and the tree would stand still for as long as that lasts.
 */
export class Redraws<Row> {
  readonly #draw: (rows: readonly Row[] | undefined) => void;
  readonly #apartMs: number;
  #rows = new Set<Row>();
  #all = false;
  #resting: NodeJS.Timeout | undefined;

  /** @param draw is given the rows, or undefined for the whole tree */
  constructor(draw: (rows: readonly Row[] | undefined) => void, apartMs = APART_MS) {
    this.#draw = draw;
    this.#apartMs = apartMs;
  }

  /** @param rows those that changed, with what is below them; undefined: there are others at the top */
  add(rows: readonly Row[] | undefined): void {
    if (rows === undefined) this.#all = true;
    else for (const row of rows) this.#rows.add(row);
    if (this.#resting === undefined) this.#flush();
  }

  /** A row that is not there any more. */
  forget(row: Row): void {
    this.#rows.delete(row);
  }

  #flush(): void {
    this.#resting = undefined;
    if (!this.#all && this.#rows.size === 0) return;
    const rows = this.#all ? undefined : [...this.#rows];
    this.#all = false;
    this.#rows.clear();
    this.#resting = setTimeout(() => this.#flush(), this.#apartMs);
    this.#draw(rows);
  }

  dispose(): void {
    clearTimeout(this.#resting);
  }
}
