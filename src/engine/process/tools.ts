import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { deadline, isDeadline } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { EngineFault, ExecResult, TerminalCommand } from '../engine';
import { Collector } from '../text';
import { findTool } from './binaries';
import type { Held } from './manifests';
import { foldersOf } from './manifests';

const MOST_OUTPUT = 1024 * 1024;
const EXEC_MS = 60_000;
/** What may be run for a node here, where 'inside' is the user's own machine: the tools of Redis and Valkey, nothing else. */
const TOOLS = /^(?:redis|valkey)-(?:cli|server|sentinel|benchmark|check-aof|check-rdb)$/;

async function toolOf(held: Held, name: string | undefined): Promise<string> {
  const refuse = (text: string): never => {
    throw new HumanError<EngineFault>({ code: 'conflict', id: held.id, text });
  };
  if (name === undefined || !TOOLS.test(name)) return refuse(`${name ?? ''} is not a tool of Redis or Valkey`);
  const file = await findTool(name, held.binary, process.env['PATH'] ?? '');
  if (file === undefined) throw new HumanError<EngineFault>({ code: 'cli-missing', name });
  return file;
}

/** Runs one of the tools in the node's data folder. */
export async function runTool(
  held: Held,
  argv: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
  signal: AbortSignal | undefined,
): Promise<ExecResult> {
  const file = await toolOf(held, argv[0]);
  try {
    return await deadline(`exec ${argv[0]}`, EXEC_MS, signal, own =>
      run(file, argv.slice(1), foldersOf(held).data, options, own),
    );
  } catch (error) {
    if (isDeadline(error))
      throw new HumanError<EngineFault>({ code: 'engine-lost', endpoint: file, text: textOf(error) }, { cause: error });
    throw error;
  }
}

function run(
  file: string,
  args: readonly string[],
  cwd: string,
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const { PATH = ['/usr/bin', '/bin'].join(delimiter), HOME = '', LANG = 'C.UTF-8' } = process.env;
    const child = spawn(file, args, {
      cwd,
      signal,
      env: { PATH, HOME, LANG, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const kept = { stdout: new Collector(MOST_OUTPUT), stderr: new Collector(MOST_OUTPUT) };
    child.stdout.on('data', (chunk: Buffer) => kept.stdout.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => kept.stderr.add(chunk));
    child.stdin.on('error', () => undefined); // a tool may end before it has read its input
    child.on('error', reject);
    child.on('close', code =>
      resolve({ exitCode: code ?? -1, stdout: kept.stdout.text(), stderr: kept.stderr.text() }),
    );
    child.stdin.end(options.input ?? '');
  });
}

/** The tool itself; its secret in the terminal's environment. */
export async function toolTerminal(
  held: Held,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TerminalCommand> {
  return { file: await toolOf(held, argv[0]), args: argv.slice(1), env };
}
