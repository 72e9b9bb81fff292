/** Command and category names of every server, and whether a name is a command with subcommands. */
import packed from './data/commands.json';
import { Suggester } from './suggest';
import type { Target } from './target';
import type { Mode } from './types';

export interface Commands {
  /** Lower-case names; subcommands as `config|get`. */
  has(name: string): boolean;
  hasSubcommands(name: string): boolean;
  readonly names: readonly string[];
  readonly categories: readonly string[];
}

const cache = new Map<string, Commands>();

/** The commands that a server has before any module is loaded or command renamed. */
export function commandsOf(target: Pick<Target, 'index'>, mode: Mode): Commands {
  const key = `${mode} ${String(target.index)}`;
  const ready = cache.get(key);
  if (ready !== undefined) return ready;
  const bit = 1 << target.index;
  const names = new Set<string>();
  for (const [mask, list] of Object.entries(packed[mode]))
    if ((Number(mask) & bit) !== 0) for (const name of list.split(' ')) names.add(name);
  const parents = new Set([...names].filter(name => name.includes('|')).map(name => name.slice(0, name.indexOf('|'))));
  const commands: Commands = {
    has: name => names.has(name),
    hasSubcommands: name => parents.has(name),
    names: [...names],
    categories: packed.categories.split(' '),
  };
  cache.set(key, commands);
  return commands;
}

const suggesters = new WeakMap<Commands, Suggester>();

/** The command (no subcommands unless typed with `|`) that a mistyped name resembles. */
export function nearestCommand(commands: Commands, typed: string): string | undefined {
  const ready = suggesters.get(commands) ?? new Suggester(commands.names);
  suggesters.set(commands, ready);
  return ready.nearest(typed);
}
