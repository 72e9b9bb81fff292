/**
 * The directives of one server: names, aliases, types, limits. The facts were measured (scripts/conf-facts) and are
 * packed into data/directives.json by scripts/packConfFacts.mjs; sets of servers are bit masks over `measured`.
 */
import packed from './data/directives.json';
import { measured } from './target';
import type { Product, Target } from './target';
import { unpackRows } from './unpack';
import type { PackedFacts, PackedSetting } from './unpack';

export type ValueType =
  | 'bool'
  | 'enum'
  | 'int'
  | 'memory'
  | 'octal'
  | 'string'
  | 'path'
  | 'addresses'
  | 'buffer-limits'
  | 'event-flags'
  | 'host-port'
  | 'int-triple'
  | 'percentiles'
  | 'save-points';

/** What one server knows of a setting. */
export interface Setting {
  /** The name that this server lists first. */
  readonly name: string;
  /** The same on every server and version: use it to compare settings across targets. */
  readonly id: string;
  readonly type: ValueType;
  /** C type of numbers: `int`, `uint`, `longlong`, `ulong`, `size_t`, `off_t`, `ssize_t`, `time_t`, `ulonglong`. */
  readonly ctype: string;
  readonly min: bigint | undefined;
  readonly max: bigint | undefined;
  /** As `CONFIG GET` prints it on a fresh server; undefined when unset. */
  readonly default: string | undefined;
  readonly values: readonly string[];
  /** Name of the extra check in the server's source. */
  readonly check: string | undefined;
  /** Whether `CONFIG SET` can change it; otherwise a restart is needed. */
  readonly mutable: boolean;
  readonly multiArg: boolean;
  readonly hidden: boolean;
  readonly sensitive: boolean;
  readonly percent: boolean;
  readonly emptyIsNull: boolean;
  /** The memory parser of 6.x takes a sign. */
  readonly signedMemory: boolean;
  /** `USE_OPENSSL` or `LOG_REQ_RES`: only in builds with it. */
  readonly ifdef: string | undefined;
  /** Other names that this server accepts for it. */
  readonly aliases: readonly string[];
}

/** What a server makes of a name. */
export interface Known {
  readonly setting: Setting | undefined;
  /** Set when the name is an alias: the name to prefer. */
  readonly aliasOf: string | undefined;
  /** Accepted with exactly one value and without effect. */
  readonly ignored: boolean;
}

/** Since when a product has a name, and since when no more. Versions as `7.0.0`; "2.2.0" means that or older. */
export interface History {
  readonly since: Partial<Record<Product, string>>;
  readonly gone: Partial<Record<Product, string>>;
  /** The id of the setting, see {@link Setting.id}. */
  readonly id: string;
}

export interface Table {
  lookup(name: string): Known | undefined;
  /** Every name that is accepted, aliases included, ignored ones not. */
  readonly names: readonly string[];
  readonly settings: readonly Setting[];
}

let unpacked: readonly PackedSetting[] | undefined;

/** Unpacked when the first table is asked for. */
const rows = (): readonly PackedSetting[] => (unpacked ??= unpackRows(packed));

const tables = new Map<number, Table>();

/** The table of a target; built once per server. */
export function tableFor(target: Pick<Target, 'index'>): Table {
  const ready = tables.get(target.index);
  if (ready !== undefined) return ready;
  const table = buildTable(target.index);
  tables.set(target.index, table);
  return table;
}

function buildTable(index: number): Table {
  const bit = 1 << index;
  const known = new Map<string, Known>();
  const settings: Setting[] = [];
  for (const row of rows()) {
    const facts = row.facts.find(one => (one.in & bit) !== 0);
    const primary = row.names.find(one => ((one.in ?? 0) & bit) !== 0);
    const setting = facts === undefined || primary === undefined ? undefined : unpack(row, primary.name, facts, bit);
    if (setting !== undefined) settings.push(setting);
    for (const one of row.names) {
      const is = ((one.in ?? 0) & bit) !== 0;
      const alias = ((one.alias ?? 0) & bit) !== 0;
      if ((is || alias) && setting !== undefined)
        known.set(one.name, { setting, aliasOf: alias ? setting.name : undefined, ignored: false });
      else if (((one.ignored ?? 0) & bit) !== 0)
        known.set(one.name, { setting: undefined, aliasOf: undefined, ignored: true });
    }
  }
  const names = [...known].filter(([, one]) => !one.ignored).map(([name]) => name);
  return { lookup: name => known.get(name), names, settings };
}

function unpack(row: PackedSetting, name: string, facts: PackedFacts, bit: number): Setting {
  const [type = 'string', ctype = ''] = facts.type.split(' ');
  const flags = ` ${facts.flags ?? ''} `;
  const has = (flag: string): boolean => flags.includes(` ${flag} `);
  return {
    name,
    id: row.name,
    type: type as ValueType,
    ctype,
    min: facts.min === undefined ? undefined : BigInt(facts.min),
    max: facts.max === undefined ? undefined : BigInt(facts.max),
    default: facts.default,
    values: facts.values?.split(' ') ?? [],
    check: facts.check,
    ifdef: facts.ifdef,
    mutable: has('mutable'),
    multiArg: has('multiArg'),
    hidden: has('hidden'),
    sensitive: has('sensitive'),
    percent: has('percent'),
    emptyIsNull: has('emptyIsNull'),
    signedMemory: has('signedMemory'),
    aliases: row.names.filter(one => ((one.alias ?? 0) & bit) !== 0).map(one => one.name),
  };
}

let histories: Map<string, History> | undefined;

/** What is known of a name on any server measured; undefined for a name that none ever had. */
export function historyOf(name: string): History | undefined {
  histories ??= new Map(
    rows().flatMap(row =>
      row.names.map(one => [one.name, { since: one.since, gone: one.gone ?? {}, id: row.name }] as const),
    ),
  );
  return histories.get(name);
}

/** The name by which a target knows the setting with this id, if it does. */
export function nameOnTarget(id: string, target: Target): string | undefined {
  return tableFor(target).settings.find(setting => setting.id === id)?.name;
}

/** The servers, newest last, that accept a name (as itself or as an alias). */
export function serversWith(name: string): readonly string[] {
  return measured.filter((_, index) => {
    const known = tableFor({ index }).lookup(name);
    return known !== undefined && !known.ignored;
  });
}
