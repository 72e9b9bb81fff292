import assert from 'node:assert/strict';
import { formatAddress } from '../../../../src/model/address';
import { isUrlProblem, parseExistingUrl } from '../../../../src/topology/existing/url';

/** `kind seeds`, then what else was said, `key=value`. */
function summary(text: string): string {
  const url = parseExistingUrl(text);
  if (isUrlProblem(url)) return [url.code, ...Object.values(url).slice(1)].join(' ');
  const { kind, seeds, sentinels, masterName, tls, credentials, sentinelCredentials } = url;
  assert.equal(sentinels, kind === 'sentinel');
  const more = {
    master: masterName,
    user: credentials.username,
    password: credentials.password,
    suser: sentinelCredentials.username,
    spassword: sentinelCredentials.password,
    ca: tls?.caFile,
    tls: tls && (tls.verify ? 'verified' : 'unverified'),
  };
  return [
    kind,
    seeds.map(formatAddress).join(','),
    ...Object.entries(more)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${value}`),
  ].join(' ');
}

suite('topology/existing/url', () => {
  const rows: readonly (readonly [url: string, says: string])[] = [
    ['redis://host', 'replication host:6379'],
    ['  redis://host:6380/0  ', 'replication host:6380'],
    ['REDIS://Host:6380', 'replication Host:6380'],
    ['valkey://host', 'replication host:6379'],
    ['redis://[::1]:7000', 'replication [::1]:7000'],
    ['redis://[fe80::1%25lo]', 'replication [fe80::1%lo]:6379'],
    ['redis://a:7000,b,c:7002', 'replication a:7000,b:6379,c:7002'],
    ['redis://:s3cret@host', 'replication host:6379 password=s3cret'],
    ['redis://s3cret@host', 'replication host:6379 password=s3cret'],
    ['redis://app:p%40ss%2Fw@host', 'replication host:6379 user=app password=p@ss/w'],
    ['redis://app:p@ss/w@host', 'replication host:6379 user=app password=p@ss/w'],
    ['redis://app:@host', 'replication host:6379 user=app'],
    ['rediss://host', 'replication host:6379 tls=verified'],
    ['rediss://host?ssl_ca_certs=/etc/ca.pem', 'replication host:6379 ca=/etc/ca.pem tls=verified'],
    ['rediss://host?ssl_cert_reqs=none', 'replication host:6379 tls=unverified'],
    ['redis+sentinel://a,b:26380/orders', 'sentinel a:26379,b:26380 master=orders'],
    ['redis+sentinel://a', 'sentinel a:26379'],
    ['redis-sentinel://a:1/0?sentinelMasterId=orders', 'sentinel a:1 master=orders'],
    [
      'redis+sentinel://:data@a/orders/2?sentinel_password=a@b',
      'sentinel a:26379 master=orders password=data spassword=a@b',
    ],
    [
      'rediss+sentinel://a/orders?sentinel_username=u&sentinel_password=p',
      'sentinel a:26379 master=orders suser=u spassword=p tls=verified',
    ],
    ['redis+cluster://a:7000', 'cluster a:7000'],
    ['redis://host?timeout=5&socket_timeout=1', 'replication host:6379'],
    ['', 'url-empty'],
    ['host:6379', 'url-scheme '],
    ['http://host', 'url-scheme http'],
    ['__proto__://host', 'url-scheme __proto__'],
    ['redis://ho st', 'url-blank'],
    ['redis://', 'url-host'],
    ['redis://a,,b', 'url-host'],
    ['redis://:6379', 'url-host'],
    ['redis://pass@', 'url-host'],
    ['redis://host:', 'url-port '],
    ['redis://host:0', 'url-port 0'],
    ['redis://host:65536', 'url-port 65536'],
    ['redis://host:63x', 'url-port 63x'],
    ['redis://::1:6379', 'url-host'],
    ['redis://[::1]x', 'url-port '],
    ['redis://:%zz@host', 'url-escape %zz'],
    ['redis://host/x', 'url-database x'],
    ['redis://host/0/1', 'url-database 0/1'],
    ['redis+sentinel://host/orders/x', 'url-database orders/x'],
    ['redis://host?nonsense=1', 'url-option nonsense'],
    ['redis://host?ssl_ca_certs=/x', 'url-option-without-tls ssl_ca_certs'],
    [`redis://${new Array(33).fill('a').join(',')}`, 'url-too-many 32'],
  ];
  for (const [url, says] of rows)
    test(url === '' ? '(empty)' : url.slice(0, 60), () => assert.equal(summary(url), says));
});
