// Which processes of this machine stand in a folder, by their working directory (a Redis server rewrites its own command line).
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sep } from 'node:path';

/** Numbers of the processes whose working directory is `folder` or below it. Linux only. */
export function processesIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      const cwd = workingDirectory(pid);
      return cwd === folder || cwd?.startsWith(folder + sep);
    });
}

/** Ends, without asking them, the processes that a failed test left in `folder`. */
export function killProcessesIn(folder: string): void {
  for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // it ended just now, or is not ours to look at
  }
}

/** The argument vectors of all processes of this machine, as anybody on it can read them. Linux only. */
export function commandLines(): readonly (readonly string[])[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      } catch {
        return []; // it ended just now
      }
    });
}
