/** The examples on the pages of docs/rules: read, judged, started for real, and what the pages say of that. */
import { createHash } from 'node:crypto';
import { parseDocument } from '../../src/conf/document';
import { rules } from '../../src/conf/rules/codes';
import type { RuleCode } from '../../src/conf/rules/codes';
import { fixWords } from '../../src/conf/rules/phrases';
import { defaultTarget, measured, parseTarget } from '../../src/conf/target';
import type { Container, Finding, Severity } from '../../src/conf/types';
import { validate } from '../../src/conf/validate';
import { filesOf, folder } from './confFolder';
import { startServers } from './confStart';
import type { Probe, StartVerdict } from './confStart';

export interface Fence {
  readonly language: string;
  readonly file: string;
  readonly target: string | undefined;
  readonly skip: boolean;
  /** `mounts=/data,/conf published=6379`: the container of the example. */
  readonly container: Container | undefined;
  readonly text: string;
}

/** The examples of a section of a page. Those without `file=` are redis.conf or sentinel.conf. */
export function fences(page: string, section: 'Found' | 'Better'): Fence[] {
  const body = new RegExp(`^## ${section}\\n([^]*?)(?=^## |^<!-- |$(?![^]))`, 'm').exec(page)?.[1] ?? '';
  return [...body.matchAll(/^```(\S+)(.*)\n([^]*?)\n```$/gm)].map(([, language = '', info = '', text = '']) => ({
    language,
    target: /target=(\S+)/.exec(info)?.[1],
    skip: /\bskip\b/.test(info),
    container: /\bmounts=/.test(info)
      ? {
          mounts: /mounts=(\S*)/.exec(info)?.[1]?.split(',') ?? [],
          published: /published=(\S+)/.exec(info)?.[1]?.split(',').map(Number) ?? [],
        }
      : undefined,
    file: /file=(\S+)/.exec(info)?.[1] ?? (language === 'redis-sentinel-conf' ? 'sentinel.conf' : 'redis.conf'),
    text: /\braw\b/.test(info) ? decode(text) : `${text}\n`,
  }));
}

