/** The statements of some lines, found without looking at all others: editors ask for what is visible. */
import type { ConfDocument, Statement } from '../document';

/** Lines from 0, both inclusive. */
export function statementsOf({ statements }: ConfDocument, from: number, to: number): readonly Statement[] {
  const first = firstFrom(statements, from);
  let end = first;
  while (end < statements.length && (statements[end]?.line ?? Infinity) <= to) end++;
  return statements.slice(first, end);
}

/** Index of the first statement on `line` or behind it. */
function firstFrom(statements: readonly Statement[], line: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle]?.line ?? Infinity) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
