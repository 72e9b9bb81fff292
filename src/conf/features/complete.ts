/** What can be written at a place: directives, statements, values by kind, names defined in the file. */
import { asciiLower } from '../bytes';
import { measured, targetName } from '../target';
import { scanWords } from '../scanner';
import { ruleCodes } from '../rules/codes';
import { repeatable, tableOf } from './context';
import type { Context } from './context';
import { statementWords, userRules, valueWords } from './completeValues';
import { sentinelStatements } from './statements';
import type { Setting } from '../table';

export interface Completion {
  readonly label: string;
  readonly kind:
    | 'directive'
    | 'statement'
    | 'keyword'
    | 'value'
    | 'number'
    | 'master'
    | 'user'
    | 'command'
    | 'category'
    | 'code'
    | 'target';
  /** What to write instead of `[start, end)`; in snippet syntax when `snippet` is set. */
  readonly insert: string;
  readonly snippet?: true;
  readonly start: number;
  readonly end: number;
  /** Groups, most wanted first; within a group the order is that of the labels. */
  readonly rank: number;
  /** The setting that it writes, for the detail line. */
  readonly setting?: Setting;
  /** Where its description is: section, key and, for values, the value. */
  readonly about?: {
    readonly section: 'directives' | 'sentinel' | 'values';
    readonly key: string;
    readonly value?: string;
  };
  /** An old name: still accepted. */
  readonly deprecated?: true;
  /** The default of the setting. */
  readonly isDefault?: true;
}

/** One proposal before it is known what it replaces. */
export type Proposal = Omit<Completion, 'start' | 'end'>;

/** What else the caller knows: names of commands (`config`, `config|get`) and ACL categories of the target. */
export interface Vocabulary {
  readonly commands: readonly string[];
  readonly categories: readonly string[];
}

