/** Proposals behind the name of a directive or statement. */
import { masterNames } from './masters';
import { lookup } from './context';
import type { Context } from './context';
import type { Proposal, Vocabulary } from './complete';
import { sentinelStatement } from './statements';
import type { Setting } from '../table';

const value = (label: string, more: Partial<Proposal> = {}): Proposal => ({
  label,
  kind: 'value',
  insert: label,
  rank: 0,
  ...more,
});

/** Values for word `index` (from 1) of a line that starts with `name`. */
export function valueWords(
  context: Context,
  name: string,
  words: readonly string[],
  index: number,
  typed: string,
  vocabulary: Vocabulary,
): Proposal[] {
  if (name === 'rename-command') return index === 1 ? commands(vocabulary, false) : index === 2 ? [value('""')] : [];
  const setting = lookup(context, name)?.setting;
  if (setting === undefined || (index > 1 && !setting.multiArg)) return [];
  return ofSetting(setting, words, index, typed).map(one =>
    one.label === setting.default ? { ...one, isDefault: true } : one,
  );
}

function ofSetting(setting: Setting, words: readonly string[], index: number, typed: string): Proposal[] {
  const about = (one: string): Proposal => value(one, { about: { section: 'values', key: setting.id, value: one } });
  switch (setting.type) {
    case 'bool':
      return [value('yes'), value('no')];
    case 'enum':
      return setting.values.filter(one => !words.slice(1, index).includes(one)).map(about);
    case 'memory':
      return sizes(setting);
    case 'octal':
      return ['700', '770', '777'].map(one => value(one));
    case 'buffer-limits':
      return (index - 1) % 4 === 0
        ? ['normal', 'replica', 'pubsub'].map(about)
        : (index - 1) % 4 === 3
          ? ['0', '60'].map(number)
          : ['0', '64mb', '256mb'].map(number);
    case 'save-points':
      return index === 1
        ? ['3600 1', '300 100', '60 10000', '3600 1 300 100 60 10000', '""'].map(one => value(one))
        : [];
    case 'addresses':
      return ['* -::*', '127.0.0.1 -::1', '127.0.0.1', '-::1', '""']
        .filter(one => index === 1 || !one.includes(' '))
        .map(one => value(one));
    case 'host-port':
      return index === 1 ? [value('no one')] : index === 2 ? [number('6379')] : [];
    case 'event-flags':
      return index === 1 ? events(setting, typed) : [];
    case 'int':
      return setting.default === undefined ? [] : [number(setting.default)];
    case 'percentiles':
      return ['50', '99', '99.9'].filter(one => !words.slice(1, index).includes(one)).map(number);
    case 'int-triple':
      return index === 1 ? [value('0 200 800')] : [];
    case 'path':
      return index === 1 ? [value('/data')] : [];
    case 'string':
      return setting.default !== undefined && setting.default !== '' && index === 1
        ? [value(quoted(setting.default))]
        : [];
    default:
      return setting.type satisfies never;
  }
}

const number = (label: string): Proposal => value(label, { kind: 'number' });
const quoted = (text: string): string => (/[\s"']/.test(text) ? JSON.stringify(text) : text);

function sizes(setting: Setting): Proposal[] {
  const max = setting.max ?? 0n;
  const common = ['1mb', '16mb', '64mb', '256mb', '1gb', '4gb'].filter((_, at) => max > 1n << BigInt(20 + at * 2));
  return [
    ...(setting.default === undefined ? [] : [number(setting.default)]),
    ...common.map(number),
    ...(setting.percent ? [number('5%')] : []),
  ];
}

/** Letters are written without blanks, so a proposal keeps those that already stand there. */
function events(setting: Setting, typed: string): Proposal[] {
  const about = (letter: string) => ({ section: 'values', key: setting.id, value: letter }) as const;
  if (typed === '') return ['KEA', 'Ex', 'KEg$', 'Elg', '""'].map((one): Proposal => value(one));
  return [...'KEAg$lshzxetdmn']
    .filter(letter => !typed.includes(letter))
    .map(letter => value(typed + letter, { about: about(letter) }));
}

function commands(vocabulary: Vocabulary, withSubcommands: boolean): Proposal[] {
  return vocabulary.commands
    .filter(one => withSubcommands || !one.includes('|'))
    .map(one => ({
      label: withSubcommands ? one : one.toUpperCase(),
      kind: 'command',
      insert: withSubcommands ? one : one.toUpperCase(),
      rank: 1,
    }));
}

/** Words behind `sentinel STATEMENT`. */
export function statementWords(
  context: Context,
  words: readonly string[],
  index: number,
  vocabulary: Vocabulary,
): Proposal[] {
  const kind = sentinelStatement(words[1] ?? '')?.words[index - 2];
  switch (kind) {
    case 'name':
      return [
        ...new Set(
          masterNames(context.document)
            .filter(one => one.defines)
            .map(one => one.name),
        ),
      ].map(one => ({ label: one, kind: 'master', insert: one, rank: 0 }));
    case 'bool':
      return [value('yes'), value('no')];
    case 'port':
      return [number(words[1]?.toLowerCase() === 'announce-port' ? '26379' : '6379')];
    case 'quorum':
      return ['2', '3', '1'].map(number);
    case 'count':
      return [number('1')];
    case 'milliseconds':
      return ['5000', '30000', '60000', '180000'].map(number);
    case 'command':
      return commands(vocabulary, false);
    default:
      return [];
  }
}

const plainRules = [
  'on',
  'off',
  'nopass',
  'resetpass',
  'reset',
  'allkeys',
  'resetkeys',
  'allchannels',
  'resetchannels',
  'allcommands',
  'nocommands',
  'clearselectors',
  'sanitize-payload',
  'skip-sanitize-payload',
];

/** Rules of a `user` line; behind `+` and `-` commands and categories. */
export function userRules(words: readonly string[], index: number, typed: string, vocabulary: Vocabulary): Proposal[] {
  if (index === 1) return [{ label: 'default', kind: 'user', insert: 'default', rank: 0 }];
  const sign = /^\(?([+-])/.exec(typed)?.[0];
  if (sign === undefined) {
    const used = new Set(words.slice(2, index));
    return [
      ...plainRules
        .filter(one => !used.has(one))
        .map((one): Proposal => ({
          label: one,
          kind: 'keyword',
          insert: one,
          rank: 0,
          about: { section: 'values', key: 'user', value: one },
        })),
      ...['~*', '&*', '+@all', '-@dangerous', '+@read', '+@write']
        .filter(one => !used.has(one))
        .map(one => value(one, { rank: 1 })),
    ];
  }
  return [
    ...['all', ...vocabulary.categories].map((one): Proposal => ({
      label: `${sign}@${one}`,
      kind: 'category',
      insert: `${sign}@${one}`,
      rank: 0,
    })),
    ...commands(vocabulary, true).map(one => ({ ...one, label: sign + one.label, insert: sign + one.insert })),
  ];
}
