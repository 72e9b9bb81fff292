import { formatAddress } from '../../model/address';
import type { Address } from '../../model/address';
import type { AddressPair } from '../../topology/access';
import type { Client, Line, Secret } from './snippet';
import { code, indent, literal, mapNote, replacedNote } from './snippet';
import type { Translate } from '../translate';

const quoted = (text: string): string => `'${literal(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
const secret = (value: Secret): string => ('variable' in value ? `process.env.${value.variable}` : quoted(value.text));
const place = ({ host, port }: Address): string => `{ host: ${quoted(host)}, port: ${port} }`;
const comment = (text: string | undefined): string | undefined => text && `// ${text}`;

function addresses(t: Translate, property: string, map: readonly AddressPair[]): readonly Line[] {
  return map.length === 0
    ? []
    : [
        `// ${mapNote(t)}`,
        `${property}: {`,
        ...indent(
          2,
          map.map(({ announced, reachable }) => `${quoted(formatAddress(announced))}: ${place(reachable)},`),
        ),
        '},',
      ];
}

const use = (client: string): readonly Line[] => [
  `await ${client}.set('greeting', 'hello');`,
  `console.log(await ${client}.get('greeting'));`,
];

export const ioredis: Client = {
  id: 'ioredis',
  label: 'ioredis',
  language: 'JavaScript',
  languageId: 'javascript',
  version: '6',
  documentation: 'https://github.com/redis/ioredis#readme',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const login = [
      username !== undefined && `username: ${quoted(username)},`,
      password && `password: ${secret(password)},`,
      tls && 'tls: {},',
    ];
    const opening: readonly Line[] = {
      standalone: () => [
        'const redis = new Redis({',
        ...indent(2, seeds[0] && [`host: ${quoted(seeds[0].host)},`, `port: ${seeds[0].port},`], login),
        '});',
      ],
      sentinel: () => [
        'const redis = new Redis({',
        ...indent(
          2,
          'sentinels: [',
          indent(
            2,
            seeds.map(seed => `${place(seed)},`),
          ),
          '],',
          `name: ${quoted(masterName ?? '')},`,
          login,
          sentinelPassword && `sentinelPassword: ${secret(sentinelPassword)},`,
          tls && 'enableTLSForSentinelMode: true,',
          map.length > 0 && 'updateSentinels: false,',
          addresses(t, 'natMap', map),
        ),
        '});',
      ],
      cluster: () => [
        'const redis = new Cluster([',
        ...indent(
          2,
          seeds.map(seed => `${place(seed)},`),
        ),
        '], {',
        ...indent(2, login.some(Boolean) && ['redisOptions: {', indent(2, login), '},'], addresses(t, 'natMap', map)),
        '});',
      ],
    }[kind]();
    return code(
      `import { ${kind === 'cluster' ? 'Cluster' : 'Redis'} } from 'ioredis';`,
      '',
      comment(replacedNote(t, access)),
      ...opening,
      "redis.on('error', error => console.error(error));",
      '',
      ...use('redis'),
      'await redis.quit();',
    );
  },
};

export const nodeRedis: Client = {
  id: 'nodeRedis',
  label: 'node-redis',
  language: 'JavaScript',
  languageId: 'javascript',
  version: '6',
  documentation: 'https://github.com/redis/node-redis#readme',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const user = username !== undefined && `username: ${quoted(username)},`;
    const options = (login: Secret | undefined): readonly Line[] => [
      login === password && user,
      login && `password: ${secret(login)},`,
      tls && 'socket: { tls: true },',
    ];
    const group = (name: string, login: Secret | undefined): Line =>
      (login !== undefined || tls) && [`${name}: {`, indent(2, options(login)), '},'];
    const opening: readonly Line[] = {
      standalone: () => [
        'const redis = createClient({',
        ...indent(
          2,
          seeds[0] && `socket: { host: ${quoted(seeds[0].host)}, port: ${seeds[0].port}${tls ? ', tls: true' : ''} },`,
          user,
          password && `password: ${secret(password)},`,
        ),
        '});',
      ],
      sentinel: () => [
        'const redis = createSentinel({',
        ...indent(
          2,
          `name: ${quoted(masterName ?? '')},`,
          'sentinelRootNodes: [',
          indent(
            2,
            seeds.map(seed => `${place(seed)},`),
          ),
          '],',
          group('nodeClientOptions', password),
          group('sentinelClientOptions', sentinelPassword),
          addresses(t, 'nodeAddressMap', map),
        ),
        '});',
      ],
      cluster: () => [
        'const redis = createCluster({',
        ...indent(
          2,
          'rootNodes: [',
          indent(
            2,
            seeds.map(seed => `{ socket: ${place(seed)} },`),
          ),
          '],',
          group('defaults', password),
          addresses(t, 'nodeAddressMap', map),
        ),
        '});',
      ],
    }[kind]();
    return code(
      `import { ${{ standalone: 'createClient', sentinel: 'createSentinel', cluster: 'createCluster' }[kind]} } from 'redis';`,
      '',
      comment(replacedNote(t, access)),
      ...opening,
      "redis.on('error', error => console.error(error));",
      'await redis.connect();',
      '',
      ...use('redis'),
      'await redis.close();',
    );
  },
};
