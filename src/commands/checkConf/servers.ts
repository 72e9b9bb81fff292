import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mode } from '../../conf/types';
import { dryRunArguments, readVersion } from './verdict';

/** A server that can be asked about a file. */
export interface Oracle {
  /** For people: "redis-server 7.0.15". */
  readonly title: string;
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  /** Everything it printed. The text is given to it as a copy that is removed afterwards. */
  ask(text: Uint8Array, mode: Mode, signal: AbortSignal): Promise<string>;
}

/** What a container must offer: `sh` and the server. `input` goes to the command's standard input. */
export type Exec = (
  argv: readonly string[],
  input: string | undefined,
  signal: AbortSignal,
) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;

const deadlineMs = 10_000;
const programs = ['redis-server', 'valkey-server'] as const;

/** Programs to look for on PATH, those of the product first. */
export const programsFor = (product: 'redis' | 'valkey'): readonly string[] =>
  product === 'valkey' ? [...programs].reverse() : programs;

/** The first of `candidates`, names on PATH or paths, that is a server. Undefined when there is none. */
export async function installedServer(
  candidates: readonly string[],
  workingDirectory: string | undefined,
  signal: AbortSignal,
): Promise<Oracle | undefined> {
  for (const program of candidates) {
    const said = await run(program, ['--version'], undefined, signal);
    const version = said === undefined ? undefined : readVersion(said);
    if (version === undefined) continue;
    return {
      ...version,
      title: `${program} ${version.version}`,
      ask: async (text, mode, asking) => {
        const folder = await mkdtemp(join(tmpdir(), 'redis-conf-check-'));
        try {
          const file = join(folder, mode === 'sentinel' ? 'sentinel.conf' : 'redis.conf');
          await writeFile(file, text, { mode: 0o600 }); // it may hold passwords
          return (await run(program, dryRunArguments(file, mode), workingDirectory, asking)) ?? '';
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
    };
  }
  return undefined;
}

/** The server inside a running container. */
export async function containedServer(title: string, exec: Exec, signal: AbortSignal): Promise<Oracle | undefined> {
  for (const program of programs) {
    const said = await exec([program, '--version'], undefined, signal);
    const version = said.exitCode === 0 ? readVersion(said.stdout) : undefined;
    if (version === undefined) continue;
    return {
      ...version,
      title: `${title} (${program} ${version.version})`,
      ask: async (text, mode, asking) => {
        // The copy lies in a folder of its own that only this user can read, and is removed whatever happens.
        const script =
          'umask 077; folder=$(mktemp -d 2>/dev/null || mktemp -d -p /dev/shm) || exit 3; trap \'rm -rf "$folder"\' EXIT; cat > "$folder/check.conf"; program=$1; shift; "$program" "$folder/check.conf" "$@" 2>&1';
        const [, ...options] = dryRunArguments('', mode);
        const { stdout, stderr } = await exec(
          ['sh', '-c', script, 'sh', program, ...options],
          new TextDecoder().decode(text),
          asking,
        );
        return stdout + stderr;
      },
    };
  }
  return undefined;
}

/** What a program printed, whatever its exit code; undefined when there is no such program. */
function run(
  program: string,
  args: readonly string[],
  cwd: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { signal, timeout: deadlineMs, ...(cwd !== undefined && existsSync(cwd) && { cwd }), windowsHide: true },
      (error, stdout, stderr) => {
        if (error !== null && error.code === 'ENOENT') resolve(undefined);
        else if (error !== null && (error.name === 'AbortError' || error.killed === true)) reject(error);
        else resolve(stdout + stderr);
      },
    );
  });
}
