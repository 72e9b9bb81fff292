/** Lines and files of redis.conf and sentinel.conf by chance, around every limit; the same seed gives the same text. */
import { commandsOf } from '../../src/conf/commandNames';
import { tableFor } from '../../src/conf/table';
import type { Setting } from '../../src/conf/table';
import { measured } from '../../src/conf/target';
import type { Target } from '../../src/conf/target';
import { sentinelStatements } from '../../src/conf/validate/sentinelShape';

/** Numbers in [0, 1), reproducible (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Settings of which the verdict depends on the machine or the build, and what to do with them. */
const leftOut = new Set(['logfile', 'activedefrag']);

const allNames = [...new Set(measured.flatMap((_, index) => tableFor({ index }).names))].filter(
  name => !leftOut.has(name) && name !== 'dir',
);

export class Generator {
  readonly #random: () => number;
  #users = 0;

  constructor(
    readonly target: Target,
    seed: number,
  ) {
    this.#random = random(seed);
  }

  number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.number(list.length)];
    if (one === undefined) throw new Error('an empty list');
    return one;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** A line for a server; `sane` makes most values good ones, so that a whole file gets far. */
  line(sane = false): string {
    const dice = this.number(100);
    if (dice < 4) return this.pick(['', '# comment', '   ', '\t# x', '\f', '#', '  \r']);
    if (dice < 6 && !sane) return this.#unknown();
    if (dice < 10) return this.#user(sane);
    if (dice < 13) return this.#rename(sane);
    if (dice < 14)
      return this.pick([
        'loadmodule /x.so',
        'loadmodule /x.so a "b c"',
        'a.b c',
        'search.timeout 5',
        ...(sane
          ? []
          : [
              'loadmodule',
              'a.b',
              'sentinel',
              'sentinel monitor a 127.0.0.1 1 1',
              'include',
              'user',
              'lua-replicate-commands yes',
              'list-max-ziplist-value 1 2',
              'io-threads-do-reads no',
              'dynamic-hz x',
            ]),
      ]);
    if (dice < 17 && !sane) return `${this.pick(allNames)} ${this.pick(['1', 'yes', 'x', ''])}`;
    const settings = tableFor(this.target).settings.filter(
      setting => !leftOut.has(setting.id) && (setting.ifdef ?? 'USE_OPENSSL') === 'USE_OPENSSL',
    );
    return this.#setting(this.pick(settings), sane);
  }

  #setting(setting: Setting, sane: boolean): string {
    const name = this.#case(this.pick([setting.name, setting.name, ...setting.aliases]));
    if (setting.id === 'dir') return `${name} ${this.pick(['.', '"."', '/', ...(sane ? [] : ['""', '', '. .'])])}`;
    let values = this.#values(setting, sane);
    if (!sane && this.chance(0.08)) values = this.pick([[], [...values, 'x'], [...values, '#', 'comment'], ['']]);
    return `${this.pick(['', '', ' ', '\t'])}${name}${values.map(value => this.pick([' ', ' ', ' ', '\t', '  ']) + this.#quote(value, sane)).join('')}${this.pick(['', '', ' ', '\r', '\t'])}`;
  }

  #case(name: string): string {
    return this.chance(0.05) ? name.toUpperCase() : this.chance(0.03) ? `"${name}"` : name;
  }

  #quote(value: string, sane: boolean): string {
    const must = value === '' || /[\s"'\\]/.test(value);
    const dice = this.number(100);
    if (!sane && dice < 2)
      return this.pick([`"${value}`, `${value}'`, `"${value}"x`, `'${value}'"y"`, `${value}"`, `"${value}\\"`]);
    if (!sane && dice < 3)
      return `"${[...value].map(char => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0').slice(-2)}`).join('')}"`;
    if (dice < 8 && value.length > 1)
      return `${value.slice(0, 1)}"${value.slice(1).replace(/["\\]/g, '\\$&')}"`.replace(/^["'\\\s]/, 'q');
    if (must || dice < 16)
      return this.chance(0.7) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `'${value.replace(/'/g, "\\'")}'`;
    return value;
  }

  #values(setting: Setting, sane: boolean): string[] {
    switch (setting.type) {
      case 'bool':
        return [
          this.pick(
            sane ? ['yes', 'no'] : ['yes', 'no', 'YES', 'No', 'true', '1', '0', 'on', '', 'yes ', 'yess', '“yes”'],
          ),
        ];
      case 'enum':
        return this.#enum(setting, sane);
      case 'int':
        return [this.#integer(setting, sane)];
      case 'memory':
        return [this.#memory(setting, sane)];
      case 'octal':
        return [
          this.pick(
            sane
              ? ['700', '0', '777']
              : ['700', '0', '777', '778', '1000', '888', '', ' 7', '+7', '-7', '7x', '0o7', '08', '07'],
          ),
        ];
      case 'addresses':
        return this.pick([
          ['127.0.0.1'],
          ['*', '-::*'],
          ['127.0.0.1 -::1'],
          [''],
          [],
          Array.from({ length: 16 }, (_, i) => `10.0.0.${String(i)}`),
          ...(sane ? [] : [Array.from({ length: 17 }, (_, i) => `10.0.0.${String(i)}`), ['a,b'], ['"x']]),
        ]);
      case 'save-points':
        return this.pick([
          ['900', '1'],
          ['900', '1', '300', '10'],
          ['900 1'],
          [''],
          [],
          ['1', '0'],
          ...(sane
            ? []
            : [
                ['900'],
                ['0', '1'],
                ['-1', '1'],
                ['1', '-1'],
                ['900', 'x'],
                ['9s', '1'],
                ['+9', '+1'],
                ['', '1'],
                [' 9', '1'],
                ['"900 1'],
                ['900 1 2'],
                ['1', '2', '3'],
                ['99999999999', '1'],
                ['1', '99999999999999999999'],
                ['\\'],
              ]),
        ]);
      case 'buffer-limits':
        return this.#buffers(sane);
      case 'event-flags':
        return [
          this.pick([
            '',
            'KEA',
            'Ex',
            'Kg$lshzxetdn',
            'A',
            'K',
            ...(sane ? [] : ['KEAq', 'ke', 'K E', 'AKE!', 'Km', 'd', 'n', 'o']),
          ]),
        ];
      case 'host-port':
        return this.pick([
          ['127.0.0.1', '6379'],
          ['no', 'one'],
          ['NO', 'ONE'],
          ['redis-master', '6379'],
          ['', '6379'],
          ['127.0.0.1 6379'],
          ...(sane
            ? []
            : [
                ['127.0.0.1:6379'],
                ['h', '65536'],
                ['h', '-1'],
                ['h', 'x'],
                ['h', ''],
                ['h', '+5'],
                ['h', ' 5'],
                ['h', '5x'],
                ['h', '007'],
                ['h', '99999999999999999999'],
                ['h'],
                [],
                ['h', '1', '2'],
                ['h', '0'],
                [''],
              ]),
        ]);
      case 'int-triple':
        return this.pick([
          ['0', '200', '800'],
          ['-2000', '0', '2000'],
          ['0 200 800'],
          ...(sane
            ? []
            : [
                ['0', '1'],
                ['0', '1', '2', '3'],
                ['0', '1', '2001'],
                ['-2001', '0', '0'],
                ['a', '1', '2'],
                ['', '1', '2'],
                ['+1', '+2', ' 3'],
                ['1', '2', '3x'],
                ['"0 1'],
                ['', '', ''],
              ]),
        ]);
      case 'percentiles':
        return this.pick([
          ['50', '99', '99.9'],
          [''],
          [],
          ['50 99'],
          ['.5', '1e1', '5.'],
          ['0', '100'],
          ...(sane
            ? []
            : [
                ['101'],
                ['-1'],
                ['x'],
                ['nan'],
                ['inf'],
                ['0x10'],
                ['50%'],
                [' 5'],
                ['1e400'],
                ['50', ''],
                ['-0'],
                ['1e'],
                ['+5'],
              ]),
        ]);
      case 'path':
      case 'string':
        return [this.#string(setting, sane)];
    }
  }

  #enum(setting: Setting, sane: boolean): string[] {
    const good = this.pick(setting.values);
    if (!setting.multiArg)
      return [
        this.pick(
          sane ? [good] : [good, good, good.toUpperCase(), `${good}x`, '', ' ', good.slice(1), 'yes', `${good} `],
        ),
      ];
    if (sane) return [good];
    return this.pick([
      [good],
      [good, this.pick(setting.values)],
      [this.pick(setting.values), this.pick(setting.values), good],
      [`${good} ${this.pick(setting.values)}`],
      [],
      [''],
      [good, 'x'],
      ['save', 'nosave'],
    ]);
  }

  #integer(setting: Setting, sane: boolean): string {
    const { min = 0n, max = 100n } = setting;
    const middle =
      max - min > 1000n ? min + BigInt(this.number(1000)) : min + BigInt(this.number(Number(max - min) + 1));
    if (sane) return String(this.pick([min, max, middle]));
    return this.pick([
      String(min),
      String(max),
      String(middle),
      String(middle),
      String(min - 1n),
      String(max + 1n),
      '0',
      '1',
      '-1',
      '-0',
      '+5',
      '007',
      '00',
      '5.0',
      '0x5',
      ' 5',
      '5 ',
      '',
      'abc',
      '5k',
      '10s',
      '1e3',
      '--1',
      '-',
      '2147483647',
      '2147483648',
      '-2147483648',
      '4294967295',
      '4294967296',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '18446744073709551615',
      '18446744073709551616',
      '99999999999999999999999',
      '${X}',
      '1_000',
      '1,000',
      '٣',
    ]);
  }

  #memory(setting: Setting, sane: boolean): string {
    const unit = this.pick(['', 'b', 'k', 'kb', 'm', 'mb', 'g', 'gb', 'KB', 'Mb', 'gB', 'B']);
    const limits = [setting.min, setting.max].filter(limit => limit !== undefined && limit > 0n);
    if (sane) return this.pick([String(setting.default ?? '0').replace(/[^0-9]/g, '') || '0', ...limits.map(String)]);
    return this.pick([
      `${String(this.number(2000))}${unit}`,
      `${String(this.number(2000))}${unit}`,
      `0${unit}`,
      unit,
      `007${unit}`,
      '1.5gb',
      '1tb',
      '1t',
      '1mib',
      '+5',
      '-5',
      '-0',
      '-5mb',
      ' 5',
      '5 mb',
      '',
      'abc',
      '50%',
      '0%',
      '100%',
      '101%',
      '-1%',
      '%',
      '5.5%',
      ' 5%',
      '05%',
      ...limits.flatMap(limit => [String(limit), String((limit ?? 0n) - 1n), String((limit ?? 0n) + 1n)]),
      '9223372036854775807',
      '9223372036854775808',
      '18446744073709551615',
      '18446744073709551616',
      '99999999999999999999',
      '17179869184gb',
      '8589934592gb',
      '99999999999gb',
      '2147483648',
      '4294967296',
      '2gbb',
      'b1',
      '1 ',
    ]);
  }

  #string(setting: Setting, sane: boolean): string {
    if (sane)
      return this.pick(['abc', 'a-b.c', ...(setting.check === undefined ? ['with blank', ''] : [])]).replace(
        /^$/,
        setting.check === undefined ? '' : 'x',
      );
    return this.pick([
      'abc',
      '',
      'a b',
      '/tmp/x',
      'a/b',
      'a\\b',
      '.',
      '..',
      'ä',
      '日本',
      'x'.repeat(255),
      'x'.repeat(256),
      'x'.repeat(130),
      'a_b',
      'a-b.c',
      'a,b',
      'a=b',
      'a:b',
      'a@b',
      'a!b',
      '1.2.3.4',
      '1.2.3',
      '256.1.1.1',
      '::1',
      'fe80::1%lo',
      ':::',
      '${X}',
      '{title}',
      '{title} {port}',
      '{role}',
      '{',
      '}',
      '{{title}}',
      '{title',
      'x {tls-port} {unixsocket} {config-file} {listen-addr} {server-mode}',
      '{TITLE}',
      '{}',
      'a#b',
      '#x',
      'a"b',
      "a'b",
      '\t',
      'a?b',
      'a*b',
      'a/../b',
      '~',
      'a|b',
      'a<b',
      'a;b',
      'a(b)',
      'a[b]',
      'a+b',
      'a%b',
      'a&b',
      'a$b',
      'a^b',
      'a`b',
    ]);
  }

  #buffers(sane: boolean): string[] {
    const group = (): string[] => [
      this.pick(['normal', 'replica', 'slave', 'pubsub', 'NORMAL', ...(sane ? [] : ['master', 'x', ''])]),
      this.pick(['0', '256mb', '1gb', ...(sane ? [] : ['-1', 'x', '1.5mb', '', 'gb'])]),
      this.pick(['0', '64mb', ...(sane ? [] : ['-1', 'x', ''])]),
      this.pick(['0', '60', ...(sane ? [] : ['60s', '-1', '', 'x', '+5', ' 5', '99999999999999999999', '2147483648'])]),
    ];
    return this.pick([
      group(),
      group(),
      [...group(), ...group()],
      ...(sane ? [] : [group().slice(1), [], [group().join(' ')], [...group(), 'x'], ['']]),
    ]);
  }

  #unknown(): string {
    const name = this.pick(allNames);
    return this.pick([
      `${name}x 1`,
      `${name.slice(1)} 1`,
      `${name}`,
      `${name}s`,
      `${name}=1`,
      `${name}: 1`,
      `[redis]`,
      '// x',
      '; x',
      '- x',
      `--${name} 1`,
      `${name.replace(/-/g, '_')} 1`,
      'export A=1',
      '{',
      '\ufeffport 1',
      'x.y',
      'x.y z',
    ]);
  }

  #user(sane: boolean): string {
    const name =
      sane || this.chance(0.9) ? `u${String(this.#users++)}` : this.pick(['default', 'u0', '"a b"', '""', 'ä']);
    const commands = commandsOf(this.target, 'redis').names;
    const rule = (): string =>
      this.pick([
        'on',
        'off',
        'nopass',
        'resetpass',
        'reset',
        'ON',
        '>pw',
        '<pw',
        `#${'a1'.repeat(32)}`,
        '~*',
        '~a:*',
        'allkeys',
        'resetkeys',
        'allcommands',
        'nocommands',
        '+@all',
        '-@all',
        '+@read',
        '-@dangerous',
        `+${this.pick(commands)}`,
        `-${this.pick(commands)}`,
        '+get',
        '-config|set',
        '+config|get',
        '+select|0',
        ...(sane
          ? []
          : [
              `#${'A1'.repeat(32)}`,
              '#abc',
              `!${'a1'.repeat(32)}`,
              '>',
              '&*',
              '&ch',
              'allchannels',
              'resetchannels',
              '%R~a',
              '%RW~b',
              '%W~c',
              '%~d',
              '%X~e',
              '%rw~f',
              '%RR~g',
              '%R',
              '(+get ~a)',
              '(+get',
              '~b)',
              '()',
              '(+nope)',
              '(x)',
              'clearselectors',
              '+nope',
              '-nope',
              '+@nope',
              '+config|get|x',
              '+get|x|y',
              '+debug|x',
              '-debug|x',
              '+config|',
              '+',
              '-',
              '+@',
              'get',
              '@read',
              'onn',
              '"~a b"',
              '"&a b"',
              '""',
              'sanitize-payload',
              'skip-sanitize-payload',
              '#',
              '# comment',
              '~',
              '&',
              '%',
              '(',
              ')',
              '+get+set',
              '+GET',
              '+@READ',
              '(~* ~a)',
              '(&* &a)',
              '"(+get ~\\"a b\\")"',
              '(on)',
              '(>pw)',
              '+client|id',
              '+CLIENT|ID',
              '~*)',
            ]),
      ]);
    return `user ${name}${Array.from({ length: this.number(5) }, () => ` ${rule()}`).join('')}`;
  }

  #rename(sane: boolean): string {
    const commands = commandsOf(this.target, 'redis').names.filter(name => !name.includes('|') && !/^v/.test(name));
    const name = this.pick(commands);
    return this.pick([
      `rename-command ${name} ""`,
      `rename-command ${name.toUpperCase()} x${String(this.number(1000))}`,
      ...(sane
        ? []
        : [
            `rename-command ${name} ${this.pick(commands)}`,
            `rename-command ${name} ${name}`,
            `rename-command ${name}`,
            `rename-command ${name} a b`,
            'rename-command nope x',
            'rename-command "" x',
            'rename-command',
          ]),
    ]);
  }

  /** A sentinel statement; `masters` are the names to use. */
  sentinelLine(masters: readonly string[], sane = false): string {
    if (this.chance(0.15)) return this.line(true);
    const shape = this.pick(sentinelStatements);
    const name = this.chance(0.05)
      ? shape.name.toUpperCase()
      : !sane && this.chance(0.04)
        ? `${shape.name}x`
        : shape.name;
    if (shape.name.endsWith('script')) return `sentinel ${name} ${this.pick(masters)} /bin/sh`;
    const number = (): string =>
      this.pick(
        sane
          ? ['1', '5000', '60000']
          : [
              '1',
              '0',
              '-1',
              '5000',
              '30s',
              'x',
              '',
              '+5',
              ' 7',
              '99999999999',
              '2147483648',
              '-2147483648',
              '007',
              '1.5',
              '4294967296',
              '65535',
              '65536',
            ],
      );
    const quoted = (text: string): string => (text === '' || /\s/.test(text) ? `"${text}"` : text);
    const host = (): string =>
      this.pick(
        sane
          ? ['127.0.0.1', '10.0.0.1', '::1']
          : [
              '127.0.0.1',
              '10.0.0.2',
              '::1',
              'localhost',
              'redis.example',
              '127.1',
              '1',
              '0x7f.1',
              '256.1.1.1',
              '',
              'a,b',
              'fe80::1',
              '127.0.0.1:6379',
              '010.0.0.1',
              '08.0.0.1',
              '1.2.3.4.5',
              '0',
              '-1',
              '*',
              '::',
              '::ffff:1.2.3.4',
              '1.2.3.',
              '127.0.0.1 ',
              '1e3',
              '0x',
              '4294967296',
              '4294967295',
            ],
      );
    const args: Record<string, () => string[]> = {
      monitor: () => [this.pick(masters), host(), sane ? '6379' : number(), sane ? '2' : number()],
      myid: () => [
        this.pick([
          'a'.repeat(40),
          'A'.repeat(40),
          ...(sane ? [] : ['a'.repeat(39), 'a'.repeat(41), '', 'ä'.repeat(20)]),
        ]),
      ],
      'known-replica': () => [this.pick(masters), host(), sane ? String(6000 + this.number(900)) : number()],
      'known-slave': () => [this.pick(masters), host(), sane ? String(6000 + this.number(900)) : number()],
      'known-sentinel': () => [
        this.pick(masters),
        host(),
        sane ? '26379' : number(),
        ...(this.chance(0.8) ? [this.pick(['a', 'b', 'c', ...(sane ? [`i${String(this.number(100000))}`] : [])])] : []),
      ],
      'rename-command': () => [this.pick(masters), this.pick(['CONFIG', 'config', 'slaveof', 'x']), 'y'],
      'deny-scripts-reconfig': () => [this.#yesNo(sane)],
      'resolve-hostnames': () => [this.#yesNo(sane)],
      'announce-hostnames': () => [this.#yesNo(sane)],
      'announce-ip': () => [host()],
      'sentinel-user': () => ['u'],
      'sentinel-pass': () => ['p'],
    };
    let words =
      args[shape.name]?.() ??
      (shape.ofMaster ? [this.pick(masters), shape.name.startsWith('auth') ? 'secret' : number()] : [number()]);
    if (!sane && this.chance(0.07)) words = this.pick([words.slice(1), [...words, 'x'], [...words, '#', 'why'], []]);
    return `sentinel ${name}${words.map(word => ` ${quoted(word)}`).join('')}`;
  }

  #yesNo(sane: boolean): string {
    return this.pick(sane ? ['yes', 'no'] : ['yes', 'no', 'YES', 'true', '', '1']);
  }
}
