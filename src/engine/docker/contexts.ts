import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Surroundings, Tls } from './endpoint';
import { record, text } from './read';

/**
 * The current Docker context's endpoint, read from the files that the Docker command line keeps
 * (`~/.docker/config.json`, `contexts/meta/<sha256 of the name>/meta.json`, `contexts/tls/<same>/docker/*.pem`).
 * `undefined` for the context `default`, which means 'the platform's socket'.
 */
export async function readContext(
  around: Surroundings,
): Promise<{ readonly host: string; readonly tls?: Tls } | undefined> {
  const folder = around.env['DOCKER_CONFIG'] || join(around.home, '.docker');
  const name =
    around.env['DOCKER_CONTEXT'] || text(parse(await around.read(join(folder, 'config.json')))['currentContext']);
  if (name === undefined || name === 'default') return undefined;
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
  return Object.keys(present).length > 0 || skip ? { host, tls: { ...present, verify: !skip } } : { host };
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
