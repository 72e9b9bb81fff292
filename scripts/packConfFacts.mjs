// Makes the tables that ship, src/conf/data/{directives,commands}.json, from the measured facts in scripts/conf-facts/, and
// conf-facts/table.json, the same table of directives to read. Run it after a new server was measured: `node scripts/packConfFacts.mjs`.
//
// Sets of servers become bit masks over `measured` in src/conf/target.ts (bit 0 = redis-6.0).
import { readFileSync, writeFileSync } from 'node:fs';

/** @param {string} name */
const read = name =>
  JSON.parse(
    readFileSync(new URL(`./conf-facts/${name}`, import.meta.url), 'utf8')
      // Limits beyond 2^53 lose digits as numbers: keep them as text.
      .replace(/:\s*(-?\d{16,})(?=\s*[,}\]])/g, ':"$1"'),
  );
const directives = read('directives.json');
const commands = read('commands.json');
const servers = directives.measured;
/** @type {(list: readonly string[] | undefined) => number} */
const mask = list => (list ?? []).reduce((bits, server) => bits | (1 << servers.indexOf(server)), 0);

const flagNames = [
  'mutable',
  'multiArg',
  'hidden',
  'sensitive',
  'protected',
  'denyLoading',
  'emptyIsNull',
  'percent',
  'signedMemory',
  'parsedOutsideTable',
];
/** @param {Readonly<Record<string, unknown>>} facts */
const flags = facts => flagNames.filter(name => facts[name] === true).join(' ');

/** @param {any} spec facts of one group of servers, as measured */
function compactFacts({ servers: on, facts }) {
  const { type, ctype, min, max, values, check, ifdef } = facts;
  return {
    in: mask(on),
    type: ctype === undefined ? type : `${type} ${ctype}`,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(facts.default !== undefined && facts.default !== null && { default: facts.default }),
    ...(values !== undefined && { values: values.join(' ') }),
    ...(check !== undefined && { check }),
    ...(ifdef !== undefined && { ifdef }),
    ...(flags(facts) !== '' && { flags: flags(facts) }),
  };
}

/** @param {any} entry one name, as measured */
function compactName(entry) {
  const since = {
    ...(entry.redis?.since && { redis: entry.redis.since }),
    ...(entry.valkey?.since && { valkey: entry.valkey.since }),
  };
  const gone = {
    ...(entry.redis?.goneBy && { redis: entry.redis.goneBy }),
    ...(entry.valkey?.goneBy && { valkey: entry.valkey.goneBy }),
  };
  const ignored = mask(entry.acceptedAndIgnoredBy);
  return {
    name: entry.name,
    ...(entry.nameIn?.length && { in: mask(entry.nameIn) }),
    ...(entry.aliasIn?.length && { alias: mask(entry.aliasIn) }),
    ...(ignored !== 0 && { ignored }),
    since,
    ...(Object.keys(gone).length > 0 && { gone }),
  };
}

const table = [
  ...directives.directives.map((/** @type {any} */ { name, names, spec }) => ({
    name,
    names: names.map(compactName),
    facts: spec.map(compactFacts),
  })),
  ...directives.ignoredOnly.map((/** @type {any} */ entry) => ({
    name: entry.name,
    names: [compactName(entry)],
    facts: [],
  })),
];
/** @param {readonly unknown[]} list */
const lines = list => `[\n${list.map(one => JSON.stringify(one)).join(',\n')}\n]\n`;
writeFileSync(new URL('./conf-facts/table.json', import.meta.url), lines(table));

// One string a setting, `name=names=facts`, a third of the size; src/conf/unpack.ts reads it and says what each field is.
const types = [...new Set(table.flatMap(row => row.facts.map((/** @type {any} */ one) => one.type)))].sort();
const limits = ['2147483647', '-2147483648', '9223372036854775807', '18446744073709551615'];
/** @param {number | undefined} bits */
const base36 = bits => (bits === undefined ? '' : bits.toString(36));
/** @param {string | undefined} version */
const shortVersion = version => (version === undefined ? '' : version === '7.2.5' ? '*' : version.replace(/\.0$/, ''));
/** @param {unknown} limit */
const shortLimit = limit =>
  limit === undefined ? '' : limits.includes(String(limit)) ? `~${limits.indexOf(String(limit))}` : String(limit);
/** @param {readonly string[]} fields */
const joined = fields => fields.join('/').replace(/\/+$/, '');
const packed = table.map(row =>
  [
    row.name,
    row.names
      .map((/** @type {any} */ one) =>
        joined([
          one.name === row.name ? '' : one.name,
          base36(one.in),
          base36(one.alias),
          base36(one.ignored),
          shortVersion(one.since.redis),
          shortVersion(one.since.valkey),
          shortVersion(one.gone?.redis),
          shortVersion(one.gone?.valkey),
        ]),
      )
      .join('|'),
    row.facts
      .map((/** @type {any} */ one) =>
        joined([
          base36(one.in),
          types.indexOf(one.type).toString(36),
          shortLimit(one.min),
          shortLimit(one.max),
          one.default === '' ? '~' : shortLimit(one.default),
          one.values ?? '',
          one.check ?? '',
          one.ifdef ?? '',
          (one.flags ?? '')
            .split(' ')
            .map((/** @type {string} */ flag) => (flag === '' ? '' : flagNames.indexOf(flag)))
            .join(''),
        ]),
      )
      .join('|'),
  ].join('='),
);
writeFileSync(
  new URL('../src/conf/data/directives.json', import.meta.url),
  JSON.stringify({ types, limits, flags: flagNames, rows: packed }, null, 0).replace(/,"/g, ',\n"') + '\n',
);

// Commands: name -> mask of the servers that have it; `name|sub` likewise; `sentinel:` those of sentinel mode.
/** @type {{ redis: Record<string, number>, sentinel: Record<string, number> }} */
const sets = { redis: {}, sentinel: {} };
for (const server of Object.keys(commands)) {
  for (const mode of /** @type {const} */ (['redis', 'sentinel'])) {
    const known = /** @type {Record<string, string[]>} */ (commands[server][mode].commands);
    for (const [name, subs] of Object.entries(known)) {
      if (name.length === 1) continue; // letters of a table heading that the measurement took for commands
      const bit = 1 << servers.indexOf(server);
      for (const key of [name, ...subs.map(sub => `${name}|${sub}`)])
        sets[mode][key.toLowerCase()] = (sets[mode][key.toLowerCase()] ?? 0) | bit;
    }
  }
}
// Valkey 7.2 was not run; it has the commands of Redis 7.2, which it was forked from.
const [from, to] = [servers.indexOf('redis-7.2.6'), servers.indexOf('valkey-7.2.7')];
for (const set of Object.values(sets))
  for (const key of Object.keys(set)) if ((set[key] ?? 0) & (1 << from)) set[key] = (set[key] ?? 0) | (1 << to);
/** @param {Readonly<Record<string, number>>} set */
const byMask = set => {
  const groups = new Map();
  for (const key of Object.keys(set).sort()) groups.set(set[key], [...(groups.get(set[key]) ?? []), key]);
  return Object.fromEntries([...groups].map(([bits, keys]) => [bits, keys.join(' ')]));
};
const categories = commands[servers[0]].categories.join(' ');
writeFileSync(
  new URL('../src/conf/data/commands.json', import.meta.url),
  JSON.stringify({ categories, redis: byMask(sets.redis), sentinel: byMask(sets.sentinel) }, null, 1) + '\n',
);
