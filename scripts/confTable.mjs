// The directive table as the generators of grammars and docs need it: names by the kind of their value.
import { readFileSync } from 'node:fs';

/** The statements behind `sentinel`, by what follows: a master's name, nothing of the kind, a secret, or state of the sentinel itself. */
const sentinel = {
  master: [
    'monitor',
    'down-after-milliseconds',
    'failover-timeout',
    'parallel-syncs',
    'notification-script',
    'client-reconfig-script',
    'auth-user',
    'rename-command',
    'master-reboot-down-after-period',
    'primary-reboot-down-after-period',
  ],
  state: ['config-epoch', 'leader-epoch', 'known-replica', 'known-slave', 'known-sentinel', 'current-epoch', 'myid'],
  global: [
    'current-epoch',
    'myid',
    'announce-ip',
    'announce-port',
    'deny-scripts-reconfig',
    'sentinel-user',
    'sentinel-pass',
    'resolve-hostnames',
    'announce-hostnames',
  ],
  secret: ['auth-pass'],
  globalSecret: ['sentinel-pass'],
};

/**
 * `kinds`: names by kind of value; `enums`: names by their words, joined by blanks; `secret`: names whose value is a secret.
 * Old names and aliases of every server count alike: colours do not depend on the target.
 */
export function loadTable() {
  const kinds = { bool: [], int: [], octal: [], memory: [], string: [], other: [] };
  const enums = {};
  const secret = [];
  for (const directive of JSON.parse(readFileSync('scripts/conf-facts/table.json', 'utf8'))) {
    const names = directive.names.map(one => one.name);
    const types = new Set(directive.facts.map(one => one.type.split(' ')[0]));
    const values = new Set(directive.facts.flatMap(one => one.values?.split(' ') ?? []));
    const sensitive =
      directive.facts.some(one => one.flags?.split(' ').includes('sensitive')) && !directive.name.endsWith('user');
    if (sensitive) secret.push(...names);
    else if (types.has('enum'))
      (enums[[...values, ...(types.has('bool') ? ['yes', 'no'] : [])].sort().join(' ')] ??= []).push(...names);
    else kinds[kindOf(types)].push(...names);
  }
  return { kinds, enums, secret, sentinel };
}

function kindOf(types) {
  for (const kind of ['memory', 'bool', 'octal', 'int', 'string']) if (types.has(kind)) return kind;
  if (types.has('path')) return 'string';
  return types.size === 0 ? 'int' : 'other';
}
