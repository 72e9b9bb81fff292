import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inSlices } from './slices';

/** One process of this machine. `start` tells it from every other that ever had the same number, on this machine since ever. */
export interface SeenProcess {
  readonly start: string;
  readonly state: 'running' | 'paused' | 'ended';
}

/** Looks at processes by number. Those that don't exist are not in the answer. */
export interface ProcessTable {
  look(pids: readonly number[]): Promise<ReadonlyMap<number, SeenProcess>>;
  /** Without giving way: between the birth of a process and the note of its number nothing may come that could fail. */
  lookNow(pid: number): SeenProcess | undefined;
}

/** Linux reads /proc, a few microseconds each; other systems ask `ps` once for all. */
export function processTable(platform: string = process.platform): ProcessTable {
  return platform === 'linux' ? { look: lookInProc, lookNow: lookInProcNow } : { look: lookByPs, lookNow: lookByPsNow };
}

/** The start time is in ticks since boot, so the boot belongs to it. */
const bootId = (() => {
  let kept: string | undefined;
  return (): string => (kept ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
})();

function lookInProcNow(pid: number): SeenProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // it has ended already
  }
  const seen = readStat(stat);
  return seen && { start: `${bootId()} ${seen.ticks}`, state: seen.state };
}

async function lookInProc(pids: readonly number[]): Promise<ReadonlyMap<number, SeenProcess>> {
  const found = await inSlices(pids, pid => {
    const seen = lookInProcNow(pid);
    return seen === undefined ? [] : [[pid, seen] as const];
  });
  return new Map(found.flat());
}

/** Reads /proc/PID/stat. The name in brackets may hold blanks and brackets, so fields count from its last bracket: state is the 3rd, start time the 22nd. */
export function readStat(stat: string): { readonly ticks: string; readonly state: SeenProcess['state'] } | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [letter, ticks] = [fields[0], fields[19]];
  if (letter === undefined || ticks === undefined || !/^\d+$/.test(ticks)) return undefined;
  return { ticks, state: stateOf(letter) };
}

function stateOf(letters: string): SeenProcess['state'] {
  // T: stopped by a signal; Z: ended, its parent has not asked; X: being removed.
  return letters.startsWith('T') ? 'paused' : letters.startsWith('Z') || letters.startsWith('X') ? 'ended' : 'running';
}

/** The time zone is fixed, because `ps` writes the start as local time without saying which. */
const PS = ['-o', 'pid=,state=,lstart='] as const;
const psOptions = (): { readonly env: Record<string, string>; readonly timeout: number } => ({
  env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' },
  timeout: 5000,
});

function lookByPs(pids: readonly number[]): Promise<ReadonlyMap<number, SeenProcess>> {
  if (pids.length === 0) return Promise.resolve(new Map());
  return new Promise(resolve => {
    // ps fails when none of the numbers exists, and prints nothing.
    execFile('ps', [...PS, '-p', pids.join(',')], psOptions(), (_error, stdout) => resolve(readPs(stdout)));
  });
}

function lookByPsNow(pid: number): SeenProcess | undefined {
  try {
    return readPs(
      execFileSync('ps', [...PS, '-p', String(pid)], {
        ...psOptions(),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ).get(pid);
  } catch {
    return undefined; // it has ended already
  }
}

export function readPs(text: string): ReadonlyMap<number, SeenProcess> {
  return new Map(
    text.split('\n').flatMap(line => {
      const match = /^\s*(\d+)\s+(\S+)\s+(\S.*\S)\s*$/.exec(line);
      return match
        ? [[Number(match[1]), { start: match[3]!.replace(/\s+/g, ' '), state: stateOf(match[2]!) }] as const]
        : [];
    }),
  );
}
