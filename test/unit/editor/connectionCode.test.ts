import assert from 'node:assert/strict';
import { clients } from '../../../src/editor/connectionCode/clients';
import { redisPy } from '../../../src/editor/connectionCode/python';
import type { Client, Request, Secret } from '../../../src/editor/connectionCode/snippet';
import type { Access } from '../../../src/topology/access';

const t = (message: string, ...values: (string | number)[]): string =>
  message.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)]));
const nasty = 'p"a\'s\\s $w${o}rd`é';
const seeds = [
  { host: '127.0.0.1', port: 7001 },
  { host: '127.0.0.1', port: 7002 },
];
const pairs = [
  { announced: { host: '172.18.0.2', port: 7001 }, reachable: seeds[0]! },
  { announced: { host: '172.18.0.3', port: 7002 }, reachable: seeds[1]! },
];

function request(kind: Access['kind'], mapped: boolean, secret?: Secret, tls = false): Request {
  return {
    access: {
      kind,
      seeds: kind === 'standalone' ? seeds.slice(0, 1) : seeds,
      map: mapped && kind !== 'standalone' ? pairs : [],
      successors: [],
      ...(kind === 'sentinel' ? { masterName: 'orders' } : {}),
    },
    ...(secret === undefined ? {} : { password: secret, ...(kind === 'sentinel' ? { sentinelPassword: secret } : {}) }),
    tls,
  };
}

/** Every client with every kind, map, password and encryption. */
function* everything(): Generator<readonly [title: string, client: Client, asked: Request, text: string]> {
  for (const client of clients)
    for (const kind of ['standalone', 'sentinel', 'cluster'] as const)
      for (const mapped of [false, true])
        for (const tls of [false, true])
          for (const secret of [undefined, { variable: 'REDIS_PASSWORD' }, { text: nasty }]) {
            const asked = request(kind, mapped, secret, tls);
            yield [
              `${client.id} ${kind}${mapped ? ' mapped' : ''}${tls ? ' tls' : ''} ${JSON.stringify(secret)}`,
              client,
              asked,
              client.render(t, asked),
            ];
          }
}

/** Brackets outside of strings and comments. */
function openBrackets(text: string, comment: RegExp): string {
  let rest = text
    .split('\n')
    .map(line => line.replace(comment, ''))
    .join('\n')
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '')
    .replace(/[^()[\]{}]/g, '');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(/\(\)|\[\]|\{\}/g, '');
  }
  return rest;
}

suite('editor/connectionCode', () => {
  test('ids, names and documentation', () => {
    assert.equal(new Set(clients.map(({ id }) => id)).size, clients.length);
    for (const { documentation } of clients) assert.match(documentation, /^https:\/\//);
  });

  test('no client forgets an address, a password or the name of the master', () => {
    for (const [title, client, { access, password }, text] of everything()) {
      const wanted = client.id === 'redisCli' ? access.seeds.slice(0, 1) : access.seeds;
      for (const { host, port } of wanted) assert.ok(text.includes(host) && text.includes(String(port)), title);
      if (access.masterName !== undefined) assert.ok(text.includes(access.masterName), title);
      if (password && 'variable' in password) assert.ok(text.includes('REDIS_PASSWORD'), title);
      if (password && 'text' in password) assert.ok(!text.includes('REDIS_PASSWORD'), title);
      const knowsMap = client.id !== 'url' && !(client.id === 'redisCli' && access.kind === 'cluster');
      if (knowsMap) for (const { announced } of access.map) assert.ok(text.includes(announced.host), title);
      assert.doesNotMatch(text, /undefined|\[object|NaN|\n\n\n\n/, title);
      assert.match(text, /[^\n]\n$/, title);
    }
  });

  test('brackets match', () => {
    for (const [title, client, , text] of everything()) {
      if (client.languageId === 'plaintext' || client.languageId === 'shellscript') continue;
      assert.equal(
        openBrackets(text, client.languageId === 'python' || client.languageId === 'yaml' ? /#.*$/ : /\/\/.*$/),
        '',
        `${title}\n${text}`,
      );
    }
  });

  test('a password with quotes, blanks, dollars and letters beyond ASCII is one literal', () => {
    const expected: Readonly<Record<string, string>> = {
      jedis: String.raw`"p\"a's\\s $w${'$'}{o}rd`,
      ioredis: String.raw`'p"a\'s\\s $w${'$'}{o}rd`,
      redisPy: String.raw`"p\"a's\\s $w${'$'}{o}rd`,
      redisCli: String.raw`'p"a'\''s\s $w${'$'}{o}rd`,
      url: "p%22a's%5Cs%20%24w%24%7Bo%7Drd%60%C3%A9@",
    };
    for (const client of clients) {
      const part = expected[client.id];
      if (part !== undefined)
        assert.ok(client.render(t, request('standalone', false, { text: nasty })).includes(part), client.id);
    }
  });

  test('the name of an ACL user, where there is one', () => {
    for (const kind of ['standalone', 'sentinel', 'cluster'] as const)
      for (const client of clients) {
        const asked = request(kind, false, { variable: 'REDIS_PASSWORD' });
        assert.match(
          client.render(t, { ...asked, username: 'app' }),
          /(user|authentication).*app|app:/i,
          `${client.id} ${kind}`,
        );
        assert.doesNotMatch(client.render(t, asked), /user/i, `${client.id} ${kind}`);
      }
  });

  test('encryption is asked of every client', () => {
    for (const [title, , { tls }, text] of everything())
      assert.equal(/ssl|tls/i.test(text) || /rediss[:-]/.test(text), tls, title);
  });

  test('a program in Python that maps what Sentinels say', () => {
    assert.equal(
      redisPy.render(t, request('sentinel', true, { variable: 'REDIS_PASSWORD' })),
      `import os

from redis.sentinel import Sentinel

# What the servers announce is not reachable from this machine: left the announced address, right the one to use.
ADDRESSES = {
    ("172.18.0.2", 7001): ("127.0.0.1", 7001),
    ("172.18.0.3", 7002): ("127.0.0.1", 7002),
}


class MappedSentinel(Sentinel):
    def discover_master(self, service_name):
        address = super().discover_master(service_name)
        return ADDRESSES.get(address, address)

    def discover_slaves(self, service_name):
        return [ADDRESSES.get(address, address) for address in super().discover_slaves(service_name)]


sentinel = MappedSentinel(
    [
        ("127.0.0.1", 7001),
        ("127.0.0.1", 7002),
    ],
    sentinel_kwargs={"password": os.environ["REDIS_PASSWORD"]},
    socket_timeout=1,
    password=os.environ["REDIS_PASSWORD"],
    decode_responses=True,
)
client = sentinel.master_for("orders")

client.set("greeting", "hello")
print(client.get("greeting"))
`,
    );
  });

  test('Lettuce: the map has the type of its argument, without which Java finds two functions that would do', () => {
    const lettuce = clients.find(({ id }) => id === 'lettuce')!;
    assert.match(lettuce.render(t, request('cluster', true)), /Resolver\.create\(\(HostAndPort address\) ->/);
  });

  test('what nobody tells the client of a plain replication is said', () => {
    for (const client of clients.filter(({ id }) => id !== 'url')) {
      const asked = request('standalone', false);
      assert.match(
        client.render(t, { ...asked, access: { ...asked.access, successors: [{ host: '10.0.0.9', port: 7009 }] } }),
        /After a failover it refuses writes \(READONLY\).* ask 10\.0\.0\.9:7009 for ROLE/,
        client.id,
      );
    }
  });
});
