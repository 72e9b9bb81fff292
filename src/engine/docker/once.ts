import { delay } from '../../base/abort';
import { isFault } from '../../base/errors';

/** A create that was cut off may still be running in the daemon; its name is taken before its object is listed. */
const SETTLE_MS = [0, 100, 400, 1500];

/**
 * Makes an object exactly once although the connection may be lost at any moment: after a loss it is looked for (by label and
 * session) before it is made again, since the daemon carries out what it has received even when nobody waits for the answer.
 */
export async function makeOnce(make: () => Promise<string>, find: () => Promise<string | undefined>): Promise<string> {
  let first: unknown;
  try {
    return await make();
  } catch (error) {
    if (!isFault(error, 'engine-lost', 'bad-reply')) throw error;
    first = error;
  }
  const found = await find();
  if (found !== undefined) return found;
  try {
    return await make();
  } catch (error) {
    if (!isFault(error, 'name-taken')) throw error;
    for (const ms of SETTLE_MS) {
      await delay(ms);
      const late = await find();
      if (late !== undefined) return late;
    }
    throw first;
  }
}
