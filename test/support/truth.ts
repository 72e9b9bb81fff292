// What is so, found out by other means than the code under test: redis-cli and docker as programs, /proc for plain processes.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server as a witness knows it. */
export interface Witnessed {
  readonly name: string;
  readonly port: number;
  /** A container by id, or the number of a process. */
  readonly place: { readonly container: string } | { readonly pid: () => number | undefined };
}

/** One line a server, sorted: `redis-2: running, replica of redis-1, link up`. */
export type Rows = readonly string[];

/** Asks every server and its place; `password` goes through the environment. */
export async function truthOf(servers: readonly Witnessed[], password: string): Promise<Rows> {
  const names = new Map(servers.map(({ port, name }) => [port, name]));
  const states = await statesOf(servers);
  return (
    await Promise.all(
      servers.map(async (server, index) => {
        const state = states[index] ?? '';
        if (state !== 'running') return `${server.name}: ${state}`;
        return `${server.name}: running, ${await sayingOf(server, names, password)}`;
      }),
    )
  ).sort();
}

async function statesOf(servers: readonly Witnessed[]): Promise<readonly string[]> {
  const containers = servers.flatMap(({ place }) => ('container' in place ? [place.container] : []));
  const said =
    containers.length === 0
      ? []
      : (await run('docker', ['inspect', '--format', '{{.State.Status}}', ...containers])).stdout.trim().split('\n');
  return servers.map(({ place }) =>
    'container' in place ? (said[containers.indexOf(place.container)] ?? '') : stateOf(place.pid()),
  );
}

function stateOf(pid: number | undefined): string {
  try {
    const stat = pid === undefined ? 'Z' : (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) ?? 'Z');
    return stat.startsWith('T') ? 'paused' : /^[ZX]/.test(stat) ? 'exited' : 'running';
  } catch {
    return 'exited';
  }
}

async function sayingOf({ port }: Witnessed, names: ReadonlyMap<number, string>, password: string): Promise<string> {
  const cli = async (...words: string[]): Promise<string> => {
    try {
      // a frozen server would keep redis-cli waiting for ever
      return (
        await run('redis-cli', ['-p', String(port), ...words], {
          timeout: 1500,
          env: { ...process.env, REDISCLI_AUTH: password },
        })
      ).stdout.trim();
    } catch {
      return '';
    }
  };
  const role = await cli('ROLE');
  if (/WRONGPASS|NOAUTH/.test(role)) return 'wants another password';
  const [what = '', , masterPort = ''] = role.split('\n');
  if (what === 'sentinel') return sentinelSays(await cli('SENTINEL', 'MASTERS'), names);
  if (what !== 'master' && what !== 'slave') return 'silent';
  const info = fieldsOf(await cli('INFO', 'replication'));
  const own = (await cli('CLUSTER', 'NODES'))
    .split('\n')
    .find(line => line.includes('myself'))
    ?.split(' ');
  const slots =
    own === undefined || what !== 'master'
      ? ''
      : `, slots ${
          own
            .slice(8)
            .filter(word => !word.startsWith('['))
            .join(' ') || 'none'
        }`;
  const opinion =
    own === undefined ? '' : `, cluster ${fieldsOf(await cli('CLUSTER', 'INFO')).get('cluster_state') ?? ''}`;
  return `${what === 'master' ? `master${slots}` : `replica of ${names.get(Number(masterPort)) ?? masterPort}, link ${info.get('master_link_status') ?? ''}`}${opinion}`;
}

function sentinelSays(text: string, names: ReadonlyMap<number, string>): string {
  const words = text.split('\n');
  const port = words[words.indexOf('port') + 1];
  return `sentinel of ${names.get(Number(port)) ?? port}`;
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