export function completeAt(context: Context, offset: number, vocabulary: Vocabulary): Completion[] {
  const { document } = context;
  const { line } = document.positionAt(offset);
  const lineStart = document.lineStarts[line] ?? 0;
  const before = document.text.slice(lineStart, offset);
  if (/^[ \t\r]*#/.test(before))
    return place(inComment(before), offset - (/[^\s,=]*$/.exec(before)?.[0].length ?? 0), offset);
  const { words } = scanWords(document.text, lineStart, offset);
  const last = words.at(-1);
  const typing = last !== undefined && last.end === offset;
  const index = typing ? words.length - 1 : words.length;
  const values = words.map(word => word.value);
  const typed = typing ? last.value : '';
  const start = typing ? last.start : offset;
  const end = endOfWord(document.text, offset);
  if (index === 0) return place(names(context, line), start, end);
  const name = asciiLower(values[0] ?? '');
  if (name === 'sentinel') {
    if (context.mode !== 'sentinel') return [];
    return place(
      index === 1 ? statements(context, line) : statementWords(context, values, index, vocabulary),
      start,
      end,
    );
  }
  if (name === 'user') return place(userRules(values, index, typed, vocabulary), start, end);
  return place(valueWords(context, name, values, index, typed, vocabulary), start, end);
}

function place(proposals: readonly Proposal[], start: number, end: number): Completion[] {
  return proposals.map(one => ({ ...one, start, end }));
}

/** The rest of a word behind the caret is replaced too. */
function endOfWord(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && !/[\s"']/.test(text.charAt(end))) end++;
  return end;
}

function names(context: Context, line: number): Proposal[] {
  const table = tableOf(context);
  const written = new Set<string>();
  for (const statement of context.document.statements) if (statement.line !== line) written.add(statement.name);
  const present = new Set([...written].map(name => table.lookup(name)?.setting?.id ?? name));
  const found: Proposal[] = [];
  for (const setting of table.settings) {
    if (setting.hidden || (present.has(setting.id) && !repeatable.has(setting.name))) continue;
    const about = { section: 'directives', key: setting.id } as const;
    found.push({
      label: setting.name,
      kind: 'directive',
      insert: `${setting.name} ${firstValue(setting)}`,
      snippet: true,
      rank: 1,
      setting,
      about,
    });
    for (const alias of setting.aliases) {
      found.push({
        label: alias,
        kind: 'directive',
        insert: `${alias} ${firstValue(setting)}`,
        snippet: true,
        rank: 3,
        setting,
        about,
        deprecated: true,
      });
    }
  }
  const pseudo: readonly (readonly [string, string])[] = [
    ['include', 'include ${1:path}'],
    ['loadmodule', 'loadmodule ${1:path}'],
    ['rename-command', 'rename-command ${1:command} ${2:""}'],
    ['user', 'user ${1:name} on >${2:password} ~${3:*} +@${4:all}'],
  ];
  for (const [label, insert] of pseudo)
    found.push({
      label,
      kind: 'keyword',
      insert,
      snippet: true,
      rank: 2,
      about: { section: 'directives', key: label },
    });
  if (context.mode !== 'sentinel') return found;
  return [
    {
      label: 'sentinel',
      kind: 'keyword',
      insert: 'sentinel ',
      rank: 0,
      about: { section: 'directives', key: 'sentinel' },
    },
    ...statements(context, line).map(one => ({
      ...one,
      label: `sentinel ${one.label}`,
      insert: `sentinel ${one.insert}`,
      rank: 0,
    })),
    ...found,
  ];
}

/** The value part of a new line: a choice where there are few values, else the default to type over. */
function firstValue(setting: Setting): string {
  if (setting.type === 'bool') return setting.default === 'yes' ? '${1|no,yes|}' : '${1|yes,no|}';
  if (setting.type === 'enum') return `\${1|${setting.values.join(',')}|}`;
  const sample =
    setting.default === undefined || setting.default === '' || setting.default.startsWith('(') || setting.multiArg
      ? ''
      : setting.default;
  return sample === '' || /[\s{}$\\]/.test(sample) ? '$1' : `\${1:${sample}}`;
}

const placeholders: Readonly<Record<string, string>> = {
  'new-name': 'mymaster',
  host: '127.0.0.1',
  port: '6379',
  quorum: '2',
  milliseconds: '5000',
  count: '1',
  path: '/path',
  password: 'password',
  user: 'user',
  command: 'CONFIG',
  epoch: '0',
  id: '',
  text: 'name',
};

function statements(context: Context, line: number): Proposal[] {
  const masters = [...new Set(mastersOf(context, line))];
  return sentinelStatements
    .filter(one => one.state === undefined && knows(context, one.since))
    .map(one => {
      const words = one.words.map((word, at) => {
        if (word === 'bool') return `\${${String(at + 1)}|yes,no|}`;
        if (word === 'name' && masters.length > 1) return `\${${String(at + 1)}|${masters.join(',')}|}`;
        return `\${${String(at + 1)}:${(word === 'name' ? (masters[0] ?? 'mymaster') : placeholders[word]) ?? ''}}`;
      });
      return {
        label: one.name,
        kind: 'statement',
        insert: [one.name, ...words].join(' '),
        snippet: true,
        rank: 0,
        about: { section: 'sentinel', key: one.name },
      };
    });
}

function mastersOf(context: Context, line: number): string[] {
  return context.document.statements
    .filter(one => one.line !== line && one.name === 'sentinel' && one.words[1]?.value.toLowerCase() === 'monitor')
    .map(one => one.words[2]?.value ?? '')
    .filter(name => /^[\w.-]+$/.test(name));
}

/** Whether the target is as new as `since`: `7.0`, or `valkey 8.0`. Every Valkey knows what Redis 7.2 knew. */
function knows({ target }: Context, since: string): boolean {
  const [version = '', product] = since.split(' ').reverse();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (product !== undefined && product !== target.product) return false;
  if (target.product === 'valkey' && product === undefined) return true;
  return target.major > major || (target.major === major && target.minor >= minor);
}

function inComment(before: string): Proposal[] {
  if (/redis-conf-disable(-next-line)?[\s:]/.test(before))
    return ruleCodes.map(code => ({ label: code, kind: 'code', insert: code, rank: 0 }));
  if (/redis-conf:.*\btarget\s*=\s*[^\s,;]*$/.test(before))
    return measured.map(label => ({ label, kind: 'target', insert: label, rank: 0 }));
  if (/redis-conf:.*\bmode\s*=\s*[^\s,;]*$/.test(before))
    return ['redis', 'sentinel'].map(label => ({ label, kind: 'target', insert: label, rank: 0 }));
  if (!/^[ \t\r]*#+[ \t]*[a-z-]*$/.test(before)) return [];
  return [
    { label: 'redis-conf-disable-next-line', kind: 'keyword', insert: 'redis-conf-disable-next-line ', rank: 0 },
    { label: 'redis-conf-disable', kind: 'keyword', insert: 'redis-conf-disable ', rank: 0 },
    { label: 'redis-conf: target=', kind: 'keyword', insert: 'redis-conf: target=', rank: 0 },
    { label: 'redis-conf: mode=', kind: 'keyword', insert: 'redis-conf: mode=', rank: 0 },
  ];
}

/** How a target is written in a comment. */
export const targetComment = (context: Context): string => `# redis-conf: target=${targetName(context.target)}`;
