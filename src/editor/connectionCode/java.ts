import { formatAddress } from '../../model/address';
import type { Translate } from '../translate';
import type { Client, Line, Request, Secret } from './snippet';
import { code, indent, literal, mapNote, replacedNote } from './snippet';

/** Java has no map literal for any count: a static block of `Map.entry`. */
const entry = (announced: string, reachable: string): string => `Map.entry(${announced}, ${reachable})`;

function secret(value: Secret | undefined): string | undefined {
  return value && ('variable' in value ? `System.getenv(${literal(value.variable)})` : literal(value.text));
}

const hostAndPort = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `new HostAndPort(${literal(host)}, ${port})`;

function joined(items: readonly string[]): readonly Line[] {
  return items.map((item, index) => `${item}${index < items.length - 1 ? ',' : ''}`);
}

export const jedis: Client = {
  id: 'jedis',
  label: 'Jedis',
  language: 'Java',
  languageId: 'java',
  version: '7.2',
  documentation: 'https://redis.io/docs/latest/develop/clients/jedis/connect/',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, map, seeds, masterName } = access;
    const client = { standalone: 'RedisClient', sentinel: 'RedisSentinelClient', cluster: 'RedisClusterClient' }[kind];
    const config = [
      username !== undefined && `.user(${literal(username)})`,
      password && `.password(${secret(password)})`,
      tls && '.sslOptions(SslOptions.defaults())',
      map.length > 0 &&
        kind !== 'standalone' &&
        '.hostAndPortMapper(address -> addresses.getOrDefault(address, address))',
    ];
    const plain = config.every(line => line === undefined || line === false);
    const sentinel =
      sentinelPassword &&
      `.sentinelClientConfig(DefaultJedisClientConfig.builder().password(${secret(sentinelPassword)})${tls ? '.sslOptions(SslOptions.defaults())' : ''}.build())`;
    const mapped = map.length > 0 && kind !== 'standalone';
    return code(
      mapped && 'import java.util.Map;',
      kind !== 'standalone' && 'import java.util.Set;',
      (mapped || kind !== 'standalone') && '',
      (!plain || sentinel !== undefined) && 'import redis.clients.jedis.DefaultJedisClientConfig;',
      kind !== 'standalone' && 'import redis.clients.jedis.HostAndPort;',
      `import redis.clients.jedis.${client};`,
      tls && 'import redis.clients.jedis.SslOptions;',
      '',
      comment(replacedNote(t, access)),
      mapped && [
        `// ${mapNote(t)}`,
        'Map<HostAndPort, HostAndPort> addresses = Map.ofEntries(',
        ...indent(
          4,
          joined(map.map(({ announced, reachable }) => entry(hostAndPort(announced), hostAndPort(reachable)))),
        ),
        ');',
        '',
      ],
      `try (${client} redis = ${client}.builder()`,
      ...indent(
        8,
        kind === 'standalone' && seeds[0] && `.hostAndPort(${literal(seeds[0].host)}, ${seeds[0].port})`,
        kind === 'sentinel' && `.masterName(${literal(masterName ?? '')})`,
        kind !== 'standalone' && [
          kind === 'sentinel' ? '.sentinels(Set.of(' : '.nodes(Set.of(',
          indent(8, joined(seeds.map(hostAndPort))),
          '))',
        ],
        !plain && ['.clientConfig(DefaultJedisClientConfig.builder()', indent(8, ...config), '        .build())'],
        sentinel,
        '.build()) {',
      ),
      '    redis.set("greeting", "hello");',
      '    System.out.println(redis.get("greeting"));',
      '}',
    );
  },
};

export const lettuce: Client = {
  id: 'lettuce',
  label: 'Lettuce',
  language: 'Java',
  languageId: 'java',
  version: '7',
  documentation: 'https://redis.github.io/lettuce/ha-sharding/',
  render(t, request) {
    const { access, tls } = request;
    const { kind, map } = access;
    const cluster = kind === 'cluster';
    const client = cluster ? 'RedisClusterClient' : 'RedisClient';
    const connection = cluster ? 'StatefulRedisClusterConnection' : 'StatefulRedisConnection';
    const mapped = map.length > 0 && kind !== 'standalone';
    return code(
      cluster && 'import java.util.List;',
      mapped && 'import java.util.Map;',
      (cluster || mapped) && '',
      !cluster && 'import io.lettuce.core.RedisClient;',
      'import io.lettuce.core.RedisURI;',
      !cluster && 'import io.lettuce.core.api.StatefulRedisConnection;',
      cluster && [
        'import io.lettuce.core.cluster.ClusterClientOptions;',
        'import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;',
        'import io.lettuce.core.cluster.RedisClusterClient;',
        'import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;',
      ],
      mapped && [
        'import io.lettuce.core.internal.HostAndPort;',
        'import io.lettuce.core.resource.ClientResources;',
        'import io.lettuce.core.resource.MappingSocketAddressResolver;',
      ],
      '',
      comment(replacedNote(t, access)),
      mapped && lettuceResources(t, request),
      cluster
        ? [
            'List<RedisURI> nodes = List.of(',
            ...indent(
              4,
              joined(
                access.seeds.map(
                  ({ host, port }) =>
                    `RedisURI.builder().withHost(${literal(host)}).withPort(${port})${lettuceLogin(request)}${tls ? '.withSsl(true)' : ''}.build()`,
                ),
              ),
            ),
            ');',
          ]
        : lettuceUri(request),
      `${client} client = ${client}.create(${mapped ? 'resources, ' : ''}${cluster ? 'nodes' : 'uri'});`,
      cluster && [
        `// ${t('Follows failovers and moved slots at once, and looks every minute in any case.')}`,
        'client.setOptions(ClusterClientOptions.builder()',
        ...indent(
          8,
          '.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().enableAllAdaptiveRefreshTriggers().enablePeriodicRefresh().build())',
          '.build());',
        ),
      ],
      `try (${connection}<String, String> redis = client.connect()) {`,
      '    redis.sync().set("greeting", "hello");',
      '    System.out.println(redis.sync().get("greeting"));',
      '} finally {',
      '    client.shutdown();',
      mapped && '    resources.shutdown();',
      '}',
    );
  },
};

