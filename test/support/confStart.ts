/**
 * What a server does with a configuration file in a full start, in a container without network: it comes up, or it ends,
 * with the line when it named one. Slower than the dry run of confOracle.ts, but it sees what is only met at start.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { collect } from './confOracle';

/** A small file with what lies beside it. Contents are text, or bytes in base64. */
export interface Probe {
  readonly name: string;
  readonly mode: 'redis' | 'sentinel';
  readonly text?: string;
  readonly base64?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The name of the file in the folder; c.conf without. */
  readonly main?: string;
  /** Names of {@link files} that may be executed. */
  readonly runnable?: readonly string[];
  /** What each of {@link startServers} did with it, as kept. */
  readonly verdicts?: readonly Verdict[];
  /** It depends on the machine or build, so we must not claim an error (docs/conf-agreement.md). */
  readonly env?: true;
}

/** The line of the fault, from 1; 0: it came up; -1: it ended without naming a line. */
export type Verdict = number;

export interface StartVerdict {
  readonly verdict: Verdict;
  readonly message: string;
}

/** An image of the suites and the program in it. */
export interface StartServer {
  readonly target: string;
  readonly image: string;
  readonly program: string;
}

export const startServers: readonly StartServer[] = [
  { target: 'redis-7.0', image: 'redis:7.0', program: 'redis-server' },
  { target: 'redis-8.0', image: 'redis:8.0', program: 'redis-server' },
  { target: 'valkey-8.1', image: 'valkey/valkey:8.1', program: 'valkey-server' },
];

export const bytesOf = (probe: Probe): Buffer =>
  probe.base64 === undefined ? Buffer.from(probe.text ?? '', 'utf8') : Buffer.from(probe.base64, 'base64');

/** Runs inside: starts one after the other, waits until it is up or out, ends what is left of it. */
const script = (program: string, count: number): string => `
mkdir -p /o
i=0
while [ $i -lt ${String(count)} ]; do
  cd /w/$i
  main=$(cat /w/$i.main)
  if [ -e /w/$i.sentinel ]; then ${program} "$main" --sentinel >/o/$i 2>&1 & else ${program} "$main" >/o/$i 2>&1 & fi
  pid=$!
  n=0
  while kill -0 $pid 2>/dev/null && [ $n -lt 300 ]; do
    grep -q 2>/dev/null 'Ready to accept connections\\|Sentinel ID is' /o/$i && break
    sleep 0.02
    n=$((n+1))
  done
  sleep 0.03
  if kill -0 $pid 2>/dev/null; then up=up; else up=out; fi
  for p in /proc/[0-9]*; do case "$(cat $p/comm 2>/dev/null)" in redis-*|valkey-*) kill -9 \${p#/proc/} ;; esac; done
  wait $pid 2>/dev/null
  code=$?
  echo "@@ $i $up $code"
  cat /o/$i
  echo
  i=$((i+1))
done`;

/** Starts a server on each probe, in the order given. */
export async function startAll(server: StartServer, probes: readonly Probe[]): Promise<StartVerdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conf-start-'));
  try {
    probes.forEach((probe, index) => {
      mkdirSync(join(folder, String(index)));
      if (probe.mode === 'sentinel') writeFileSync(join(folder, `${String(index)}.sentinel`), '');
      const main = probe.main ?? 'c.conf';
      writeFileSync(join(folder, `${String(index)}.main`), main);
      for (const [name, content] of Object.entries(probe.files ?? {})) {
        if (name === main) continue;
        mkdirSync(dirname(join(folder, String(index), name)), { recursive: true });
        if (!name.endsWith('/'))
          writeFileSync(join(folder, String(index), name), content, {
            mode: probe.runnable?.includes(name) === true ? 0o755 : 0o644,
          });
        else mkdirSync(join(folder, String(index), name), { recursive: true });
      }
      writeFileSync(join(folder, String(index), main), bytesOf(probe));
    });
    writeFileSync(join(folder, 'run.sh'), script(server.program, probes.length));
    const output = await collect([
      'docker',
      'run',
      '--rm',
      '--init',
      '--network',
      'none',
      '-v',
      `${folder}:/w`,
      '--user',
      '0',
      '--entrypoint',
      'sh',
      server.image,
      '/w/run.sh',
    ]);
    const parts = output.split(/^@@ (\d+) (up|out) (\d+)\n/m);
    return probes.map((probe, index) => {
      const at = 1 + index * 4;
      if (parts[at] !== String(index))
        throw new Error(`${server.image} gave no answer for ${probe.name}: ${output.slice(-500)}`);
      return verdictOf(parts[at + 1] === 'up' || parts[at + 2] === '0', Number(parts[at + 2]), parts[at + 3] ?? '');
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdictOf(up: boolean, code: number, output: string): StartVerdict {
  if (up) return { verdict: 0, message: '' };
  const fatal =
    /FATAL CONFIG FILE ERROR[^\n]*\n(?:Reading the configuration file, at line (\d+)\n>>> '[\s\S]*?'\n)?([^\n]*)/.exec(
      output,
    );
  if (fatal !== null) return { verdict: fatal[1] === undefined ? -1 : Number(fatal[1]), message: fatal[2] ?? '' };
  const warnings = output
    .split('\n')
    .filter(line => / # |Fatal|\*\*\*|ERR/.test(line))
    .map(line => line.replace(/^.*? # /, ''));
  const said = warnings
    .filter(
      line =>
        !/^WARNING|oO0|Warning: no config|version=|Configuration loaded|Server initialized|-----|Software Failure|Guru/.test(
          line,
        ),
    )
    .map(line => line.replace(/ ?WARNING: ACL errors.*/, ''));
  return {
    verdict: -1,
    message: [...(code > 128 && code !== 137 ? [`it crashes (signal ${String(code - 128)})`] : []), ...said]
      .join('; ')
      .slice(0, 400),
  };
}

/** The probes that are kept, with what the servers did. */
export const readProbes = (path: string): readonly Probe[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { readonly probes: readonly Probe[] }).probes;
