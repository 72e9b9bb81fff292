/** `rename-command`: edits of the command table, one after the other (section 1.5). */
import { asciiLower } from '../bytes';
import { commandsOf, nearestCommand } from '../commandNames';
import { fixes, made, wordSpan } from './judge';
import type { Entry, Judge } from './judge';

export function readRename(judge: Judge, entry: Entry): void {
  const [, from, to] = entry.statement.words;
  if (from === undefined || to === undefined) return;
  judge.renames.push(entry);
  const commands = commandsOf(judge.target, judge.mode);
  const name = asciiLower(from.value);
  const place = wordSpan(entry, from);
  // The V… commands of Redis 8 belong to a module that is not loaded yet when the file is read.
  judge.commandTable ??= new Set(commands.names.filter(one => !one.includes('|') && !one.startsWith('v')));
  const table = judge.commandTable;
  if (name.includes('|') && commands.has(name)) {
    const what = judge.modern ? 'the server crashes' : 'the server refuses the line';
    judge.report(
      'rename-subcommand',
      place,
      { command: from.value, what },
      { refusal: judge.modern ? 'crash' : 'parse', fixes: [fixes.commentOut(entry)] },
    );
    return;
  }
  if (!table.has(name)) {
    const near = commands.has(name) ? undefined : nearestCommand(commands, name);
    const where =
      judge.mode === 'sentinel' && commandsOf(judge.target, 'redis').has(name)
        ? ' in sentinel mode'
        : commands.has(name)
          ? ' any more (an earlier line renamed it)'
          : '';
    judge.refuse(
      'rename-unknown-command',
      place,
      { command: from.value, where, hint: near === undefined ? '' : ` (did you mean ${near}?)` },
      made(near === undefined ? undefined : fixes.rename(place, near.toUpperCase(), false), fixes.commentOut(entry)),
    );
    return;
  }
  table.delete(name);
  const newName = asciiLower(to.value);
  if (newName === '') return;
  if (table.has(newName)) {
    judge.refuse('rename-target-exists', wordSpan(entry, to), { command: to.value });
    return;
  }
  table.add(newName);
}
