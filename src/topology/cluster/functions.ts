import type { Reply } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import { flatMap } from '../replies';
import type { Crew, CrewMember } from './crew';
import { ask, isUnknown } from './wire';

/**
 * A new master needs the functions of the others: a client calls them on whichever master owns its keys. Taken from the first that answers. Servers
 * before 7.0 have none. Returns the names of the libraries.
 */
export async function copyFunctions(crew: Crew, newcomer: CrewMember, signal: AbortSignal): Promise<readonly string[]> {
  const { seen } = await crew.look(signal);
  const giver = seen.find(one => one.role === 'master' && one.name !== newcomer.name);
  if (!giver) return [];
  const [reply] = await crew.member(giver.name).connection.pipeline([['FUNCTION', 'LIST', 'WITHCODE']], { signal });
  if (isUnknown(reply) || reply instanceof ReplyError || !Array.isArray(reply)) return [];
  const libraries = (reply as readonly Reply[]).map(flatMap).flatMap(fields => {
    const [name, code] = [fields.get('library_name'), fields.get('library_code')];
    return typeof name === 'string' && typeof code === 'string' ? [{ name, code }] : [];
  });
  await ask(
    newcomer.connection,
    libraries.map(({ code }) => ['FUNCTION', 'LOAD', 'REPLACE', code]),
    signal,
  );
  return libraries.map(({ name }) => name);
}
