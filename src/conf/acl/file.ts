/**
 * An ACL file (`aclfile`, users.acl): one user per line, no comments, no quotes; words are parted by single blanks
 * (acl.c ACLLoadFromFile).
 */
import { startsOfLines } from '../document';
import { meltNul } from '../melt';
import { isSpace } from '../scanner';
import { lastAtMost } from '../search';
import { AclUser, mergeSelectors } from './rules';
import type { AclFault, Dialect } from './rules';

export interface AclWord {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** A line with something on it. */
export interface AclLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly words: readonly AclWord[];
}

/** What is wrong with a line, and where. */
export interface AclFileFault {
  readonly kind: 'not-a-user' | 'name-space' | 'duplicate' | 'unclosed' | AclFault['kind'];
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly command?: string;
}

export function parseAclFile(source: string): AclLine[] {
  const melted = meltNul(source);
  if (melted === undefined) return readLines(source);
  // Read by the same fgets as a configuration: a NUL swallows the rest of its chunk.
  const { toSource } = melted;
  const lineStarts = startsOfLines(source, 0);
  return readLines(melted.text).map(line => ({
    line: lastAtMost(lineStarts, toSource(line.start)),
    start: toSource(line.start),
    end: toSource(line.end - 1) + 1,
    words: line.words.map(word => ({
      value: word.value,
      start: toSource(word.start),
      end: word.end > word.start ? toSource(word.end - 1) + 1 : toSource(word.start),
    })),
  }));
}

function readLines(text: string): AclLine[] {
  const lines: AclLine[] = [];
  for (let start = 0, line = 0; start <= text.length; line++) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    let from = start;
    let to = end;
    while (from < to && isTrimmed(text.charCodeAt(from))) from++;
    while (to > from && isTrimmed(text.charCodeAt(to - 1))) to--;
    if (to > from) lines.push({ line, start: from, end: to, words: splitBlanks(text, from, to) });
    start = end + 1;
  }
  return lines;
}

const isTrimmed = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10;

function splitBlanks(text: string, from: number, to: number): AclWord[] {
  const words: AclWord[] = [];
  for (let start = from; start <= to;) {
    let end = text.indexOf(' ', start);
    if (end < 0 || end > to) end = to;
    words.push({ start, end, value: text.slice(start, end).replace(/^[\t\r\n]+|[\t\r\n]+$/g, '') });
    start = end + 1;
  }
  return words;
}

/** The faults of a file, in the order in which the server lists them. `mergesDuplicates`: 6.x. */
export function checkAclLines(lines: readonly AclLine[], dialect: Dialect, mergesDuplicates: boolean): AclFileFault[] {
  const faults: AclFileFault[] = [];
  const names = new Set<string>();
  for (const line of lines) {
    const { start, end } = line;
    const [first, name, ...rules] = line.words;
    if (first?.value !== 'user' || name === undefined) {
      faults.push({ kind: 'not-a-user', line: line.line, start, end });
      continue;
    }
    if ([...name.value].some(char => isSpace(char.charCodeAt(0))))
      faults.push({ kind: 'name-space', line: line.line, start: name.start, end: name.end });
    if (names.has(name.value) && !mergesDuplicates) {
      faults.push({ kind: 'duplicate', line: line.line, start: name.start, end: name.end });
      continue;
    }
    names.add(name.value);
    faults.push(...checkRules(line, rules, dialect));
  }
  return faults;
}

function checkRules(line: AclLine, rules: readonly AclWord[], dialect: Dialect): AclFileFault[] {
  const merged = dialect.selectors
    ? mergeSelectors(rules.map(rule => rule.value))
    : { rules: rules.map((rule, index) => ({ text: rule.value, first: index, last: index })), unclosed: undefined };
  if (merged.unclosed !== undefined)
    return [{ kind: 'unclosed', line: line.line, start: rules[merged.unclosed]?.start ?? line.start, end: line.end }];
  const user = new AclUser(dialect);
  const faults: AclFileFault[] = [];
  for (const rule of merged.rules) {
    const fault = user.apply(rule.text);
    if (fault === undefined) continue;
    const place = {
      line: line.line,
      start: rules[rule.first]?.start ?? line.start,
      end: rules[rule.last]?.end ?? line.end,
    };
    faults.push({ kind: fault.kind, ...place, ...(fault.kind === 'unknown' && { command: fault.command }) });
  }
  return faults;
}
