import { delay } from '../../base/abort';
import type { ExecResult } from '../engine';
import type { Calls } from './calls';
import { fail } from './faults';
import { isRecord, number, record, text } from './read';
import { Collector, Lines } from '../text';
import { Demultiplexer, consume } from './streams';

const MOST_OUTPUT = 1024 * 1024;
const EXEC_MS = 60_000;

/**
 * Hands on the log line by line. stdout and stderr are each cut into lines of their own and come in the order of arrival.
 * @param whose `containers/<id>` or `services/<id>`
 * @param tty a container with a terminal sends its output plain, without frames
 */
export async function followLogs(
  calls: Calls,
  whose: string,
  tty: boolean,
  options: { readonly tail: number; readonly follow: boolean },
  onLine: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return;
  const own = new AbortController();
  const onAbort = (): void => own.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const reply = await calls.stream('GET', `/${whose}/logs`, {
      query: { stdout: 1, stderr: 1, tail: options.tail, follow: options.follow ? 1 : 0 },
      signal: own.signal,
      about: { id: whose.slice(whose.indexOf('/') + 1) },
    });
    const lines = { 1: new Lines(onLine), 2: new Lines(onLine) };
    const frames = new Demultiplexer((stream, chunk) => lines[stream].feed(chunk));
    const reading = consume(reply, chunk => (tty ? lines[1].feed(chunk) : frames.feed(chunk)), own.signal);
    const ended = options.follow
      ? await reading
      : await calls.within('reading the log', EXEC_MS, undefined, () => reading);
    for (const part of Object.values(lines)) part.end();
    if (!ended && !own.signal.aborted) await lost(calls, 'the log was cut');
  } catch (error) {
    if (!signal?.aborted) throw error; // to be told to end is one of the ways to end
  } finally {
    signal?.removeEventListener('abort', onAbort);
    own.abort();
  }
}

/** Runs `argv` in the container, no shell in between, and waits for its end. */
export async function execute(
  calls: Calls,
  id: string,
  argv: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly user?: string },
  signal: AbortSignal | undefined,
): Promise<ExecResult> {
  const { input, env = {}, user } = options;
  const exec = await calls.json(
    'POST',
    `/containers/${id}/exec`,
    {
      body: {
        AttachStdin: input !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        Cmd: argv,
        ...(user === undefined ? {} : { User: user }),
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      },
      signal,
      about: { id },
    },
    value => {
      const made = isRecord(value) ? text(value['Id']) : undefined;
      if (made === undefined) throw new Error('no Id');
      return made;
    },
  );
  const kept = { 1: new Collector(MOST_OUTPUT), 2: new Collector(MOST_OUTPUT) };
  await calls.within(`exec ${argv[0]}`, EXEC_MS, signal, async inner => {
    const frames = new Demultiplexer((stream, chunk) => kept[stream].add(chunk));
    const start = { body: { Detach: false, Tty: false }, signal: inner, about: { id } };
    // Only input needs the connection itself; without it a plain reply passes every proxy.
    const stream =
      input === undefined
        ? await calls.stream('POST', `/exec/${exec}/start`, start)
        : await calls.upgrade(`/exec/${exec}/start`, start);
    const reading = consume(stream, chunk => frames.feed(chunk), inner);
    if (input !== undefined && 'end' in stream) stream.end(input);
    if (!(await reading)) await lost(calls, 'the output was cut');
  });
  return { exitCode: await exitCodeOf(calls, exec, signal), stdout: kept[1].text(), stderr: kept[2].text() };
}

/** The daemon closes the output a moment before it notes the end. */
async function exitCodeOf(calls: Calls, exec: string, signal: AbortSignal | undefined): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const state = await calls.json('GET', `/exec/${exec}/json`, { signal }, record);
    const code = number(state['ExitCode']);
    if (state['Running'] !== true && code !== undefined) return code;
    if (attempt >= 40)
      return fail({
        code: 'bad-reply',
        call: `GET /exec/${exec}/json`,
        text: 'no exit code although the output ended',
      });
    await delay(50, signal);
  }
}

async function lost(calls: Calls, words: string): Promise<never> {
  return fail({ code: 'engine-lost', endpoint: (await calls.connection()).endpoint.text, text: words });
}
