import { parseDocument } from '../../../conf/document';
import type { LineEdit } from '../problem';
import { HumanError } from '../../../base/errors';

export type ConfEditFault =
  /** The line is not what it was when the fix was planned. */
  | { readonly code: 'conf-changed'; readonly path: string; readonly line: number }
  | { readonly code: 'conf-unreadable'; readonly path: string };

/** Puts the edits into the text; each line must still be what it was. Ends of lines stay as they are. */
export function editLines(text: string, path: string, edits: readonly LineEdit[]): string {
  const lines = text.split('\n');
  for (const { line, was, now } of edits) {
    const current = lines[line - 1];
    if (current === undefined || current.replace(/\r$/, '') !== was)
      throw new HumanError<ConfEditFault>({ code: 'conf-changed', path, line });
    lines[line - 1] = current.endsWith('\r') ? `${now}\r` : now;
  }
  return lines.join('\n');
}

/** The edits that take `edits` back. */
export function undoEdits(edits: readonly LineEdit[]): readonly LineEdit[] {
  return edits.map(({ line, was, now }) => ({ line, was: now, now: was }));
}

/** Sets directives in a conf: the last line that has one is replaced, the others of that name go; what is not there comes at the end. */
export function setDirectives(text: string, directives: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  const lines = text.split('\n');
  const gone = new Set<number>();
  const added: string[] = [];
  for (const [name, value] of directives) {
    const names = name === 'replicaof' ? ['replicaof', 'slaveof'] : [name];
    const found = document.statements.filter(statement => names.includes(statement.name)).map(({ line }) => line);
    if (name === 'client-output-buffer-limit') {
      // one line a class: before 7.0 a file may not name several in one
      for (const line of found) gone.add(line);
      for (const [one] of value.matchAll(/\S+(?: \S+){3}/g)) added.push(`${name} ${one}`);
      continue;
    }
    const last = found.pop();
    for (const line of found) gone.add(line);
    if (last === undefined) added.push(`${name} ${value}`);
    else lines[last] = `${name} ${value}${(lines[last] ?? '').endsWith('\r') ? '\r' : ''}`;
  }
  const kept = lines.filter((_, index) => !gone.has(index));
  if (added.length === 0) return kept.join('\n');
  while (kept.at(-1) === '') kept.pop();
  return [...kept, ...added, ''].join('\n');
}
