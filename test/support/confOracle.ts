/**
 * What a real server says of a configuration file, without starting it: an option that must fail is appended, so a file
 * that loads ends with the complaint about that option, and one that does not ends with its own fault. Many files are
 * given to one shell loop: a verdict takes about 10 ms.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../src/conf/target';
import { parseTarget } from '../../src/conf/target';

/** A server that can be asked. */
export interface Oracle {
  readonly name: string;
  readonly target: Target;
  /** The program, as a shell word or several. */
  readonly program: string;
  /** An image to run it in; undefined: on this machine. */
  readonly image: string | undefined;
}

/** `line` of the fault, from 1; 0 when the file loads; -1 when the server died without naming a line (crash, missing include). */
export interface OracleVerdict {
  readonly line: number;
  readonly text: string;
}

export interface OracleFile {
  readonly content: string | Uint8Array;
  readonly sentinel: boolean;
}

/** The servers at hand: the one on PATH, and the images of the suites. */
export function oracles(): Oracle[] {
  const found: Oracle[] = [];
  const local = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  const version = /v=([0-9.]+)/.exec(local.stdout ?? '')?.[1];
  add(found, `redis ${version ?? ''}`, version, 'redis', 'redis-server', undefined);
  for (const [image, product, program] of [
    ['redis:8.0', 'redis', 'redis-server'],
    ['valkey/valkey:8.1', 'valkey', 'valkey-server'],
  ] as const) {
    const answer = spawnSync(
      'docker',
      ['run', '--rm', '--network', 'none', '--entrypoint', program, image, '--version'],
      { encoding: 'utf8' },
    );
    const inside = /v=([0-9.]+)/.exec(answer.stdout ?? '')?.[1];
    add(found, image, inside, product, program, image);
  }
  return found;
}

function add(
  found: Oracle[],
  name: string,
  version: string | undefined,
  product: string,
  program: string,
  image: string | undefined,
): void {
  const target = version === undefined ? undefined : parseTarget(`${product}-${version}`);
  if (target !== undefined) found.push({ name, target, program, image });
}

/** Asks about many files at once, in the order given. `extra` files lie beside them (includes). */
export async function ask(
  oracle: Oracle,
  files: readonly OracleFile[],
  extra: Readonly<Record<string, string>> = {},
): Promise<OracleVerdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conf-oracle-'));
  try {
    for (const [name, text] of Object.entries(extra)) writeFileSync(join(folder, name), text);
    mkdirSync(join(folder, 'q'));
    files.forEach((file, index) =>
      writeFileSync(join(folder, 'q', `${String(index)}${file.sentinel ? '.sentinel' : '.plain'}.conf`), file.content),
    );
    const loop = `cd ${oracle.image === undefined ? folder : '/w'} && i=0; while [ $i -lt ${String(files.length)} ]; do echo "@@ $i"; if [ -e q/$i.sentinel.conf ]; then ${oracle.program} q/$i.sentinel.conf --sentinel x-dry-run 2>&1; else ${oracle.program} q/$i.plain.conf --x-dry-run 2>&1; fi; i=$((i+1)); done`;
    const command =
      oracle.image === undefined
        ? ['sh', '-c', loop]
        : [
            'docker',
            'run',
            '--rm',
            '--network',
            'none',
            '-v',
            `${folder}:/w`,
            '--user',
            '0',
            '--entrypoint',
            'sh',
            oracle.image,
            '-c',
            loop,
          ];
    const output = await collect(command);
    const answers = output.split(/^@@ \d+\n/m).slice(1);
    if (answers.length !== files.length)
      throw new Error(
        `${oracle.name} answered ${String(answers.length)} of ${String(files.length)} times: ${output.slice(-300)}`,
      );
    return answers.map(readVerdict);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end; gives what it printed, byte for byte. */
export async function collect([program = '', ...args]: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  return Buffer.concat(parts).toString('latin1');
}

/** The line and text of the fault in the server's words, whatever it is called in this version. */
export function readVerdict(output: string): OracleVerdict {
  const match =
    /FATAL CONFIG FILE ERROR[^\n]*\nReading the configuration file, at line (\d+)\n>>> '([\s\S]*?)'\n([^\n]*)/.exec(
      output,
    );
  if (match === null) return { line: -1, text: output.trim().slice(0, 300) };
  const [, line = '0', shown = '', text = ''] = match;
  return /x-dry-run/.test(shown) ? { line: 0, text: '' } : { line: Number(line), text: `${shown}: ${text}` };
}
