/**
 * Reading a long document again after a key stroke. Only the blocks that the edit touched are read; the others move in
 * place, so that hardly anything is made anew: in an editor, the garbage of 100,000 lines costs more than reading them.
 */
import { BlockReader, movedPragma } from './blocks';
import type { Block, Statement } from './blocks';
import { ConfDocument, startsOfLines } from './document';
import type { ParseOptions } from './document';

/** `[start, end)` of the text before became `text`. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** More than this is read in steps by {@link ./document.parseInSteps}, which gives the thread back between them. */
const mostCharacters = 200_000;

/**
 * The document of `text`, which came of that of `before` by `changes` (offsets into the text before, in any order).
 * `before` gives its parts away and must not be used any more. Undefined, and `before` untouched, when this is no small
 * change: then read all of it.
 */
export function reparse(
  before: ConfDocument,
  text: string,
  changes: readonly Change[],
  options: ParseOptions = {},
): ConfDocument | undefined {
  const { blocks } = before.parts;
  const grown = changes.reduce((sum, change) => sum + change.text.length - (change.end - change.start), 0);
  if (changes.length === 0 || before.nulAt !== undefined || before.text.length + grown !== text.length)
    return undefined;
  const first = blockAt(blocks, Math.min(...changes.map(change => change.start)));
  const last = blockAt(blocks, Math.max(...changes.map(change => change.end)));
  const [from, to] = [blocks[first], blocks[last]];
  if (from === undefined || to === undefined) return undefined;
  const end = to.offset + to.length + grown;
  if (end - from.offset > mostCharacters) return undefined;
  const stretch = ownCopy(text.slice(from.offset, end));
  if (stretch.includes('\0')) return undefined;

  const isLast = last === blocks.length - 1;
  const reader = new BlockReader({ text: stretch, offset: from.offset, line: from.line, last: isLast });
  for (let more = stretch !== '' || isLast; more;) more = reader.read();
  const linesBefore = to.line + to.lines - from.line;
  const lines = reader.blocks.reduce((sum, block) => sum + block.lines, 0) - linesBefore;
  const pragmas = [
    ...before.pragmas.filter(pragma => pragma.line < from.line),
    ...reader.pragmas,
    ...before.pragmas
      .filter(pragma => pragma.line >= from.line + linesBefore)
      .map(pragma => movedPragma(pragma, grown, lines)),
  ];
  const lineStarts = movedLineStarts(before.takeLineStarts(), {
    stretch,
    offset: from.offset,
    line: from.line,
    linesBefore,
    grown,
  });
  let at = 0;
  for (const block of blocks.slice(0, first)) at += block.statements;
  const gone = blocks.slice(first, last + 1).reduce((sum, block) => sum + block.statements, 0);
  for (const block of blocks.slice(last + 1)) {
    block.offset += grown;
    block.line += lines;
  }
  const statements = replaced(before.statements as Statement[], at, gone, reader.statements);
  const allBlocks = replaced(blocks as Block[], first, last + 1 - first, reader.blocks);
  const byteOrderMark = options.byteOrderMark === true || text.charCodeAt(0) === 0xfeff;
  return new ConfDocument(
    before.uri,
    text,
    { blocks: allBlocks, lineStarts },
    statements,
    pragmas,
    byteOrderMark,
    undefined,
  );
}

/** Index of the block that an offset is in. */
function blockAt(blocks: readonly Block[], offset: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((blocks[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A string of its own: a slice would keep the whole text of its version alive through the words that are cut from it. */
const ownCopy = (text: string): string => text.split('\n').join('\n');

/** The list with `count` entries at `at` replaced, in place when that is cheap. */
function replaced<T>(list: T[], at: number, count: number, by: readonly T[]): T[] {
  if (by.length > 5000) return [...list.slice(0, at), ...by, ...list.slice(at + count)];
  list.splice(at, count, ...by);
  return list;
}

interface Moved {
  readonly stretch: string;
  readonly offset: number;
  readonly line: number;
  readonly linesBefore: number;
  readonly grown: number;
}

function movedLineStarts(
  starts: number[] | undefined,
  { stretch, offset, line, linesBefore, grown }: Moved,
): number[] | undefined {
  if (starts === undefined) return undefined;
  const fresh = startsOfLines(stretch, offset);
  // A stretch that others follow ends with a newline: the line behind it is theirs.
  const followed = line + linesBefore < starts.length;
  if (followed) fresh.pop();
  const moved = replaced(starts, line, linesBefore, fresh);
  if (grown !== 0) for (let i = line + fresh.length; i < moved.length; i++) moved[i] = (moved[i] ?? 0) + grown;
  return moved;
}
