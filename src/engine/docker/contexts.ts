import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Surroundings, Tls } from './endpoint';
import { record, text } from './read';

/** A Docker context as the command line keeps it. */
export interface DockerContext {
  readonly name: string;
  readonly host: string;
  readonly tls?: Tls;
}

const folderOf = ({ env, home }: Surroundings): string => env['DOCKER_CONFIG'] || join(home, '.docker');

/** The context that the command line uses: named by the environment, else the one switched to. `default` means 'the platform's socket'. */
export async function currentContext(around: Surroundings): Promise<string> {
  return (
    around.env['DOCKER_CONTEXT'] ||
    (text(parse(await around.read(join(folderOf(around), 'config.json')))['currentContext']) ?? 'default')
  );
}

/** All that there are besides `default`, by name. */
export async function listContexts(around: Surroundings): Promise<readonly DockerContext[]> {
  const folder = join(folderOf(around), 'contexts', 'meta');
  const found: (DockerContext | undefined)[] = [];
  for (const key of await around.list(folder)) {
    const name = text(parse(await around.read(join(folder, key, 'meta.json')))['Name']);
    if (name !== undefined) found.push(await readContext(around, name));
  }
  return found.filter(context => context !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A context's endpoint, read from the files that the Docker command line keeps
 * (`~/.docker/config.json`, `contexts/meta/<sha256 of the name>/meta.json`, `contexts/tls/<same>/docker/*.pem`).
 * `undefined` for the context `default`, and for one that is not there.
 */
export async function readContext(around: Surroundings, name: string): Promise<DockerContext | undefined> {
  if (name === 'default') return undefined;
  const folder = folderOf(around);
  const key = createHash('sha256').update(name).digest('hex');
  const meta = parse(await around.read(join(folder, 'contexts', 'meta', key, 'meta.json')));
  const endpoint = record(record(meta['Endpoints'])['docker']);
  const host = text(endpoint['Host']);
  if (host === undefined) return undefined;
  const pems = join(folder, 'contexts', 'tls', key, 'docker');
  const present: { ca?: string; cert?: string; key?: string } = {};
  for (const part of ['ca', 'cert', 'key'] as const)
    if (await around.exists(join(pems, `${part}.pem`))) present[part] = join(pems, `${part}.pem`);
  const skip = endpoint['SkipTLSVerify'] === true;
  return { name, host, ...(Object.keys(present).length > 0 || skip ? { tls: { ...present, verify: !skip } } : {}) };
}

/** A half-written or hand-edited file reads as empty: discovery then goes on to the next place. */
function parse(content: string | undefined): Readonly<Record<string, unknown>> {
  if (content === undefined) return {};
  try {
    return record(JSON.parse(content));
  } catch {
    return {};
  }
}
