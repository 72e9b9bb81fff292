import { formatAddress } from '../../model/address';
import type { Client, Line, Secret } from './snippet';
import { code, indent, literal, mapNote, replacedNote } from './snippet';

const secret = (value: Secret): string =>
  'variable' in value ? `os.Getenv(${literal(value.variable)})` : literal(value.text);

export const goRedis: Client = {
  id: 'goRedis',
  label: 'go-redis',
  language: 'Go',
  languageId: 'go',
  version: '9',
  documentation: 'https://redis.io/docs/latest/develop/clients/go/connect/',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const mapped = map.length > 0 && kind !== 'standalone';
    const reads = [password, sentinelPassword].some(value => value !== undefined && 'variable' in value);
    const list = (name: string): readonly Line[] => [
      `${name}: []string{`,
      ...indent(
        4,
        seeds.map(seed => `${literal(formatAddress(seed))},`),
      ),
      '},',
    ];
    const note = replacedNote(t, access);
    // With a dialer of our own go-redis leaves TLS to it.
    const more = [
      username !== undefined && `Username: ${literal(username)},`,
      password && `Password: ${secret(password)},`,
      tls && !mapped && 'TLSConfig: &tls.Config{},',
      mapped && 'Dialer: dial,',
    ];
    const [maker, options, own]: readonly [string, string, readonly Line[]] = {
      standalone: (): [string, string, readonly Line[]] => [
        'NewClient',
        'Options',
        [seeds[0] && `Addr: ${literal(formatAddress(seeds[0]))},`],
      ],
      sentinel: (): [string, string, readonly Line[]] => [
        'NewFailoverClient',
        'FailoverOptions',
        [
          `MasterName: ${literal(masterName ?? '')},`,
          list('SentinelAddrs'),
          sentinelPassword && `SentinelPassword: ${secret(sentinelPassword)},`,
        ],
      ],
      cluster: (): [string, string, readonly Line[]] => ['NewClusterClient', 'ClusterOptions', list('Addrs')],
    }[kind]();
    return code(
      'package main',
      '',
      'import (',
      ...indent(
        4,
        '"context"',
        tls && '"crypto/tls"',
        '"fmt"',
        mapped && '"net"',
        reads && '"os"',
        '',
        '"github.com/redis/go-redis/v9"',
      ),
      ')',
      '',
      mapped && [
        `// ${mapNote(t)}`,
        'var addresses = map[string]string{',
        ...indent(
          4,
          map.map(
            ({ announced, reachable }) => `${literal(formatAddress(announced))}: ${literal(formatAddress(reachable))},`,
          ),
        ),
        '}',
        '',
        'func dial(ctx context.Context, network, address string) (net.Conn, error) {',
        ...indent(
          4,
          'if reachable, ok := addresses[address]; ok {',
          '    address = reachable',
          '}',
          tls
            ? 'return (&tls.Dialer{}).DialContext(ctx, network, address)'
            : 'return (&net.Dialer{}).DialContext(ctx, network, address)',
        ),
        '}',
        '',
      ],
      'func main() {',
      ...indent(
        4,
        'ctx := context.Background()',
        note && `// ${note}`,
        `client := redis.${maker}(&redis.${options}{`,
        indent(4, own, more),
        '})',
        'defer client.Close()',
        '',
        'if err := client.Set(ctx, "greeting", "hello", 0).Err(); err != nil {',
        '    panic(err)',
        '}',
        'fmt.Println(client.Get(ctx, "greeting").Val())',
      ),
      '}',
    ).replace(/^( {4})+/gm, spaces => '\t'.repeat(spaces.length / 4));
  },
};
