// What must hold after anything that went wrong, found out without the code under test: /proc, and docker as a program.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { MemoryDeps } from './memoryDeps';
import { processesIn, standing } from './creations';
import type { Homed } from './creations';
import type { Untouched } from './crash';
import { docker } from './dockerWorld';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process ended meanwhile
  }
};

/** Local addresses (hex, as the kernel writes them) that the processes listen on. */
function listening(pids: readonly number[]): readonly string[] {
  const inodes = new Set(
    pids.flatMap(pid => {
      try {
        return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
          try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
          } catch {
            return []; // closed just now
          }
        });
      } catch {
        return []; // ended just now
      }
    }),
  );
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file =>
    read(file)
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
      .map(([, local = '']) => local.split(':')[0] ?? ''),
  );
}

/** While it stands: nothing listens but on loopback (I7), and the password is in no command line, environment or label (I6). */
export function assertDiscreet(where: Homed, password: string): void {
  if (where.engine === 'process') {
    const pids = processesIn(where.folder);
    assert.ok(pids.length > 0, 'nothing runs');
    assert.deepEqual([...new Set(listening(pids))], ['0100007F'], 'bound elsewhere than to 127.0.0.1');
    for (const pid of pids)
      assert.ok(
        !`${read(`/proc/${pid}/cmdline`)}${read(`/proc/${pid}/environ`)}`.includes(password),
        'a password shows',
      );
    return;
  }
  const ids = docker('ps', '-q', '--filter', `label=redis-topology.name=${where.name}`).split('\n');
  assert.ok(!docker('inspect', ...ids).includes(password), 'a password shows');
  const bound = docker(
    'inspect',
    '--format',
    '{{range $_, $all := .NetworkSettings.Ports}}{{range $all}}{{.HostIp}}\n{{end}}{{end}}',
    ...ids,
  );
  assert.deepEqual([...new Set(bound.split('\n').filter(line => line !== ''))], ['127.0.0.1']);
}

/** When it is over: nothing of ours without a journal (I1), nothing of anybody else's touched (I2), no secret kept. */
export async function assertNothingLeft(where: Homed, deps: MemoryDeps, decoys: Untouched): Promise<void> {
  assert.deepEqual(standing(where), [], 'left behind');
  assert.deepEqual(deps.records.keys(), [], 'a journal stayed');
  assert.equal(deps.secrets.kept.size, 0, 'a secret stayed');
  assert.equal(await decoys.changes(), '', 'somebody else was touched');
}

/** Rejections that nobody caught and sockets that nobody closed (I5): a count now, and what has come since. */
export class Strays {
  readonly #rejections: unknown[] = [];
  readonly #note = (reason: unknown): void => void this.#rejections.push(reason);
  readonly #sockets = Strays.#open();

  constructor() {
    process.on('unhandledRejection', this.#note);
    process.on('uncaughtException', this.#note);
  }

  static #open(): number {
    for (const stream of [process.stdout, process.stderr]) assert.ok(stream); // each opens its pipe when it is first asked for
    return process.getActiveResourcesInfo().filter(one => /^(TCPSocket|TCP|Pipe)Wrap$/.test(one)).length;
  }

  /** Call it when everything is disposed of. */
  assertNone(): void {
    process.off('unhandledRejection', this.#note);
    process.off('uncaughtException', this.#note);
    assert.deepEqual(this.#rejections, [], 'nobody caught it');
    assert.ok(Strays.#open() <= this.#sockets, `${Strays.#open()} sockets are open, ${this.#sockets} were`);
  }

  get rejections(): readonly unknown[] {
    return this.#rejections;
  }
}
