import type { Reply } from '../../redis/client';
import type { ReplyError } from '../../redis/client';
import { flatMaps } from '../replies';
import type { AccessFacts } from './facts';

/** Older refusals are history: an entry of ACL LOG stays until it is reset. */
const RECENT_SECONDS = 6;

/**
 * What ACL GETUSER default and ACL LOG say; a server that refuses to tell (or knows no ACL) tells nothing. No password, not even its hash, is kept.
 * The commands that a replica or a Sentinel was refused tell who it was; a Sentinel's connections carry its name besides.
 */
export function readAccess(user: Reply | ReplyError | undefined, log: Reply | ReplyError | undefined): AccessFacts {
  return { open: isOpen(user), refused: flatMaps(log).flatMap(refusalOf) };
}

function isOpen(user: Reply | ReplyError | undefined): boolean {
  if (!Array.isArray(user)) return false;
  const fields = user as readonly Reply[];
  const flags = fields[fields.indexOf('flags') + 1];
  const commands = fields[fields.indexOf('commands') + 1];
  if (!Array.isArray(flags)) return false;
  return flags.includes('on') && flags.includes('nopass') && String(commands).startsWith('+@all');
}

function refusalOf(entry: ReadonlyMap<string, string>): AccessFacts['refused'] {
  if (Number(entry.get('age-seconds') ?? Infinity) > RECENT_SECONDS || entry.get('reason') !== 'command') return [];
  const client = entry.get('client-info') ?? '';
  const command = (entry.get('object') ?? '').toLowerCase();
  const whom = /(?:^| )name=sentinel-/.test(client)
    ? 'sentinel'
    : command === 'psync' || command === 'replconf' || command === 'sync'
      ? 'replica'
      : 'other';
  const user = entry.get('username') ?? '';
  return [{ user, command, whom, text: `NOPERM ${user} ${command} (${/(?:^| )addr=(\S+)/.exec(client)?.[1] ?? ''})` }];
}

/** What a replica's, and what a Sentinel's connections need, as rules of ACL SETUSER (the manuals of both products). */
export const neededRules: Readonly<Record<'replica' | 'sentinel', readonly string[]>> = {
  replica: ['+psync', '+replconf', '+ping'],
  sentinel: [
    'allchannels',
    '+multi',
    '+slaveof',
    '+ping',
    '+exec',
    '+subscribe',
    '+config|rewrite',
    '+role',
    '+publish',
    '+info',
    '+client|setname',
    '+client|kill',
    '+script|kill',
  ],
};
