/**
 * Whole small folders by chance: a main file with its includes and ACL file, out of families that meet in real files and get
 * into each other's way. Each is made for a full start (confStart.ts); the same seed gives the same folders.
 */
import { readFileSync } from 'node:fs';
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
/** What the parts of a family are made of, by name; one pool a line. */
const pools = new Map(
  readFileSync('test/fixtures/conf-families.jsonl', 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as [name: string, words: readonly string[]]),
);
const hash = 'a1'.repeat(32);
const id = (letter: string): string => letter.repeat(40);

export class Folders {
  readonly #by: Generator;
  #made = 0;

  constructor(target: Target, seed: number) {
    this.#by = new Generator(target, seed);
  }

  /** One line or word of a pool of test/fixtures/conf-families.jsonl, or one of `more`. */
  #of(pool: string, ...more: readonly string[]): string {
    const words = pools.get(pool);
    if (words === undefined) throw new Error(pool);
    const at = this.#by.number(words.length + more.length);
    return words[at] ?? more[at - words.length] ?? '';
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
    return this.#of(
      'rule',
      `#${hash}`,
      `!${hash}`,
      `#${hash.toUpperCase()}`,
      `+${by.pick(commands)}`,
      `-${by.pick(commands)}`,
    );
  }

  #user(name = this.#of('user')): string {
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
      `user ${by.pick(['alice', 'bob', 'carol', 'default', 'ä', 'on'])} ${Array.from({ length: by.number(4) }, () => this.#of('aclFile', `#${hash}`)).join(' ')}`;
    const odd = (): string => this.#of('aclFile 2', this.#user());
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
    const inside = (): string => this.#of('include');
    const text = (): string => Array.from({ length: by.number(4) }, inside).join('\n') + (by.chance(0.75) ? '\n' : '');
    const named = this.#of('include 2');
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
    return lines(...Array.from({ length: 1 + by.number(2) }, () => this.#of('modules')));
  }

  #tls(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(3) }, () => this.#of('tls')));
  }

  #save(): Part {
    const by = this.#by;
    const one = (): string => this.#of('save');
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
    const path = this.#of(
      'socket',
      '/tmp/' + 'x'.repeat(102),
      '/tmp/' + 'x'.repeat(103),
      '/tmp/' + 'x'.repeat(101),
      'x'.repeat(107),
      'x'.repeat(108),
      `/tmp/${'ä'.repeat(51)}`,
      `/tmp/${'ä'.repeat(52)}`,
    );
    return {
      lines: [
        `unixsocket ${path}`,
        ...(by.chance(0.6) ? [`unixsocketperm ${this.#of('socket 2')}`] : []),
        ...(by.chance(0.5) ? ['port 0'] : []),
      ],
      files: { 'd/x': '' },
    };
  }

  #bind(): Part {
    const by = this.#by;
    const address = (): string => this.#of('bind');
    const made = [`bind ${Array.from({ length: by.number(4) }, address).join(' ')}`.trimEnd()];
    if (by.chance(0.25)) made.push(this.#of('bind 2', `bind ${address()}`));
    return { lines: this.#either(made, []) };
  }

  #oom(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(2) }, () => this.#of('oom')));
  }

  #buffers(): Part {
    const by = this.#by;
    const group = (): string =>
      `${this.#of('buffers')} ${this.#of('buffers 2')} ${by.pick(['0', '64mb', '64 mb', 'x', '-0'])} ${this.#of('buffers 3')}`;
    return lines(
      `client-output-buffer-limit ${Array.from({ length: 1 + by.number(2) }, group).join(' ')}`,
      ...(by.chance(0.4) ? [this.#of('buffers 4')] : []),
    );
  }

  #memory(): Part {
    const by = this.#by;
    const size = (): string => this.#of('memory');
    return lines(...Array.from({ length: 1 + by.number(2) }, () => `${this.#of('memory 2')} ${size()}`));
  }

  #rename(): Part {
    const by = this.#by;
    const commands = commandsOf(by.target, 'redis').names.filter(name => !name.includes('|'));
    const name = (): string => this.#of('rename', by.pick(commands));
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
    return Array.from({ length: 1 + this.#by.number(6) }, () => this.#of('word')).join('');
  }

  #quotes(): Part {
    const by = this.#by;
    return lines(
      ...Array.from(
        { length: 1 + by.number(3) },
        () =>
          `${this.#of('quotes')} ${by.pick([this.#word(), `"${this.#word()}"`, `'${this.#word()}'`, `5${this.#word()}`, `${this.#word()} ${this.#word()}`])}`,
      ),
    );
  }

  #cluster(): Part {
    const by = this.#by;
    return lines('cluster-enabled yes', ...Array.from({ length: by.number(4) }, () => this.#of('cluster')));
  }

  #replica(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(3) }, () => this.#of('replica')));
  }

  #names(): Part {
    const by = this.#by;
    return {
      lines: Array.from({ length: 1 + by.number(3) }, () => this.#of('names')),
      files: { 'd/x.conf': 'timeout 5\n', 'a.conf': 'hello\n' },
    };
  }

  #valkey(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(2) }, () => this.#of('valkey')));
  }

  #misc(): Part {
    const by = this.#by;
    return lines(
      ...Array.from({ length: 1 + by.number(3) }, () =>
        this.#of(
          'misc',
          `# ${'x'.repeat(5000)}`,
          `requirepass ${'x'.repeat(5000)}`,
          `timeout ${'5'.repeat(2000)}`,
          `timeout${' '.repeat(3000)}5`,
          `${'x'.repeat(1500)} 5`,
          `requirepass "${'\\x41'.repeat(700)}" x`,
        ),
      ),
    );
  }

  #sentinelOrder(): Part {
    const by = this.#by;
    const made = Array.from({ length: 2 + by.number(4) }, () => this.#of('sentinelOrder', `sentinel myid ${id('x')}`));
    return { lines: made };
  }

  #sentinelTail(): Part {
    const by = this.#by;
    const made = [
      '# Generated by CONFIG REWRITE',
      ...Array.from({ length: 1 + by.number(6) }, () =>
        this.#of(
          'sentinelTail',
          `sentinel myid ${id('a')}`,
          `sentinel myid ${id('A')}`,
          `sentinel known-sentinel mymaster 127.0.0.1 26380 ${id('b')}`,
          `sentinel known-sentinel mymaster 127.0.0.1 26381 ${id('c')}`,
          `sentinel known-sentinel mymaster 127.0.0.1 26380 ${id('c')}`,
        ),
      ),
    ];
    return { lines: made };
  }

  #sentinelHosts(): Part {
    const by = this.#by;
    const host = (): string => this.#of('sentinelHosts', 'x'.repeat(300));
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
    return lines(...Array.from({ length: 1 + by.number(3) }, () => this.#of('sentinelAuth')));
  }

  #sentinelRenames(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(3) }, () => this.#of('sentinelRenames')));
  }

  #sentinelTimes(): Part {
    const by = this.#by;
    return lines(
      ...Array.from(
        { length: 1 + by.number(3) },
        () =>
          `sentinel ${by.pick(['down-after-milliseconds', 'failover-timeout', 'parallel-syncs', 'master-reboot-down-after-period', 'primary-reboot-down-after-period', 'config-epoch', 'leader-epoch', 'Down-After-Milliseconds'])} mymaster ${this.#of('sentinelTimes')}`,
      ),
    );
  }

  #sentinelPlain(): Part {
    const by = this.#by;
    return lines(...Array.from({ length: 1 + by.number(3) }, () => this.#of('sentinelPlain')));
  }

  #sentinelInclude(): Part {
    const by = this.#by;
    const inside = (): string => this.#of('sentinelInclude', `sentinel myid ${id('e')}`);
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
          `sentinel ${this.#of('sentinelQuotes')} ${by.pick([this.#word(), `"${this.#word()}"`, `'${this.#word()}'`])}`,
      ),
    );
  }
}
