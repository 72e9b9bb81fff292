/**
 * Whole small folders by chance: a main file with its includes and ACL file, out of families that meet in real files and get
 * into each other's way. Each is made for a full start (confStart.ts); the same seed gives the same folders.
 */
import { commandsOf } from '../../src/conf/commandNames';
import { Generator } from './confLines';
import type { Target } from '../../src/conf/target';
import type { Probe } from './confStart';

/** A part of a folder: lines of the main file, and what lies beside it. */
interface Part {
  readonly lines: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

const lines = (...all: readonly string[]): Part => ({ lines: all });
const hash = 'a1'.repeat(32);
const id = (letter: string): string => letter.repeat(40);

export class Folders {
  readonly #by: Generator;
  #made = 0;

  constructor(target: Target, seed: number) {
    this.#by = new Generator(target, seed);
  }

  next(): Probe {
    this.#made++;
    const sentinel = this.#by.chance(0.3);
    const families = sentinel ? this.#sentinelFamilies : this.#families;
    const parts: Part[] = sentinel ? [lines('sentinel monitor mymaster 127.0.0.1 6379 2')] : [];
    const names: string[] = [];
    for (let i = this.#by.pick([1, 1, 2, 2, 3]); i > 0; i--) {
      const [name, make] = this.#by.pick(families);
      names.push(name);
      parts.push(make());
    }
    const text = this.#join(this.#shuffled(parts));
    return {
      name: `${String(this.#made)} ${names.join(' + ')}`,
      mode: sentinel ? 'sentinel' : 'redis',
      ...text,
      ...this.#beside(parts),
    };
  }

  /** Lines of one part keep their order; parts are mixed. */
  #shuffled(parts: readonly Part[]): string[] {
    const waiting = parts.map(part => [...part.lines]);
    const out: string[] = [];
    for (;;) {
      const left = waiting.filter(list => list.length > 0);
      if (left.length === 0) return out;
      if (this.#by.chance(0.15)) out.push(this.#by.pick(['', '# a comment', '   ', '\t# x']));
      out.push(this.#by.pick(left).shift() ?? '');
    }
  }

  #join(all: readonly string[]): Pick<Probe, 'text' | 'base64'> {
    const by = this.#by;
    const ends = by.pick(['\n', '\n', '\n', '\n', '\r\n', 'mixed']);
    let text = all.map(line => line + (ends === 'mixed' ? by.pick(['\n', '\r\n', ' \n', '\n\n']) : ends)).join('');
    if (by.chance(0.15)) text = text.replace(/[\r\n]+$/, '');
    if (by.chance(0.04)) text = `\ufeff${text}`;
    if (by.chance(0.04))
      text = text.replace(/\n/, () => by.pick(['\0\n', '\r', '\f\n', '\v\n', '\n\0', '\u2028\n', '\u0085\n']));
    return /[\0\r\ufeff]/.test(text) ? { base64: Buffer.from(text, 'utf8').toString('base64') } : { text };
  }

  #beside(parts: readonly Part[]): Pick<Probe, 'files'> {
    const files = Object.assign({}, ...parts.map(part => part.files ?? {})) as Record<string, string>;
    return Object.keys(files).length === 0 ? {} : { files };
  }