function lettuceLogin({ username, password }: Request): string {
  const text = secret(password);
  return text === undefined
    ? ''
    : username === undefined
      ? `.withPassword(${text}.toCharArray())`
      : `.withAuthentication(${literal(username)}, ${text}.toCharArray())`;
}

function lettuceUri(request: Request): Line {
  const { access, password, sentinelPassword, tls } = request;
  const { kind, seeds, masterName } = access;
  const ending = [...(password ? [lettuceLogin(request)] : []), ...(tls ? ['.withSsl(true)'] : []), '.build();'];
  if (kind === 'standalone')
    return [
      'RedisURI uri = RedisURI.builder()',
      ...indent(8, `.withHost(${literal(seeds[0]?.host ?? '')}).withPort(${seeds[0]?.port ?? 0})`, ...ending),
    ];
  const guard = secret(sentinelPassword);
  return [
    'RedisURI uri = RedisURI.builder()',
    ...indent(
      8,
      `.withSentinelMasterId(${literal(masterName ?? '')})`,
      ...seeds.map(
        ({ host, port }) => `.withSentinel(${literal(host)}, ${port}${guard === undefined ? '' : `, ${guard}`})`,
      ),
      ...ending,
    ),
  ];
}

function lettuceResources(t: Translate, { access: { map } }: Request): readonly Line[] {
  const address = ({ host, port }: { readonly host: string; readonly port: number }): string =>
    `HostAndPort.of(${literal(host)}, ${port})`;
  return [
    `// ${mapNote(t)}`,
    'Map<HostAndPort, HostAndPort> addresses = Map.ofEntries(',
    ...indent(4, joined(map.map(({ announced, reachable }) => entry(address(announced), address(reachable))))),
    ');',
    'ClientResources resources = ClientResources.builder()',
    ...indent(
      8,
      // With its type: else the compiler cannot tell it from the inherited create(DnsResolver), a function of one argument as well.
      '.socketAddressResolver(MappingSocketAddressResolver.create((HostAndPort address) -> addresses.getOrDefault(address, address)))',
      '.build();',
    ),
    '',
  ];
}

export const springBoot: Client = {
  id: 'springBoot',
  label: 'Spring Boot (application.yml)',
  language: 'Java',
  languageId: 'yaml',
  version: '4',
  documentation: 'https://docs.spring.io/spring-boot/reference/data/nosql.html#data.nosql.redis',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const value = (from: Secret): string => ('variable' in from ? `\${${from.variable}}` : literal(from.text));
    const nodes = [
      'nodes:',
      ...indent(
        2,
        seeds.map(seed => `- ${literal(formatAddress(seed))}`),
      ),
    ];
    return code(
      hash(replacedNote(t, access)),
      map.length > 0 &&
        kind !== 'standalone' && [
          `# ${t('The servers announce addresses that are not reachable from this machine. Spring Boot has no setting for that: add a bean of type ClientResources that has a MappingSocketAddressResolver (see the code for Lettuce) with')}`,
          ...map.map(({ announced, reachable }) => `#   ${formatAddress(announced)} -> ${formatAddress(reachable)}`),
        ],
      'spring:',
      '  data:',
      '    redis:',
      ...indent(
        6,
        kind === 'standalone' && seeds[0] && [`host: ${literal(seeds[0].host)}`, `port: ${seeds[0].port}`],
        kind === 'sentinel' && [
          'sentinel:',
          indent(
            2,
            `master: ${literal(masterName ?? '')}`,
            nodes,
            sentinelPassword && `password: ${value(sentinelPassword)}`,
          ),
        ],
        kind === 'cluster' && [
          'cluster:',
          indent(2, nodes),
          'lettuce:',
          '  cluster:',
          '    refresh:',
          '      adaptive: true',
          '      period: 60s',
        ],
        username !== undefined && `username: ${literal(username)}`,
        password && `password: ${value(password)}`,
        tls && ['ssl:', '  enabled: true'],
      ),
    );
  },
};

const comment = (text: string | undefined): string | undefined => text && `// ${text}`;
const hash = (text: string | undefined): string | undefined => text && `# ${text}`;
