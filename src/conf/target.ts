/** Which server a file is for: product and version, and which measured table speaks for it. */
export type Product = 'redis' | 'valkey';

/** The servers whose behaviour was measured, oldest first per product; the columns of the directive table. */
export const measured = [
  'redis-6.0',
  'redis-6.2',
  'redis-7.0',
  'redis-7.2',
  'redis-7.4',
  'redis-8.0',
  'valkey-7.2',
  'valkey-8.0',
  'valkey-8.1',
  'valkey-9.1',
] as const;
export type Column = (typeof measured)[number];

export interface Target {
  readonly product: Product;
  readonly major: number;
  readonly minor: number;
  /** The table that is used: the newest measured one of the product that is not newer than the version. */
  readonly column: Column;
  /** Index of {@link column} in {@link measured}. */
  readonly index: number;
  /** The version is newer than every measured one, so an unknown name or value may well be known to it. */
  readonly beyond: boolean;
}

/** The newest Redis measured. */
export const defaultTarget: Target = {
  product: 'redis',
  major: 8,
  minor: 0,
  column: 'redis-8.0',
  index: measured.indexOf('redis-8.0'),
  beyond: false,
};

/**
 * Reads `redis 7.0`, `redis-7.0`, `redis:7.0.15`, `Redis 8.x`, `valkey 9`, `7.2` (Redis). `undefined` when it is none.
 * A missing or `x` minor means the newest measured of that major; a version older than all measured uses the oldest table.
 */
export function parseTarget(text: string): Target | undefined {
  const match = /^\s*(?:(redis|valkey)[\s:@/_-]*)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(?:\d+|x|\*))?(?:[-+~].*)?\s*$/i.exec(
    text,
  );
  if (match === null) {
    const product = /^\s*(redis|valkey)\s*$/i.exec(text)?.[1]?.toLowerCase();
    return product === undefined ? undefined : newest(product as Product);
  }
  const product = (match[1]?.toLowerCase() ?? 'redis') as Product;
  const major = Number(match[2]);
  const minorText = match[3];
  const open = minorText === undefined || minorText === 'x' || minorText === 'X' || minorText === '*';
  return makeTarget(product, major, open ? undefined : Number(minorText));
}

/** The target for a version; without `minor` the newest measured one of that major. */
export function makeTarget(product: Product, major: number, minor?: number): Target {
  const all = measured
    .filter(column => column.startsWith(product))
    .map(column => ({ column, version: versionOf(column) }));
  const wanted = minor ?? Math.max(0, ...all.filter(one => one.version.major === major).map(one => one.version.minor));
  const notNewer = all.filter(
    one => one.version.major < major || (one.version.major === major && one.version.minor <= wanted),
  );
  const last = all[all.length - 1];
  const chosen = notNewer[notNewer.length - 1] ?? all[0];
  if (chosen === undefined || last === undefined) throw new Error(`no table for ${product}`);
  // Valkey 9.0 was not measured and is far nearer to 9.1 than to 8.1.
  const column = product === 'valkey' && major === 9 ? 'valkey-9.1' : chosen.column;
  const between = versionOf(column);
  const beyond =
    major > last.version.major ||
    (major === last.version.major && wanted > last.version.minor) ||
    major < between.major ||
    (major === between.major && wanted < between.minor && major >= 9);
  return { product, major, minor: wanted, column, index: measured.indexOf(column), beyond };
}

/** The newest measured version of a product. */
export function newest(product: Product): Target {
  const column = measured.filter(one => one.startsWith(product)).at(-1) ?? defaultTarget.column;
  const { major, minor } = versionOf(column);
  return makeTarget(product, major, minor);
}

/** `redis-7.0`: how a target is written in settings, magic comments and on the command line. */
export function targetName(target: Target): string {
  return `${target.product}-${String(target.major)}.${String(target.minor)}`;
}

/** Whether the target behaves like `product` from `major.minor` on. */
export function atLeast(target: Target, product: Product, major: number, minor = 0): boolean {
  return target.product === product && (target.major > major || (target.major === major && target.minor >= minor));
}

/** Redis 7.0 and later, and every Valkey: where most of the strictness came in. */
export const modern = (target: Target): boolean => target.product === 'valkey' || target.major >= 7;

function versionOf(column: Column): { readonly major: number; readonly minor: number } {
  const [, version = ''] = column.split('-');
  const [major = '0', minor = '0'] = version.split('.');
  return { major: Number(major), minor: Number(minor) };
}
