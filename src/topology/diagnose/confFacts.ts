import { parseDocument } from '../../conf/document';
import { programsOf } from '../../model/programs';
import { reportOf } from '../../model/servers';
import type { Node } from '../../model/snapshot';
import type { ConfFacts } from './facts';

/** Where a node's conf file lies on this machine, when the engine shares its files with us. */
export interface ConfPlace {
  readonly inside: string;
  readonly path: string;
  readonly mounted: ConfFacts['mounted'];
}

export function confPlaceOf(node: Node): ConfPlace | undefined {
  const { instance } = node;
  const inside = confOf(node);
  if (instance === undefined || inside === undefined || !inside.startsWith('/')) return undefined;
  if (instance.engine === 'process') return { inside, path: inside, mounted: 'direct' };
  const covers = ({ target }: { readonly target: string }): boolean =>
    inside === target || inside.startsWith(target.endsWith('/') ? target : `${target}/`);
  // the innermost mount is the one that is seen
  const mount = instance.mounts
    .filter(one => one.kind === 'folder' && covers(one))
    .sort((a, b) => b.target.length - a.target.length)[0];
  if (mount === undefined) return undefined;
  return mount.target === inside
    ? { inside, path: mount.source, mounted: 'file' }
    : {
        inside,
        path: `${mount.source.replace(/\/$/, '')}/${inside.slice(mount.target.length).replace(/^\//, '')}`,
        mounted: 'folder',
      };
}

/** What the server says, else what its command names: a server that never came up said nothing. */
function confOf(node: Node): string | undefined {
  const said = reportOf(node.contact)?.configFile;
  if (said !== undefined && said !== '') return said;
  if (node.instance === undefined || node.id !== node.instance.id) return undefined;
  for (const words of programsOf(node.instance)) {
    const program = words.findIndex(word => /(^|\/)(redis|valkey)-(server|sentinel)$/.test(word));
    const next = words[program + 1];
    if (program >= 0) return next === undefined || next.startsWith('-') ? undefined : next;
  }
  return undefined;
}

/** Parses each text once. */
export class ConfReader {
  readonly #parsed = new Map<string, { readonly text: string; readonly document: ConfFacts['document'] }>();

  /** @param readText the file's text; undefined when it cannot be read, or is too big to be a conf */
  constructor(private readonly readText: (path: string) => Promise<string | undefined>) {}

  async read(node: Node): Promise<ConfFacts | undefined> {
    const place = confPlaceOf(node);
    const text = place && (await this.readText(place.path));
    if (place === undefined || text === undefined) return undefined;
    let known = this.#parsed.get(place.path);
    if (known?.text !== text) {
      known = { text, document: parseDocument(text, place.path) };
      this.#parsed.set(place.path, known);
    }
    return { ...place, document: known.document };
  }
}