  readonly #families: readonly (readonly [name: string, make: () => Part])[] = [
    ['acl file', () => this.#aclFile()],
    ['users', () => this.#users()],
    ['users', () => this.#users()],
    ['include', () => this.#include()],
    ['include', () => this.#include()],
    ['module settings', () => this.#modules()],
    ['tls', () => this.#tls()],
    ['save', () => this.#save()],
    ['socket', () => this.#socket()],
    ['bind', () => this.#bind()],
    ['oom', () => this.#oom()],
    ['buffers', () => this.#buffers()],
    ['memory', () => this.#memory()],
    ['rename', () => this.#rename()],
    ['quotes', () => this.#quotes()],
    ['cluster', () => this.#cluster()],
    ['replica', () => this.#replica()],
    ['files', () => this.#names()],
    ['valkey', () => this.#valkey()],
    ['misc', () => this.#misc()],
    ['line', () => lines(this.#by.line(true))],
    ['line', () => lines(this.#by.line())],
  ];

  readonly #sentinelFamilies: readonly (readonly [name: string, make: () => Part])[] = [
    ['order', () => this.#sentinelOrder()],
    ['tail', () => this.#sentinelTail()],
    ['hosts', () => this.#sentinelHosts()],
    ['auth', () => this.#sentinelAuth()],
    ['renames', () => this.#sentinelRenames()],
    ['times', () => this.#sentinelTimes()],
    ['plain', () => this.#sentinelPlain()],
    ['statement', () => lines(this.#by.sentinelLine(['mymaster', 'other']))],
    ['statement', () => lines(this.#by.sentinelLine(['mymaster'], true))],
    ['include', () => this.#sentinelInclude()],
    ['quotes', () => this.#sentinelQuotes()],
  ];

  #rule(): string {
    const by = this.#by;
    const commands = commandsOf(by.target, 'redis').names;
    return by.pick([
      'on',
      'off',
      'nopass',
      'resetpass',
      'reset',
      'ON',
      'Reset',
      '>pw',
      '>',
      '<pw',
      '>a>b',
      '>"x y"',
      `#${hash}`,
      `!${hash}`,
      `#${hash.toUpperCase()}`,
      '~*',
      '~a:*',
      '~"a b"',
      '"~a b"',
      '&*',
      '&c:*',
      'allkeys',
      'resetkeys',
      'allchannels',
      'resetchannels',
      'allcommands',
      'nocommands',
      '+@all',
      '-@all',
      '+@read',
      '-@dangerous',
      '+@READ',
      '-@admin',
      '+@slow',
      '+@blocking',
      '+@nope',
      '+@',
      '-@',
      '+get',
      '+GET',
      '-get',
      '+nope',
      '-nope',
      `+${by.pick(commands)}`,
      `-${by.pick(commands)}`,
      '+config|get',
      '-config|set',
      '+config|nope',
      '-config|nope',
      '+select|0',
      '+select|0|1',
      '-select|0',
      '+config|get|x',
      '+|',
      '+|get',
      '+get|',
      '+@all|x',
      '%R~a',
      '%W~a',
      '%RW~a',
      '%WR~a',
      '%r~a',
      '%~a',
      '%R',
      '%RW',
      '%RWR~a',
      '%*',
      '~',
      '&',
      '%R~*',
      '%RW~*',
      '(+get ~a)',
      '(+get',
      '~b)',
      '()',
      '( )',
      '(~* &* +@all)',
      '(%R~a -@all)',
      '(on)',
      '(nope)',
      '((+get))',
      '(+get) ',
      '(+get)x',
      ')',
      '(',
      '("~a b")',
      '(+@nope)',
      'clearselectors',
      'ClearSelectors',
      'sanitize-payload',
      'skip-sanitize-payload',
      '""',
      'on,',
      'on;',
      '#',
      '# x',
      '#x',
      '//',
      "'on'",
      "'>p w'",
      '"\\x6fn"',
    ]);
  }

  #user(
    name = this.#by.pick([
      'alice',
      'bob',
      'carol',
      'default',
      'Alice',
      '"a b"',
      '""',
      '*',
      '@all',
      'ä',
      'on',
      '"al\\x69ce"',
      'al"ice"',
      '-',
      'user',
      '#x',
      "'q'",
    ]),
  ): string {
    return `${this.#by.pick(['user', 'user', 'user', 'USER', '"user"'])} ${name} ${Array.from({ length: this.#by.number(5) }, () => this.#rule()).join(' ')}`.trimEnd();
  }

  #users(): Part {
    const by = this.#by;
    const made = Array.from({ length: 1 + by.number(3) }, () => this.#user());
    if (by.chance(0.2))
      made.push(
        by.pick([
          'acl-pubsub-default allchannels',
          'acl-pubsub-default resetchannels',
          'requirepass foo',
          'aclfile ""',
          'user',
          'user alice',
          'acllog-max-len 0',
          'acl-pubsub-default ""',
        ]),
      );
    return { lines: made };
  }

  #aclFile(): Part {
    const by = this.#by;
    const plain = (): string =>
      `user ${by.pick(['alice', 'bob', 'carol', 'default', 'ä', 'on'])} ${Array.from({ length: by.number(4) }, () => by.pick(['on', '>pw', '~*', '+@all', '+get', '&*', '%R~a', '(+get ~a)', 'nopass', `#${hash}`, 'off', '-@all', '+config|get', 'resetchannels', '-debug', 'sanitize-payload'])).join(' ')}`;
    const odd = (): string =>
      by.pick([
        this.#user(),
        '',
        '   ',
        '\t',
        '# comment',
        '#',
        'user',
        'user ',
        'user x',
        'USER bob on',
        'user  bob  on',
        ' user bob on',
        'user bob on ',
        'user bob\ton',
        '\tuser bob on',
        'alice on',
        'user "bob" on',
        "user 'bob' on",
        'user bob on >"a b"',
        'user bob ~a b',
        'user bob (+get ~a',
        'user bob (+get  ~a)',
        'user bob on # x',
        'user bob on\r',
        '\r',
        'user bob on >pw <pw',
        'user bob <pw',
        'user bob nope',
        'user bob on\0',
        'user bob on\fx',
        'users bob on',
        'user: bob on',
        '\ufeffuser bob on',
        'user bob #abc',
        'user bob +@nope',
        'user bob ~* ~a',
        'user bob &* &a',
        'user a,b on',
        'user bob\u00a0on',
      ]);
    const content = Array.from({ length: by.number(5) }, () => (by.chance(0.7) ? plain() : odd()));
    const text = content.join('\n') + (by.chance(0.8) ? '\n' : '');
    const also = by.pick<readonly string[]>([
      [],
      [],
      [],
      ['requirepass x'],
      ['user zoe on'],
      ['acl-pubsub-default allchannels'],
      ['rename-command GET G'],
      ['aclfile other.acl'],
      ['aclfile ""'],
    ]);
    return {
      lines: this.#either(
        [
          `aclfile ${by.pick(['u.acl', './u.acl', '/w/NUMBER/../u.acl', '"u.acl"', 'u.acl']).replace('/w/NUMBER/../', '')}`,
        ],
        also,
      ),
      files: { 'u.acl': text, 'other.acl': 'user default on nopass ~* &* +@all\n' },
    };
  }

  /** Both lists, either first. */
  #either(a: readonly string[], b: readonly string[]): string[] {
    return this.#by.chance(0.5) ? [...a, ...b] : [...b, ...a];
  }

  #include(): Part {
    const by = this.#by;
    const inside = (): string =>
      by.pick([
        'timeout 5',
        'timeout x',
        'port 7001',
        'appendonly no',
        'user zed on',
        'rename-command GET G1',
        'rename-command GET ""',
        'maxmemory 1mb',
        '# c',
        '',
        'dir d',
        'dir ..',
        'nope 1',
        'nope',
        'save ""',
        'save 1 1',
        'bind 127.0.0.1',
        'cluster-enabled yes',
        'replicaof 127.0.0.1 1',
        'replicaof no one',
        'include deep.conf',
        'include d/deep.conf',
        'loglevel x',
        'a.b c',
        'sentinel x y',
        'hz 10',
        'requirepass "a',
        'tcp-backlog 511 # x',
        'port 0',
      ]);
    const text = (): string => Array.from({ length: by.number(4) }, inside).join('\n') + (by.chance(0.75) ? '\n' : '');
    const named = by.pick([
      'a.conf',
      'a.conf',
      './a.conf',
      'd/b.conf',
      'd/../a.conf',
      '*.inc',
      'd/*.conf',
      'd/?.conf',
      'd/[bc].conf',
      'd/[!b].conf',
      'd/[^b].conf',
      'nope.conf',
      'nope*.conf',
      'd',
      'd/',
      '"a.conf"',
      'x y.conf',
      '"x y.conf"',
      '{a,b}.conf',
      '~/a.conf',
      '$HOME/a.conf',
      '*/b.conf',
      '.*',
      'd/.*',
      '*',
      'd/*',
      '**/b.conf',
      '[',
      'a.con[f]',
      'a\\.conf',
      '"a\\\\.conf"',
      'a.conf d/b.conf',
      '"a\\x2econf"',
      'A.CONF',
      '""',
      "'d/*.conf'",
      'd//b.conf',
      'nodir/*.conf',
      '[a-',
      'd/[b-]*.conf',
      'd/[]b].conf',
    ]);
    const files: Record<string, string> = {
      'a.conf': text(),
      'd/b.conf': text(),
      'd/c.conf': text(),
      'deep.conf': by.pick(['timeout 6\n', 'timeout y\n', '', 'include a.inc\n', 'user zed on\n']),
      'd/deep.conf': by.pick(['timeout 7\n', 'timeout z\n']),
      'a.inc': text(),
      'b.inc': text(),
      'x y.conf': 'timeout 8\n',
      'd/.hidden.conf': 'timeout 9\n',
    };
    const before = by.chance(0.2) ? [by.pick(['dir d', 'dir ./d', 'dir .', 'dir nope'])] : [];
    return {
      lines: [
        ...before,
        `${by.pick(['include', 'include', 'Include', 'INCLUDE'])} ${named}`,
        ...(by.chance(0.2) ? [`include ${by.pick(['a.conf', 'd/b.conf', '*.inc'])}`] : []),
      ],
      files,
    };
  }

  #modules(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(2) }, () =>
        by.pick([
          'bf-error-rate 0.01',
          'bf-initial-size 100',
          'bf-expansion-factor 2',
          'cf-bucket-size 2',
          'ts-num-threads 4',
          'ts-retention-policy 0',
          'search-timeout 500',
          'search-threads 20',
          'search-on-timeout return',
          'bf-error-rate',
          'search.timeout 500',
          'search.timeout',
          'ts.x y z',
          '.x y',
          'x. y',
          '. .',
          '..',
          'a.b "c d"',
          'loadmodule',
          'loadmodule ""',
          '# loadmodule ./x.so',
          'io-threads-do-reads yes',
          'io-threads-do-reads',
          'dynamic-hz yes',
          'dynamic-hz',
          'lua-replicate-commands no',
          'lua-replicate-commands',
          'list-max-ziplist-entries 512',
          'list-max-ziplist-value 64 1',
          'vector-sets-x 1',
          'json.x 1',
          'enable-module-command local',
          'enable-module-command x',
          'module-x yes',
          'events-per-io-thread 2',
          'sanitize-dump-payload no',
        ]),
      ),
    );
  }

  #tls(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'tls-port 0',
          'tls-cert-file ""',
          'tls-cert-file nope.pem',
          'tls-key-file nope.key',
          'tls-ca-cert-file nope.crt',
          'tls-protocols "TLSv1.2"',
          'tls-protocols TLSv9',
          'tls-protocols ""',
          'tls-ciphers DEFAULT',
          'tls-ciphers nope',
          'tls-ciphersuites TLS_AES_128_GCM_SHA256',
          'tls-auth-clients optional',
          'tls-auth-clients maybe',
          'tls-replication no',
          'tls-cluster no',
          'tls-session-caching no',
          'tls-session-cache-size 5000',
          'tls-session-cache-timeout 60',
          'tls-session-cache-timeout -1',
          'tls-prefer-server-ciphers yes',
          'tls-key-file-pass secret',
          'tls-client-cert-file ""',
          'tls-dh-params-file ""',
          'tls-allowlist x',
          'tls-port -1',
          'tls-port 65536',
          'tls-auth-clients-user CN',
          'tls-ca-cert-dir ""',
          'tls-session-cache-size -1',
          'tls-port x',
        ]),
      ),
    );
  }

  #save(): Part {
    const by = this.#by;
    const one = (): string =>
      by.pick([
        'save ""',
        'save',
        "save ''",
        'save 900 1',
        'save 900 1 300 10 60 10000',
        'save "900 1"',
        'save "900 1 300 10"',
        'save "900" "1"',
        'save 0 1',
        'save 1 0',
        'save -1 1',
        'save 1 -1',
        'save 900',
        'save 900 1 300',
        'save "" ""',
        'save "" 900 1',
        'save 900 1 ""',
        'save " "',
        'save "  900   1  "',
        'save 9e2 1',
        'save 900 1 # x',
        'save yes',
        'save no',
        'SAVE 1 1',
        'save 1,1',
        'save 900\t1',
        'save 2147483648 1',
        'save 9223372036854775807 1',
        'save 9223372036854775808 1',
        'save 1 2147483648',
        'save 1 99999999999',
        'save "900\\t1"',
        'save "900\\n1"',
        'save "\\"900\\" 1"',
        "save '900 1'",
        'save "900 \'1\'"',
        'save 0900 01',
        'save +900 +1',
        'save 0x10 1',
        'save "#"',
        'save #',
        'save "900 1" 300 10',
        'save 900 "1 300 10"',
      ]);
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, one),
      ...(by.chance(0.3)
        ? [
            by.pick([
              'appendonly yes',
              'appendonly no',
              'rdbcompression no',
              'rdbcompression x',
              'dbfilename ""',
              'dbfilename x.rdb',
            ]),
          ]
        : []),
    );
  }

  #socket(): Part {
    const by = this.#by;
    const path = by.pick([
      '/tmp/r.sock',
      './r.sock',
      'r.sock',
      '""',
      '/tmp/' + 'x'.repeat(102),
      '/tmp/' + 'x'.repeat(103),
      '/tmp/' + 'x'.repeat(101),
      'x'.repeat(107),
      'x'.repeat(108),
      '/nope/r.sock',
      'd/r.sock',
      '/tmp',
      '"/tmp/a b.sock"',
      '/tmp/ä.sock',
      `/tmp/${'ä'.repeat(51)}`,
      `/tmp/${'ä'.repeat(52)}`,
    ]);
    return {
      lines: [
        `unixsocket ${path}`,
        ...(by.chance(0.6)
          ? [
              `unixsocketperm ${by.pick(['700', '0', '777', '0777', '1000', '778', '7 7', '""', '-1', '+700', 'rwx', '007', ' 700', '"700 "'])}`,
            ]
          : []),
        ...(by.chance(0.5) ? ['port 0'] : []),
      ],
      files: { 'd/x': '' },
    };
  }

  #bind(): Part {
    const by = this.#by;
    const address = (): string =>
      by.pick([
        '127.0.0.1',
        '127.0.0.2',
        '-127.0.0.1',
        '*',
        '-*',
        '::*',
        '-::*',
        '-::1',
        '0.0.0.0',
        '-0.0.0.0',
        'localhost',
        '""',
        '"*"',
        '127.1',
        '0',
        '127.0.0.1/8',
        '127.0.0.1:6379',
        '127.0.0.1,127.0.0.2',
        '-',
        '--',
        '#',
        '127.0.0.01',
        '0127.0.0.1',
        '0x7f000001',
        '[::1]',
        '-[::1]',
        '1.2.3',
        '-1.2.3.4',
        '-300.1.1.1',
        '-nope',
        '-a,b',
        '-"127.0.0.1"',
        '::',
        '-::',
        '::ffff:127.0.0.1',
        '-fe80::1%lo',
        '-::1:',
        '-10.0.0.1',
        '-#',
        'INADDR_ANY',
        '127.0.0.1.',
        '2130706433',
        '-::ffff:127.0.0.1',
        '0.0.0.0.0',
        '127.0.0.*',
        '-x.y.invalid',
        '" "',
        '-2001:db8::1',
      ]);
    const made = [`bind ${Array.from({ length: by.number(4) }, address).join(' ')}`.trimEnd()];
    if (by.chance(0.25))
      made.push(
        by.pick([
          `bind ${address()}`,
          'port 0',
          'cluster-enabled yes',
          'protected-mode no',
          'bind-source-addr 127.0.0.1',
          'bind-source-addr nope',
          'bind-source-addr ""',
          'port 6380',
          'tls-port 6379',
          'cluster-port 6379',
        ]),
      );
    return { lines: this.#either(made, []) };
  }

  #oom(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(2) }, () =>
        by.pick([
          'oom-score-adj no',
          'oom-score-adj yes',
          'oom-score-adj relative',
          'oom-score-adj absolute',
          'oom-score-adj true',
          'oom-score-adj-values 0 200 800',
          'oom-score-adj-values 800 200 0',
          'oom-score-adj-values "0 200 800"',
          'oom-score-adj-values 0 200',
          'oom-score-adj-values 0 200 800 1',
          'oom-score-adj-values -2000 0 2000',
          'oom-score-adj-values -2001 0 2000',
          'oom-score-adj-values 0 0 2001',
          'oom-score-adj-values a b c',
          'oom-score-adj-values',
          'oom-score-adj-values ""',
          'oom-score-adj-values +0 0x0 0',
          'oom-score-adj-values " 1" "2 " 3',
          'oom-score-adj-values 1.5 2 3',
          'oom-score-adj-values 99999999999999999999 0 0',
          'oom-score-adj-values 4294967296 0 0',
          'oom-score-adj-values "0 200" 800',
          "oom-score-adj-values '' '' ''",
          'oom-score-adj-values 0 200 800 # x',
        ]),
      ),
    );
  }

  #buffers(): Part {
    const by = this.#by;
    const group = (): string =>
      `${by.pick(['normal', 'replica', 'slave', 'pubsub', 'Normal', 'REPLICA', 'master', 'primary', '"normal"', 'none', '""'])} ${by.pick(['0', '256mb', '1gb', 'gb', '""', '-1', '1.5mb', '1t', '18446744073709551616', '5 mb', '0x10'])} ${by.pick(['0', '64mb', '64 mb', 'x', '-0'])} ${by.pick(['0', '60', '60s', '-1', '""', '+5', '5.0', '2147483648', '9223372036854775808', ' 5', '"5 "'])}`;
    return lines(
      `client-output-buffer-limit ${Array.from({ length: 1 + by.number(2) }, group).join(' ')}`,
      ...(by.chance(0.4)
        ? [
            by.pick([
              'client-output-buffer-limit',
              'client-output-buffer-limit ""',
              'client-output-buffer-limit "normal 0 0 0"',
              'client-output-buffer-limit "normal 0 0 0 pubsub 1 1 1"',
              'client-output-buffer-limit normal "0 0 0"',
              'client-output-buffer-limit normal 0 0 0 # x',
              'client-output-buffer-limit normal,pubsub 0 0 0',
              'client-output-buffer-limit normal 0 0 0 pubsub',
              'client-query-buffer-limit 1mb',
              'client-query-buffer-limit 1023kb',
              'client-query-buffer-limit 1gb',
            ]),
          ]
        : []),
    );
  }

  #memory(): Part {
    const by = this.#by;
    const size = (): string =>
      by.pick([
        '0',
        '100mb',
        '100MB',
        '100Mb',
        '1gb',
        '1g',
        '1.5gb',
        '1tb',
        '1mib',
        '1 gb',
        '"1 gb"',
        'gb',
        '""',
        '-1',
        '+1',
        '0x100',
        '1e9',
        '1_000',
        '1,000',
        '50%',
        '100%',
        '101%',
        '-1%',
        '%',
        '0%',
        '00%',
        '1%%',
        '5 %',
        '18446744073709551615',
        '18446744073709551616',
        '9223372036854775807',
        '9223372036854775808',
        '17179869184gb',
        '99999999999999999999gb',
        '1kk',
        '1b',
        '1bb',
        '1kB',
        '1Kb',
        '01gb',
        ' 1',
        '1\\n',
        '"1\\x00"',
        '"1gb\\x00x"',
        '"\\x31gb"',
        '2147483648',
        '4294967295',
        '4294967296',
        '1023',
        '1024',
        '1025',
        '511',
        '512mb',
        '513mb',
        '1mb1',
        'mb1',
        '٣',
      ]);
    return lines(
      ...Array.from(
        { length: 1 + by.number(2) },
        () =>
          `${by.pick(['maxmemory', 'maxmemory', 'maxmemory-clients', 'repl-backlog-size', 'client-query-buffer-limit', 'proto-max-bulk-len', 'auto-aof-rewrite-min-size', 'active-defrag-ignore-bytes', 'hash-max-listpack-value', 'set-max-listpack-value', 'zset-max-listpack-value', 'stream-node-max-bytes', 'hll-sparse-max-bytes', 'loading-process-events-interval-bytes', 'replica-full-sync-buffer-limit', 'cluster-link-sendbuf-limit', 'cluster-slot-migration-log-max-len', 'active-defrag-cycle-us', 'lua-time-limit', 'rdb-key-save-delay', 'maxclients', 'maxmemory-samples', 'databases', 'lfu-log-factor', 'repl-backlog-ttl'])} ${size()}`,
      ),
    );
  }

  #rename(): Part {
    const by = this.#by;
    const commands = commandsOf(by.target, 'redis').names.filter(name => !name.includes('|'));
    const name = (): string =>
      by.pick([
        'GET',
        'get',
        'CONFIG',
        'FLUSHALL',
        'debug',
        'nope',
        '""',
        'G1',
        'G2',
        by.pick(commands),
        '"GET"',
        'GET ',
        'config|get',
        "'GET'",
        'sentinel',
        'module',
        'client',
        '"G ET"',
        '"GET\\x00"',
        'ä',
      ]);
    return lines(
      ...Array.from(
        { length: 1 + by.number(3) },
        () =>
          `rename-command ${by.pick([`${name()} ""`, `${name()} ${name()}`, `GET ${by.pick(['G1', 'G2', 'GET', 'get', 'SET', '""'])}`, `${by.pick(['G1', 'G2', 'g1'])} ${by.pick(['GET', 'G3', '""'])}`, name(), `${name()} a b`, `${name()} # x`])}`,
      ),
      ...(by.chance(0.3) ? [by.pick(['user a +get', 'user a +g1', 'user a -config|set', 'rename-command'])] : []),
    );
  }

  /** Words of quotes, escapes and blanks in any order. */
  #word(): string {
    return Array.from({ length: 1 + this.#by.number(6) }, () =>
      this.#by.pick([
        '"',
        '"',
        "'",
        "'",
        '\\',
        '\\x',
        '\\x4',
        '\\x41',
        '\\xZZ',
        '\\n',
        '\\"',
        "\\'",
        'a',
        '5',
        '#',
        ' ',
        '\t',
        '\f',
        '\v',
        'é',
        '\u00a0',
        '\\\\',
        '\\x00',
        '\\r',
        '{',
        '$X',
        ';',
      ]),
    ).join('');
  }

  #quotes(): Part {
    const by = this.#by;
    return lines(
      ...Array.from(
        { length: 1 + by.number(3) },
        () =>
          `${by.pick(['requirepass', 'timeout', 'appendonly', 'dbfilename', 'save', 'user q', 'masterauth', 'loglevel', 'rename-command GET', 'cluster-announce-hostname', 'proc-title-template', 'notify-keyspace-events', 'masteruser', 'syslog-ident', 'ignore-warnings', 'pidfile', '', '"timeout"', 'tim"eout"', 'a.b', 'nope'])} ${by.pick([this.#word(), `"${this.#word()}"`, `'${this.#word()}'`, `5${this.#word()}`, `${this.#word()} ${this.#word()}`])}`,
      ),
    );
  }

  #cluster(): Part {
    const by = this.#by;
    return lines(
      'cluster-enabled yes',
      ...Array.from({ length: by.number(4) }, () =>
        by.pick([
          'port 55535',
          'port 55536',
          'port 65535',
          'cluster-port 0',
          'cluster-port 16379',
          'cluster-port 6379',
          'cluster-port 65535',
          'cluster-port 65536',
          'cluster-config-file nodes.conf',
          'cluster-config-file c.conf',
          'cluster-config-file ""',
          'cluster-config-file "./c.conf"',
          'cluster-config-file nope/n.conf',
          'cluster-config-file .',
          'cluster-node-timeout 0',
          'cluster-node-timeout -1',
          'cluster-announce-ip 10.0.0.1',
          'cluster-announce-ip redis-1',
          'cluster-announce-port 70000',
          'cluster-announce-bus-port 0',
          'cluster-announce-hostname a_b',
          'cluster-announce-hostname ""',
          'cluster-announce-human-nodename "a b"',
          'cluster-announce-human-nodename a:b',
          'cluster-preferred-endpoint-type hostname',
          'cluster-preferred-endpoint-type x',
          'cluster-require-full-coverage no',
          'cluster-migration-barrier -1',
          'cluster-replica-validity-factor -1',
          'cluster-allow-reads-when-down x',
          'bind ""',
          'databases 1',
          'databases 16',
          'replicaof 127.0.0.1 1',
          'replicaof no one',
          'slaveof 127.0.0.1 1',
          'cluster-enabled no',
          'port 0',
          'tls-cluster no',
          'cluster-databases 2',
          'cluster-link-sendbuf-limit 1',
          'cluster-allow-replica-migration no',
          'dbfilename nodes.conf',
          'appendonly yes',
        ]),
      ),
    );
  }

  #replica(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'replicaof 127.0.0.1 6379',
          'replicaof 127.0.0.1:6379',
          'replicaof no one',
          'replicaof NO One',
          'replicaof no 1',
          'replicaof "" 1',
          'replicaof h 65535',
          'replicaof h 65536',
          'replicaof h -1',
          'replicaof h 0',
          'replicaof h 1 2',
          'replicaof h',
          'replicaof',
          'replicaof "h 1"',
          'replicaof "no one"',
          'slaveof h 1',
          'masterauth ""',
          'masterauth a b',
          'masteruser ""',
          'replica-priority -1',
          'replica-priority 0',
          'slave-priority 100',
          'min-replicas-to-write -1',
          'min-slaves-to-write 1',
          'min-replicas-max-lag x',
          'replica-announce-ip x',
          'replica-announce-port 70000',
          'replica-announced maybe',
          'repl-timeout 0',
          'repl-ping-replica-period 0',
          'repl-ping-slave-period 1',
          'repl-diskless-load swapdb',
          'repl-diskless-load flush-before-load',
          'repl-diskless-load x',
          'repl-diskless-sync-period 5',
          'repl-disable-tcp-nodelay 1',
          'replica-serve-stale-data',
          'replica-read-only no',
          'propagation-error-behavior panic',
          'propagation-error-behavior panic-on-replicas',
          'propagation-error-behavior x',
          'repl-diskless-sync-max-replicas -1',
          'primaryauth x',
          'primaryuser x',
          'repl-mptcp yes',
          'replicaof h 1 # x',
        ]),
      ),
    );
  }

  #names(): Part {
    const by = this.#by;
    return {
      lines: Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'dir .',
          'dir d',
          'dir ./d/',
          'dir d/..',
          'dir nope',
          'dir a.conf',
          'dir ""',
          'dir',
          'dir "d"',
          'dbfilename d',
          'dbfilename ..',
          'dbfilename .',
          'dbfilename c.conf',
          'dbfilename a/b',
          'dbfilename "a\\\\b"',
          'dbfilename a\\b',
          'dbfilename ""',
          'appendfilename x.aof',
          'appendfilename ""',
          'appendfilename a/b',
          'appenddirname aof',
          'appenddirname ""',
          'appenddirname a/b',
          'appenddirname ..',
          'logfile ""',
          'logfile x.log',
          'logfile nope/x.log',
          'logfile d',
          'logfile d/x.log',
          'pidfile nope/x.pid',
          'pidfile ""',
          'aof-use-rdb-preamble x',
          'proc-title-template ""',
          'proc-title-template "{title}"',
          'proc-title-template {port}',
          'proc-title-template {nope}',
          'proc-title-template "{title} {listen-addr}"',
          'crash-log-enabled maybe',
          'syslog-enabled no',
          'syslog-facility local0',
          'syslog-facility local8',
          'syslog-ident ""',
          'set-proc-title 1',
          'supervised no',
          'supervised yes',
          'supervised auto',
          'include d/x.conf',
        ]),
      ),
      files: { 'd/x.conf': 'timeout 5\n', 'a.conf': 'hello\n' },
    };
  }

  #valkey(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(2) }, () =>
        by.pick([
          'extended-redis-compatibility yes',
          'log-format logfmt',
          'log-format x',
          'log-timestamp-format iso8601',
          'hide-user-data-from-log yes',
          'dual-channel-replication-enabled no',
          'availability-zone "eu 1"',
          'availability-zone ""',
          'commandlog-execution-slower-than 10',
          'commandlog-request-larger-than -1',
          'commandlog-slow-execution-max-len 0',
          'slowlog-log-slower-than 10000',
          'slowlog-max-len -1',
          'import-mode no',
          'import-mode x',
          'rdma-port 0',
          'rdma-bind 127.0.0.1',
          'cluster-slot-stats-enabled yes',
          'max-new-connections-per-cycle 0',
          'max-new-tls-connections-per-cycle 1001',
          'prefetch-batch-max-size 129',
          'prefetch-batch-max-size 0',
          'lua-enable-insecure-api yes',
          'cluster-blacklist-ttl 60',
          'cluster-manual-failover-timeout 5000',
          'unixsocketgroup nope',
          'client-default-resp 3',
          'client-default-resp 4',
          'io-uring no',
          'maxmemory-reserved-scale 0',
          'rdb-version-check strict',
          'rdb-version-check loose',
          'hash-seed x',
          'rdb-compression yes',
          'primaryauth p',
          'min-replicas-to-write 0',
          'active-defrag-cycle-us 500',
          'enable-debug-assert no',
        ]),
      ),
    );
  }

  #misc(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'notify-keyspace-events KEA',
          'notify-keyspace-events "KEA x"',
          'notify-keyspace-events ""',
          'notify-keyspace-events',
          'notify-keyspace-events Knd',
          'notify-keyspace-events Ko',
          'latency-tracking-info-percentiles 50 99.9',
          'latency-tracking-info-percentiles 100.0001',
          'latency-tracking-info-percentiles ""',
          'latency-tracking-info-percentiles "50 99"',
          'latency-tracking-info-percentiles 1e2',
          'latency-tracking-info-percentiles 1,5',
          'hz 0',
          'hz 501',
          'hz -1',
          'port 65536',
          'port -1',
          'port 0',
          'port 6379 6380',
          'port "6379"',
          "port '6379'",
          'port 6379\f',
          'port\v6379',
          'daemonize no',
          'databases 0',
          'databases 1',
          'databases 2147483648',
          'shutdown-on-sigterm save nosave',
          'shutdown-on-sigterm default',
          'shutdown-on-sigint nosave now',
          'shutdown-on-sigint "nosave now"',
          'shutdown-timeout -1',
          'maxclients 0',
          'maxclients 4294967295',
          'maxclients 4294967296',
          'enable-debug-command local',
          'enable-debug-command x',
          'always-show-logo yes',
          'locale-collate C',
          'locale-collate ""',
          'list-max-listpack-size -6',
          'list-max-listpack-size -2147483648',
          'list-compress-depth -1',
          'stream-node-max-entries -1',
          'lfu-decay-time -1',
          'maxmemory-policy allkeys-lru',
          'maxmemory-policy lru',
          'maxmemory-eviction-tenacity 101',
          'loglevel NOTICE',
          'loglevel nothing',
          'loglevel warn',
          'server_cpulist 0-1',
          'server-cpulist 0-1',
          'bio-cpulist "x y"',
          'ignore-warnings ARM64-COW-BUG',
          'ignore-warnings x',
          'disable-thp no',
          'jemalloc-bg-thread yes',
          'tracking-table-max-keys -1',
          'slowlog-log-slower-than -2',
          'latency-monitor-threshold -1',
          'socket-mark-id -1',
          'socket-mark-id 4294967296',
          'protected-mode',
          'protected-mode no no',
          'lua-time-limit -1',
          'busy-reply-threshold 5',
          'rdb-save-incremental-fsync x',
          'io-threads 1',
          'io-threads 129',
          'io-threads 257',
          'timeout -1',
          'tcp-keepalive -1',
          'tcp-backlog 0',
          'tcp-backlog -1',
          'port 6379;',
          'port=6379',
          'port: 6379',
          '[server]',
          '{}',
          '<x>',
          '// x',
          '; x',
          '-- x',
          '/* x */',
          '--port 6379',
          '- x',
          `# ${'x'.repeat(5000)}`,
          `requirepass ${'x'.repeat(5000)}`,
          `timeout ${'5'.repeat(2000)}`,
          `timeout${' '.repeat(3000)}5`,
          `${'x'.repeat(1500)} 5`,
          `requirepass "${'\\x41'.repeat(700)}" x`,
        ]),
      ),
    );
  }

  #sentinelOrder(): Part {
    const by = this.#by;
    const made = Array.from({ length: 2 + by.number(4) }, () =>
      by.pick([
        'sentinel monitor other 127.0.0.1 6380 1',
        'sentinel monitor mymaster 127.0.0.1 6379 2',
        'sentinel monitor Other 127.0.0.1 6380 1',
        'sentinel down-after-milliseconds other 5000',
        'sentinel parallel-syncs other 1',
        'sentinel nope other 1',
        'sentinel',
        'port x',
        'sentinel down-after-milliseconds mymaster 0',
        'sentinel failover-timeout mymaster -1',
        `sentinel myid ${id('x')}`,
        'sentinel myid x',
        'sentinel deny-scripts-reconfig maybe',
        'sentinel monitor m 127.0.0.1 6379',
        'sentinel monitor m 127.0.0.1 70000 1',
        'sentinel monitor m 127.0.0.1 6379 0',
        'SENTINEL MONITOR up 127.0.0.1 6381 1',
        'sentinel down-after-milliseconds up 1',
        '"sentinel" "monitor" "q q" 127.0.0.1 6379 1',
        'sentinel auth-pass "q q" x',
        'timeout x',
        'sentinel current-epoch x',
        'sentinel announce-port 70000',
        'sentinel announce-port -1',
        'sentinel announce-ip ""',
        'sentinel monitor other 127.0.0.2 6380 1',
        'sentinel parallel-syncs mymaster x',
        'sentinel parallel-syncs mymaster -1',
      ]),
    );
    return { lines: made };
  }

  #sentinelTail(): Part {
    const by = this.#by;
    const made = [
      '# Generated by CONFIG REWRITE',
      ...Array.from({ length: 1 + by.number(6) }, () =>
        by.pick([
          'dir "/tmp"',
          'protected-mode no',
          'user default on nopass ~* &* +@all',
          'user default on nopass sanitize-payload ~* &* +@all',
          'latency-tracking-info-percentiles 50 99 99.9',
          `sentinel myid ${id('a')}`,
          `sentinel myid ${id('A')}`,
          'sentinel config-epoch mymaster 0',
          'sentinel leader-epoch mymaster 0',
          'sentinel current-epoch 0',
          'sentinel known-replica mymaster 127.0.0.1 6380',
          'sentinel known-replica mymaster 127.0.0.1 6381',
          'sentinel known-slave mymaster 127.0.0.1 6380',
          `sentinel known-sentinel mymaster 127.0.0.1 26380 ${id('b')}`,
          `sentinel known-sentinel mymaster 127.0.0.1 26381 ${id('c')}`,
          `sentinel known-sentinel mymaster 127.0.0.1 26380 ${id('c')}`,
          'sentinel known-sentinel mymaster 127.0.0.1 26380 ""',
          'sentinel known-sentinel mymaster 127.0.0.1 26382',
          'sentinel config-epoch mymaster x',
          'sentinel config-epoch mymaster',
          'sentinel known-replica mymaster redis-2 6380',
          'sentinel known-replica mymaster 127.0.0.1 0',
          'sentinel known-replica mymaster 127.0.0.1 6379',
          'sentinel known-replica mymaster ::1 6380',
          'sentinel known-replica mymaster 127.0.0.1 99999',
          '# ??? x y',
          'save 3600 1',
          'port 26379',
          'daemonize no',
          'pidfile "/var/run/redis.pid"',
        ]),
      ),
    ];
    return { lines: made };
  }

  #sentinelHosts(): Part {
    const by = this.#by;
    const host = (): string =>
      by.pick([
        'redis-1',
        'localhost',
        '127.0.0.1',
        '::1',
        '127.1',
        '1',
        '""',
        'a b',
        'fe80::1',
        '::ffff:1.2.3.4',
        '256.1.1.1',
        '127.0.0.01',
        '0x7f.1',
        '[::1]',
        '127.0.0.1,',
        'x'.repeat(300),
        'a_b',
        '*',
        '-1',
        '0.0.0.0',
        'LOCALHOST',
        '1.2.3.4 ',
        "'127.0.0.1'",
      ]);
    const quoted = (text: string): string => (/\s|^$/.test(text) && !text.startsWith('"') ? `"${text}"` : text);
    return {
      lines: Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          `sentinel monitor h${String(by.number(3))} ${quoted(host())} 6380 1`,
          'sentinel resolve-hostnames yes',
          'sentinel resolve-hostnames no',
          'sentinel resolve-hostnames YES',
          'sentinel resolve-hostnames',
          'sentinel announce-hostnames yes',
          `sentinel announce-ip ${quoted(host())}`,
          `sentinel known-replica mymaster ${quoted(host())} 6390`,
          `sentinel known-sentinel mymaster ${quoted(host())} 26390 ${id('d')}`,
        ]),
      ),
    };
  }

  #sentinelAuth(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'sentinel auth-pass mymaster secret',
          'sentinel auth-pass mymaster my secret',
          'sentinel auth-pass mymaster "my secret"',
          'sentinel auth-pass mymaster ""',
          'sentinel auth-pass mymaster',
          'sentinel auth-pass secret',
          'sentinel auth-pass MyMaster x',
          'sentinel auth-user mymaster u',
          'sentinel auth-user mymaster',
          'sentinel sentinel-user u',
          'sentinel sentinel-pass p',
          'sentinel sentinel-pass p q',
          'sentinel sentinel-user',
          'requirepass x',
          'user default on >x ~* +@all',
          'aclfile nope.acl',
          'masterauth x',
          'sentinel auth-pass mymaster x # y',
          'sentinel requirepass x',
          'sentinel masterauth x',
          'user s on +@all',
          'user s on +sentinel',
          'user s on +get',
          'user s on +sentinel|masters',
          'user s on +config|get',
          'user s on +hello +auth +ping',
          'user s on +@sentinel',
          'user s on allcommands',
        ]),
      ),
    );
  }

  #sentinelRenames(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'sentinel rename-command mymaster CONFIG c',
          'sentinel rename-command mymaster config d',
          'sentinel rename-command mymaster CONFIG ""',
          'sentinel rename-command mymaster CONFIG',
          'sentinel rename-command mymaster nope x',
          'sentinel rename-command other CONFIG c',
          'sentinel rename-command mymaster SLAVEOF s',
          'rename-command CONFIG ""',
          'rename-command SENTINEL x',
          'rename-command GET ""',
          'rename-command INFO x',
          'rename-command PING p',
          'rename-command SHUTDOWN ""',
          'rename-command auth a',
          'rename-command PUBLISH PING',
          'rename-command role ""',
          'rename-command acl x',
          'rename-command client x',
          'rename-command command x',
          'rename-command hello x',
          'rename-command subscribe x',
        ]),
      ),
    );
  }

  #sentinelTimes(): Part {
    const by = this.#by;
    return lines(
      ...Array.from(
        { length: 1 + by.number(3) },
        () =>
          `sentinel ${by.pick(['down-after-milliseconds', 'failover-timeout', 'parallel-syncs', 'master-reboot-down-after-period', 'primary-reboot-down-after-period', 'config-epoch', 'leader-epoch', 'Down-After-Milliseconds'])} mymaster ${by.pick(['1', '0', '-1', '30s', '5000 ', 'x', '""', '2147483647', '2147483648', '4294967295', '4294967297', '99999999999999999999', '-2147483649', '1.5', '1e3', '0x10', '" 5"', '"\\n5"', '+5', '007', '5 6', '5 # six', '-0', '9223372036854775808'])}`,
      ),
    );
  }

  #sentinelPlain(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        by.pick([
          'port 26380',
          'port 0',
          'bind 127.0.0.1',
          'bind ""',
          'daemonize no',
          'dir .',
          'dir nope',
          'logfile ""',
          'loglevel x',
          'protected-mode yes',
          'replicaof 127.0.0.1 1',
          'cluster-enabled yes',
          'cluster-enabled yes x',
          'appendonly yes',
          'save ""',
          'maxmemory 1tb',
          'nope 1',
          'nope',
          'a.b c',
          'a.b',
          'loadmodule ./x.so',
          'include nope.conf',
          'user u on',
          'tls-port 0',
          'requirepass "a',
          'pidfile ""',
          'acllog-max-len 1',
          'databases 1',
          'notify-keyspace-events q',
          'announce-ip 1.2.3.4',
          'monitor mymaster 127.0.0.1 6379 2',
          'down-after-milliseconds mymaster 5',
          'io-threads 2',
          'unixsocket /tmp/s.sock',
          'cluster-config-file c.conf',
          'dbfilename c.conf',
          'dbfilename x/y',
          'proc-title-template {server-mode}',
        ]),
      ),
    );
  }

  #sentinelInclude(): Part {
    const by = this.#by;
    const inside = (): string =>
      by.pick([
        'sentinel monitor inc 127.0.0.1 6390 1',
        'sentinel monitor mymaster 127.0.0.1 6379 2',
        'sentinel auth-pass mymaster x',
        'sentinel auth-pass nope x',
        'sentinel resolve-hostnames yes',
        'port 26390',
        'port x',
        '',
        '# c',
        `sentinel myid ${id('e')}`,
        'sentinel nope',
        'sentinel monitor h redis-9 6379 1',
      ]);
    return {
      lines: [
        `include ${by.pick(['a.conf', 'd/*.conf', 'nope.conf', './a.conf'])}`,
        ...(by.chance(0.3) ? ['sentinel auth-pass inc x'] : []),
      ],
      files: {
        'a.conf': Array.from({ length: 1 + by.number(3) }, () => `${inside()}\n`).join(''),
        'd/b.conf': Array.from({ length: 1 + by.number(2) }, () => `${inside()}\n`).join(''),
        'd/c.conf': inside(),
      },
    };
  }

  #sentinelQuotes(): Part {
    const by = this.#by;
    return lines(
      ...Array.from(
        { length: 1 + by.number(2) },
        () =>
          `sentinel ${by.pick(['auth-pass mymaster', 'auth-user mymaster', 'announce-ip', 'sentinel-pass', 'sentinel-user', 'parallel-syncs mymaster', 'config-epoch mymaster', '', 'rename-command mymaster CONFIG', 'down-after-milliseconds mymaster 5'])} ${by.pick([this.#word(), `"${this.#word()}"`, `'${this.#word()}'`])}`,
      ),
    );
  }
}
