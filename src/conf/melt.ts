/**
 * What a NUL byte does to a file. The servers read with `fgets`, 1024 bytes at a time, and append each chunk as a C
 * string: from a NUL on, the rest of its chunk is lost, the newline included, so two lines melt into one
 * (config.c loadServerConfig).
 */
import { bytesOfUnit } from './bytes';
import { lastAtMost } from './search';

const chunkBytes = 1024;

export interface Melted {
  readonly text: string;
  /** Offset in the file of an offset in {@link text}. */
  readonly toSource: (offset: number) => number;
}

/** The text that the server gets from a file with NUL bytes; undefined when there is none (the rule). */
export function meltNul(source: string): Melted | undefined {
  if (!source.includes('\0')) return undefined;
  const kept: string[] = [];
  const keptAt: number[] = [];
  const sourceAt: number[] = [];
  let length = 0;
  for (let from = 0; from < source.length;) {
    const to = endOfChunk(source, from);
    const nul = source.indexOf('\0', from);
    const end = nul >= 0 && nul < to ? nul : to;
    if (end > from) {
      kept.push(source.slice(from, end));
      keptAt.push(length);
      sourceAt.push(from);
      length += end - from;
    }
    from = to;
  }
  const toSource = (offset: number): number => {
    const piece = lastAtMost(keptAt, offset);
    return Math.min(source.length, (sourceAt[piece] ?? 0) + offset - (keptAt[piece] ?? 0));
  };
  return { text: kept.join(''), toSource };
}

/** Where `fgets` stops: behind the newline, or when the buffer is full. A character that straddles the border stays whole. */
function endOfChunk(source: string, from: number): number {
  let bytes = 0;
  for (let at = from; at < source.length; at++) {
    bytes += bytesOfUnit(source, at);
    if (source.charCodeAt(at) === 10 || bytes >= chunkBytes) return at + 1;
  }
  return source.length;
}
