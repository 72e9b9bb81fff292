/** The packed table of directives (made by scripts/packConfFacts.mjs) as plain rows. Sets of servers are bit masks over `measured`. */
import type { Product } from './target';

export interface PackedName {
  name: string;
  in?: number;
  alias?: number;
  ignored?: number;
  since: Partial<Record<Product, string>>;
  gone?: Partial<Record<Product, string>>;
}
export interface PackedFacts {
  in: number;
  type: string;
  min?: string;
  max?: string;
  default?: string;
  values?: string;
  check?: string;
  ifdef?: string;
  flags?: string;
}
export interface PackedSetting {
  name: string;
  names: PackedName[];
  facts: PackedFacts[];
}

export interface Packed {
  readonly types: readonly string[];
  /** Limits that many settings have, written `~` and their index. */
  readonly limits: readonly string[];
  readonly flags: readonly string[];
  /** `name=names=facts`; several names and facts are parted by `|`, their fields by `/`. */
  readonly rows: readonly string[];
}

export function unpackRows(packed: Packed): PackedSetting[] {
  const bits = (text: string): number | undefined => (text === '' ? undefined : parseInt(text, 36));
  const version = (text: string): string | undefined =>
    text === '' ? undefined : text === '*' ? '7.2.5' : text.split('.').length === 2 ? `${text}.0` : text;
  const limit = (text: string): string | undefined =>
    text === '' ? undefined : text.startsWith('~') ? packed.limits[Number(text.slice(1))] : text;
  const versions = (redis: string, valkey: string): PackedName['since'] =>
    known({ redis: version(redis), valkey: version(valkey) });

  const readName = (item: string, row: string): PackedName => {
    const [name = '', on = '', alias = '', ignored = '', redis = '', valkey = '', goneRedis = '', goneValkey = ''] =
      item.split('/');
    const gone = versions(goneRedis, goneValkey);
    return {
      name: name === '' ? row : name,
      since: versions(redis, valkey),
      ...known({
        in: bits(on),
        alias: bits(alias),
        ignored: bits(ignored),
        gone: Object.keys(gone).length === 0 ? undefined : gone,
      }),
    };
  };
  const readFacts = (item: string): PackedFacts => {
    const [on = '', type = '', min = '', max = '', standard = '', values = '', check = '', ifdef = '', flags = ''] =
      item.split('/');
    const text = (field: string): string | undefined => (field === '' ? undefined : field);
    return {
      in: bits(on) ?? 0,
      type: packed.types[parseInt(type, 36)] ?? 'string',
      ...known({
        min: limit(min),
        max: limit(max),
        default: standard === '~' ? '' : limit(standard),
        values: text(values),
        check: text(check),
        ifdef: text(ifdef),
        flags: text([...flags].map(digit => packed.flags[Number(digit)]).join(' ')),
      }),
    };
  };
  return packed.rows.map(row => {
    const [name = '', names = '', facts = ''] = row.split('=');
    return {
      name,
      names: names.split('|').map(item => readName(item, name)),
      facts: facts === '' ? [] : facts.split('|').map(readFacts),
    };
  });
}

/** Without what is not known. */
function known<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
