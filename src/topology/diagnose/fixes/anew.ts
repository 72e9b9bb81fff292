import { HumanError } from '../../../base/errors';
import type { Expectation } from '../../../engine/engine';
import { confPlaceOf } from '../confFacts';
import type { FixContext, MendFault } from './context';
import type { FixStep } from './plan';
import type { SpeakFault } from './speak';

/** Anew with the folder of its conf mounted; what it had become is said again and written down before the old one goes. */
export async function remount(run: FixContext, id: string): Promise<void> {
  const node = run.node(id);
  const place = confPlaceOf(node);
  const { containers } = node.instance === undefined ? {} : run.deps.engine(node.instance.engine);
  if (node.instance === undefined || containers === undefined || place === undefined)
    throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
  const expect: Expectation =
    node.instance.ownership === undefined ? 'foreign' : { topologyId: node.instance.ownership.topologyId };
  const master = node.contact.state === 'answering' ? node.contact.report.replication?.master?.address : undefined;
  const runs = node.instance.state === 'running';
  const keys = async (): Promise<string | undefined> => (await run.say(id, [['DBSIZE']]))[0];
  const before = runs ? await keys() : undefined;
  const moved = await containers.remountConf(node.instance.id, expect, place.inside, run.signal);
  try {
    if (runs) {
      run.forget();
      // what it had become is said again, and now it can write it down
      if (master !== undefined) await run.sayWhenUp(id, [['REPLICAOF', master.host, String(master.port)]], moved.id);
      const [kept = ''] = await run.sayWhenUp(id, [['CONFIG', 'REWRITE']], moved.id);
      if (!/^OK/.test(kept))
        throw new HumanError<SpeakFault>({
          code: 'fix-refused',
          node: node.name,
          command: 'CONFIG REWRITE',
          text: kept,
        });
      const after = await run.sayWhenUp(id, [['DBSIZE']], moved.id);
      if (master === undefined && after[0] !== before)
        throw new HumanError<MendFault>({ code: 'fix-not-seen', node: node.name, what: `DBSIZE ${before ?? ''}` });
    }
  } catch (error) {
    await moved.undo();
    throw error;
  }
  const secret = await run.deps.secrets.get(id);
  if (secret !== undefined) await run.deps.secrets.set(moved.id, secret);
  await moved.commit();
}

/** Anew with the port published; what it had become and what it holds is compared before the old one goes. */
export async function publish(
  run: FixContext,
  { node: id, inside, outside }: Extract<FixStep, { act: 'publish' }>,
): Promise<void> {
  const node = run.node(id);
  const { containers } = node.instance === undefined ? {} : run.deps.engine(node.instance.engine);
  if (node.instance === undefined || containers === undefined)
    throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
  const { instance } = node;
  const expect: Expectation =
    instance.ownership === undefined ? 'foreign' : { topologyId: instance.ownership.topologyId };
  const runs = instance.state === 'running';
  const replication = node.contact.state === 'answering' ? node.contact.report.replication : undefined;
  const isServer = node.contact.state === 'answering' && node.contact.report.mode !== 'sentinel';
  let before: string | undefined;
  if (runs && isServer) {
    before = (await run.say(id, [['DBSIZE']]))[0];
    const [dir = ''] = await run.tolerantly(node, [['CONFIG', 'GET', 'dir']]);
    const folder = dir.split('\n')[1] ?? '';
    if (
      before !== '0' &&
      folder.startsWith('/') &&
      !instance.mounts.some(({ target }) => folder === target || folder.startsWith(`${target}/`))
    )
      throw new HumanError<MendFault>({ code: 'fix-no-volume', node: node.name, dir: folder });
    // what was only said to it, and what no save point would keep, is written down first
    await run.tolerantly(node, [['CONFIG', 'REWRITE'], ['SAVE']]);
  }
  const made = await containers.publish(instance.id, expect, { inside, outside }, run.signal);
  try {
    if (runs && isServer) {
      run.forget();
      const master = replication?.role === 'replica' ? replication.master?.address : undefined;
      if (master !== undefined) await run.sayWhenUp(id, [['REPLICAOF', master.host, String(master.port)]], made.id);
      else
        await run.seen(
          id,
          `DBSIZE ${before ?? ''}`,
          async () => (await run.sayWhenUp(id, [['DBSIZE']], made.id))[0]?.replace(/\D/g, '') === before,
        );
    }
  } catch (error) {
    await made.undo();
    throw error;
  }
  const secret = await run.deps.secrets.get(id);
  if (secret !== undefined) await run.deps.secrets.set(made.id, secret);
  await made.commit();
}
