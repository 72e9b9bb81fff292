import type { ServerImage } from '../engine';
import { mapLimit } from '../../base/abort';
import type { Calls } from './calls';
import { list, number, record, text, textMap, texts } from './read';
import type { Raw } from './read';

/** What an image says about the server in it. */
export interface ServerInside {
  readonly product: 'redis' | 'valkey';
  readonly version?: string;
  /** What to run: a bare name is looked up in the image's PATH. */
  readonly binary: string;
}

const TOOLS = /insight|commander|exporter|operator|sentinel-proxy|twemproxy|proxy|-cli$|adminer|dashboard|browser/i;
const SERVER = /(?:^|\/)((?:redis|valkey)-server)$/;

/** The part of a reference after registry and organisation, without tag and digest. */
export function repositoryName(reference: string): string {
  const path = reference.split('@')[0]!;
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.split(':')[0]!;
}

export function tagOf(reference: string): string | undefined {
  const path = reference.split('@')[0]!;
  return path.slice(path.lastIndexOf('/') + 1).split(':')[1];
}

/** Whether a repository's name says that it holds a server (and not a tool around one). */
export function namesServer(reference: string): boolean {
  const name = repositoryName(reference);
  return /redis|valkey/i.test(name) && !TOOLS.test(name);
}

/**
 * Reads an inspected image: by what it starts, its environment, its labels, its tags, in this order of trust. `undefined`
 * when nothing speaks of a Redis or Valkey server.
 */
export function serverInside(image: Raw, reference: string): ServerInside | undefined {
  const config = record(image['Config']);
  const env = new Map(
    texts(config['Env']).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );
  const labels = textMap(config['Labels']);
  const started = [...texts(config['Entrypoint']), ...texts(config['Cmd'])]
    .flatMap(word => word.split(/\s+/))
    .find(word => SERVER.test(word));
  const title = labels['org.opencontainers.image.title'] ?? '';
  const named = [env.get('BITNAMI_APP_NAME') ?? '', title, repositoryName(reference)].find(
    word => /redis|valkey/i.test(word) && !TOOLS.test(word),
  );
  if (started === undefined && named === undefined && !env.has('REDIS_VERSION') && !env.has('VALKEY_VERSION'))
    return undefined;
  const product =
    started !== undefined
      ? started.includes('valkey')
        ? 'valkey'
        : 'redis'
      : env.has('VALKEY_VERSION') || (!env.has('REDIS_VERSION') && /valkey/i.test(named ?? ''))
        ? 'valkey'
        : 'redis';
  const said =
    env.get(product === 'valkey' ? 'VALKEY_VERSION' : 'REDIS_VERSION') ??
    (env.get('BITNAMI_APP_NAME') === product ? env.get('APP_VERSION') : undefined) ??
    (/redis|valkey/i.test(title) ? labels['org.opencontainers.image.version'] : undefined) ??
    tagOf(reference);
  const version = said === undefined ? undefined : /^v?(\d+(?:\.\d+){0,3})/.exec(said)?.[1];
  return { product, ...(version === undefined ? {} : { version }), binary: started ?? `${product}-server` };
}

/** Lists the server images at hand. Inspected ones are remembered: an image never changes under its id. */
export class Images {
  readonly #inspected = new Map<string, Raw>();

  constructor(private readonly calls: Calls) {}

  async list(signal: AbortSignal | undefined): Promise<readonly ServerImage[]> {
    const listed = await this.calls.json('GET', '/images/json', { signal }, value => list(value).map(record));
    const found = await mapLimit(listed, 8, async image => {
      const id = text(image['Id']);
      const references = texts(image['RepoTags']).filter(tag => !tag.includes('<none>'));
      if (id === undefined || references.length === 0) return [];
      const inspected = await this.#inspect(id, signal);
      const size = number(image['Size']);
      return references.flatMap((reference): ServerImage[] => {
        const inside = inspected && serverInside(inspected, reference);
        if (!inside || TOOLS.test(repositoryName(reference))) return [];
        return [
          {
            reference,
            id,
            product: inside.product,
            ...(inside.version === undefined ? {} : { version: inside.version }),
            ...(size === undefined ? {} : { sizeBytes: size }),
          },
        ];
      });
    });
    return found.flat().sort(newestRedisFirst);
  }

  /** What is inside `reference`; `image-missing` when it is not at hand. */
  async inside(reference: string, signal: AbortSignal | undefined): Promise<ServerInside> {
    const image = await this.calls.json(
      'GET',
      `/images/${encodeReference(reference)}/json`,
      { signal, about: { image: reference } },
      record,
    );
    return serverInside(image, reference) ?? { product: 'redis', binary: 'redis-server' };
  }

  async #inspect(id: string, signal: AbortSignal | undefined): Promise<Raw | undefined> {
    const kept = this.#inspected.get(id);
    if (kept) return kept;
    const image = await this.calls.json('GET', `/images/${id}/json`, { signal, done: [404] }, record);
    if (text(image['Id']) === undefined) return undefined; // removed since the list
    this.#inspected.set(id, image);
    return image;
  }
}

/** Slashes of a reference belong into the path; nothing else of it may change the request. */
export function encodeReference(reference: string): string {
  return reference.split('/').map(encodeURIComponent).join('/');
}

export function newestRedisFirst(a: ServerImage, b: ServerImage): number {
  if (a.product !== b.product) return a.product === 'redis' ? -1 : 1;
  return (
    Number(isOfficial(b)) - Number(isOfficial(a)) ||
    compareVersions(b.version, a.version) ||
    a.reference.localeCompare(b.reference)
  );
}

/** The first of the list is what is taken unasked: an image of somebody's own may start its server in ways of its own, whatever its version. */
function isOfficial({ reference }: ServerImage): boolean {
  return /^(?:docker\.io\/(?:library\/)?)?(?:redis|valkey\/valkey)(?:[:@]|$)/.test(reference);
}

/** Negative when `a` is older; an unknown version is older than all. */
export function compareVersions(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a, b].map(version => (version === undefined ? [-1] : version.split('.').map(Number)));
  for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
    const difference = (left![index] ?? 0) - (right![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
