import { delay } from '../../../base/abort';
import { HumanError } from '../../../base/errors';
import type { Node } from '../../../model/snapshot';
import { lifecycleRequestOf, runLifecycle } from '../../lifecycle';
import { confPlaceOf } from '../confFacts';
import type { ConfEditFault } from './confEdit';
import type { FixContext, MendFault } from './context';
import type { SpeakFault } from './speak';

/** Starts a Sentinel beside the server of a container, as it was started by hand. */
export async function startSentinel(run: FixContext, id: string, conf: string): Promise<void> {
  const node = run.node(id);
  if (node.instance === undefined) throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
  const program = /valkey/.test(node.instance.image) ? 'valkey-server' : 'redis-server';
  const { exitCode, stdout, stderr } = await run.deps
    .engine(node.instance.engine)
    .exec(node.instance.id, [program, conf, '--sentinel', '--daemonize', 'yes'], {}, run.signal);
  if (exitCode !== 0)
    throw new HumanError<SpeakFault>({
      code: 'fix-refused',
      node: node.name,
      command: program,
      text: (stderr || stdout).trim().slice(-300),
    });
}

/** A Sentinel reads its id at its start only: it is ended, the line goes, and it makes itself a new one. */
export async function newId(run: FixContext, id: string): Promise<void> {
  const node = run.node(id);
  const report = node.contact.state === 'answering' ? node.contact.report : undefined;
  if (node.instance === undefined || report === undefined)
    throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
  const engine = run.deps.engine(node.instance.engine);
  const without = (text: string): string =>
    text
      .split('\n')
      .filter(line => !/^\s*sentinel\s+myid\s/i.test(line))
      .join('\n');
  if (node.instance.id === id) {
    const place = confPlaceOf(node);
    await runLifecycle(run.deps, lifecycleRequestOf(node, 'stop'), run.signal);
    const text = place === undefined ? undefined : await run.deps.files.read(place.path);
    if (place !== undefined && text !== undefined) await run.deps.files.write(place.path, without(text));
    await runLifecycle(run.deps, lifecycleRequestOf(node, 'start'), run.signal);
    if (text === undefined)
      throw new HumanError<ConfEditFault>({ code: 'conf-unreadable', path: place?.path ?? report.configFile });
    return;
  }
  // it sits beside a server in its container: its conf is read and written there, no shell in between
  await endBeside(run, node);
  const { stdout } = await engine.exec(node.instance.id, ['cat', report.configFile], {}, run.signal);
  if (stdout === '') throw new HumanError<ConfEditFault>({ code: 'conf-unreadable', path: report.configFile });
  await engine.exec(node.instance.id, ['tee', report.configFile], { input: without(stdout) }, run.signal);
  await startSentinel(run, id, report.configFile);
}

/** Ends a Sentinel and starts it with the conf that it wrote; back when it answers. */
export async function restartSentinel(run: FixContext, id: string): Promise<void> {
  const node = run.node(id);
  const report = node.contact.state === 'answering' ? node.contact.report : undefined;
  if (node.instance === undefined || report === undefined)
    throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
  if (node.instance.id === id) await runLifecycle(run.deps, lifecycleRequestOf(node, 'restart'), run.signal);
  else {
    await endBeside(run, node);
    await startSentinel(run, id, report.configFile);
  }
  run.forget();
  await run.seen(id, 'PING', async () => {
    try {
      return (await run.say(id, [['PING']]))[0] === 'PONG';
    } catch (error) {
      if (error instanceof HumanError && !run.signal.aborted) return false; // not there yet
      throw error;
    }
  });
}

async function endBeside(run: FixContext, node: Node): Promise<void> {
  await run.tolerantly(node, [['SHUTDOWN']]).catch((error: unknown) => {
    if (!(error instanceof HumanError)) throw error; // it ends without a word
  });
  await delay(300, run.signal);
}