/** `\xHH` is a byte; `\c` at the end is a missing final newline. Bytes above 7F are those of UTF-8 where they are valid. */
function decode(text: string): string {
  const whole = text.endsWith('\\c') ? text.slice(0, -2) : `${text}\n`;
  return whole
    .replaceAll('\\xEF\\xBB\\xBF', '\uFEFF')
    .replaceAll('\\xFF\\xFE', '\udcff\udcfe')
    .replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** What is found in an example by itself, for its own target or another. */
export function judgeExample(examples: readonly Fence[], target?: string): readonly Finding[] {
  const files = filesOf(new Map(examples.map(one => [one.file, one.text])));
  const [first] = examples;
  if (first === undefined) throw new Error('no example');
  const asked = target ?? first.target;
  return validate(parseDocument(first.text, `${folder}/${first.file}`), {
    target: (asked === undefined ? undefined : parseTarget(asked)) ?? defaultTarget,
    mode: first.language === 'redis-sentinel-conf' ? 'sentinel' : 'redis',
    workingDirectory: folder,
    files,
    ...(first.container && { container: first.container }),
  }).findings;
}

/** The first example as a folder in which a server can be started; undefined where that would say nothing. */
export function probeOf(code: RuleCode, page: string): Probe | undefined {
  const examples = fences(page, 'Found');
  const [first, ...others] = examples;
  if (
    first === undefined ||
    rules[code].family === 'topology' ||
    examples.some(one => one.skip || one.container !== undefined)
  )
    return undefined;
  const bytes = Buffer.from(
    first.text.replace('\udcff\udcfe', '\u00ff\u00fe'),
    first.text.includes('\udcff') ? 'latin1' : 'utf8',
  );
  // An example may name its own file: inside it is called as on the page.
  const files = Object.fromEntries([
    ...others.map(one => [one.file, one.text] as const),
    [first.file, first.text] as const,
  ]);
  return {
    name: code,
    mode: first.language === 'redis-sentinel-conf' ? 'sentinel' : 'redis',
    base64: bytes.toString('base64'),
    files,
    main: first.file,
  };
}

/** What a server did with an example, as kept: the verdict and its words. */
export interface Kept {
  /** Of the example's text: a changed one has to be started again (`npm run bench -- ruleExamples --record`). */
  readonly example: string;
  readonly servers: Readonly<Record<string, readonly [verdict: number, message: string]>>;
}

export const keptFile = 'test/fixtures/rule-examples.json';

export const exampleKey = (probe: Probe): string =>
  createHash('sha256')
    .update(JSON.stringify([probe.mode, probe.base64, probe.files]))
    .digest('hex')
    .slice(0, 12);

export function keep(probe: Probe, verdicts: readonly StartVerdict[]): Kept {
  return {
    example: exampleKey(probe),
    servers: Object.fromEntries(
      startServers.map((server, index) => [
        server.target,
        [verdicts[index]?.verdict ?? 0, wordsOf(verdicts[index]?.message ?? '')] as const,
      ]),
    ),
  };
}

/** What is worth quoting of what a server printed. */
function wordsOf(message: string): string {
  return message.split('; ').slice(0, 2).join(' ').replace(/`/g, "'").replace(/\s+/g, ' ').trim();
}

const titles: Readonly<Record<string, string>> = {
  'redis-7.0': 'Redis 7.0',
  'redis-8.0': 'Redis 8.0',
  'valkey-8.1': 'Valkey 8.1',
};

/** The end of a page: what was measured, for which versions it counts, which quick fixes there are. */
export function measuredPart(code: RuleCode, page: string, kept: Kept | undefined): string {
  return [...fixesOf(code, page), ...serversOf(kept), ...versionsOf(code, page)].join('\n');
}

function fixesOf(code: RuleCode, page: string): string[] {
  if (rules[code].family === 'topology') return [];
  const found = judgeExample(fences(page, 'Found')).find(one => one.code === code);
  const fixes = (found?.fixes ?? []).map(
    fix =>
      `- *${(fixWords[fix.code] ?? fix.code).replace(/\{(\w+)\}/g, (_, key: string) => String(fix.data[key] ?? ''))}*${fix.safe ? ', which "Fix all safe findings" does as well' : ''}`,
  );
  return fixes.length === 0 ? [] : ['## Quick fixes for it', '', ...fixes, ''];
}

function serversOf(kept: Kept | undefined): string[] {
  if (kept === undefined) return [];
  const rows = Object.entries(kept.servers).map(([server, [verdict, message]]) => {
    const words = message === '' ? '' : `: \`${message.replaceAll('|', '\\|')}\``;
    if (message.startsWith('it crashes')) return `| ${titles[server] ?? server} | crashes |`;
    return `| ${titles[server] ?? server} | ${verdict === 0 ? 'starts' : verdict > 0 ? `refuses line ${String(verdict)}${words}` : `exits${words}`} |`;
  });
  return [
    '## What servers did with the first example',
    '',
    '| started for real | what happened |',
    '|---|---|',
    ...rows,
    '',
  ];
}

function versionsOf(code: RuleCode, page: string): string[] {
  const found = fences(page, 'Found');
  if (rules[code].family === 'topology' || found.length === 0 || found.some(one => one.skip)) return [];
  const by = new Map<Severity | 'nothing', string[]>();
  for (const target of measured) {
    const severity = judgeExample(found, target).find(one => one.code === code)?.severity ?? 'nothing';
    by.set(severity, [...(by.get(severity) ?? []), target]);
  }
  const said: Readonly<Record<Severity | 'nothing', string>> = {
    error: 'an error',
    warning: 'a warning',
    info: 'information',
    hint: 'a hint',
    nothing: 'no finding',
  };
  const parts = [...by].map(
    ([severity, targets]) =>
      `${said[severity]} for ${targets.length === measured.length ? 'every version measured' : namesOf(targets)}`,
  );
  return ['## Versions', '', `The first example is ${parts.join('; ')}.`, ''];
}

/** `Redis 6.0, 6.2 and Valkey 7.2`. */
function namesOf(targets: readonly string[]): string {
  return (['redis', 'valkey'] as const)
    .flatMap(product => {
      const versions = targets.filter(one => one.startsWith(product)).map(one => one.slice(product.length + 1));
      return versions.length === 0 ? [] : [`${product === 'redis' ? 'Redis' : 'Valkey'} ${versions.join(', ')}`];
    })
    .join(' and ');
}
