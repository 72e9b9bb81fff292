import type { Address } from '../../model/address';
import { formatAddress } from '../../model/address';
import type { Client, Secret } from './snippet';
import { code, indent, literal, mapNote, replacedNote } from './snippet';

const secret = (value: Secret): string =>
  'variable' in value ? `Environment.GetEnvironmentVariable(${literal(value.variable)})` : literal(value.text);
/** What `EndPoint.ToString()` gives: host names are DnsEndPoints, which tell their address family as well. */
const textOf = (address: Address): string =>
  isIP(address.host) ? formatAddress(address) : `Unspecified/${formatAddress(address)}`;
const isIP = (host: string): boolean => host.includes(':') || /^[\d.]+$/.test(host);
const endpoint = ({ host, port }: Address): string => `{ ${literal(host)}, ${port} },`;

export const stackExchange: Client = {
  id: 'stackExchange',
  label: 'StackExchange.Redis',
  language: 'C#',
  languageId: 'csharp',
  version: '3',
  documentation: 'https://stackexchange.github.io/StackExchange.Redis/Configuration',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const mapped = map.length > 0 && kind !== 'standalone';
    const note = replacedNote(t, access);
    // One password serves for both kinds of server: the library has no second one.
    const login = password ?? sentinelPassword;
    return code(
      mapped && ['using System.Net;'],
      'using StackExchange.Redis;',
      mapped && 'using StackExchange.Redis.Configuration;',
      '',
      note && `// ${note}`,
      'var options = new ConfigurationOptions',
      '{',
      ...indent(
        4,
        'EndPoints =',
        '{',
        indent(4, seeds.map(endpoint)),
        '},',
        kind === 'sentinel' && `ServiceName = ${literal(masterName ?? '')},`,
        username !== undefined && `User = ${literal(username)},`,
        login && `Password = ${secret(login)},`,
        tls && 'Ssl = true,',
        'AbortOnConnectFail = false,',
        mapped && 'Tunnel = new AddressMap(),',
      ),
      '};',
      'using var redis = await ConnectionMultiplexer.ConnectAsync(options);',
      'var database = redis.GetDatabase();',
      'await database.StringSetAsync("greeting", "hello");',
      'Console.WriteLine(await database.StringGetAsync("greeting"));',
      mapped && [
        '',
        `// ${mapNote(t)}`,
        'sealed class AddressMap : Tunnel',
        '{',
        ...indent(
          4,
          'static readonly Dictionary<string, EndPoint> Addresses = new()',
          '{',
          indent(
            4,
            map.map(
              ({ announced, reachable }) =>
                `[${literal(textOf(announced))}] = new DnsEndPoint(${literal(reachable.host)}, ${reachable.port}),`,
            ),
          ),
          '};',
          '',
          'public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>',
          '    new(Addresses.TryGetValue(endpoint.ToString() ?? "", out var reachable) ? reachable : endpoint);',
        ),
        '}',
      ],
    );
  },
};
