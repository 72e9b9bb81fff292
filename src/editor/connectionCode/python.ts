import type { Address } from '../../model/address';
import type { Client, Line, Secret } from './snippet';
import { code, indent, literal, mapNote, replacedNote } from './snippet';

const secret = (value: Secret): string =>
  'variable' in value ? `os.environ[${literal(value.variable)}]` : literal(value.text);
const pair = ({ host, port }: Address): string => `(${literal(host)}, ${port})`;

export const redisPy: Client = {
  id: 'redisPy',
  label: 'redis-py',
  language: 'Python',
  languageId: 'python',
  version: '8',
  documentation: 'https://redis.readthedocs.io/en/stable/connections.html',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const mapped = map.length > 0 && kind !== 'standalone';
    const reads = [password, sentinelPassword].some(value => value !== undefined && 'variable' in value);
    const login = [
      username !== undefined && `username=${literal(username)},`,
      password && `password=${secret(password)},`,
      tls && 'ssl=True,',
      'decode_responses=True,',
    ];
    const note = replacedNote(t, access);
    const opening: readonly Line[] = {
      standalone: (): readonly Line[] => [
        'client = redis.Redis(',
        ...indent(4, seeds[0] && [`host=${literal(seeds[0].host)},`, `port=${seeds[0].port},`], login),
        ')',
      ],
      sentinel: (): readonly Line[] => [
        mapped && [
          '',
          'class MappedSentinel(Sentinel):',
          ...indent(
            4,
            'def discover_master(self, service_name):',
            '    address = super().discover_master(service_name)',
            '    return ADDRESSES.get(address, address)',
            '',
            'def discover_slaves(self, service_name):',
            '    return [ADDRESSES.get(address, address) for address in super().discover_slaves(service_name)]',
          ),
          '',
          '',
        ],
        `sentinel = ${mapped ? 'MappedSentinel' : 'Sentinel'}(`,
        ...indent(
          4,
          '[',
          indent(
            4,
            seeds.map(seed => `${pair(seed)},`),
          ),
          '],',
          (sentinelPassword !== undefined || tls) &&
            `sentinel_kwargs={${[...(sentinelPassword ? [`"password": ${secret(sentinelPassword)}`] : []), ...(tls ? ['"ssl": True'] : [])].join(', ')}},`,
          'socket_timeout=1,',
          login,
        ),
        ')',
        `client = sentinel.master_for(${literal(masterName ?? '')})`,
      ],
      cluster: (): readonly Line[] => [
        'client = RedisCluster(',
        ...indent(
          4,
          'startup_nodes=[',
          indent(
            4,
            seeds.map(({ host, port }) => `ClusterNode(${literal(host)}, ${port}),`),
          ),
          '],',
          login,
          mapped && 'address_remap=lambda address: ADDRESSES.get(address, address),',
        ),
        ')',
      ],
    }[kind]();
    return code(
      reads && ['import os', ''],
      {
        standalone: 'import redis',
        sentinel: 'from redis.sentinel import Sentinel',
        cluster: 'from redis.cluster import ClusterNode, RedisCluster',
      }[kind],
      '',
      mapped && [
        `# ${mapNote(t)}`,
        'ADDRESSES = {',
        ...indent(
          4,
          map.map(({ announced, reachable }) => `${pair(announced)}: ${pair(reachable)},`),
        ),
        '}',
        '',
      ],
      note && `# ${note}`,
      ...opening,
      '',
      'client.set("greeting", "hello")',
      'print(client.get("greeting"))',
    );
  },
};
