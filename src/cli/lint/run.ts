/** `redis-conf-lint`: the linter for CI and pre-commit. Thin: options in, the core's findings out. */
import { statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { version } from '../../../package.json';
import { guessMode, targetOf } from '../../conf/mode';
import { defaultTarget } from '../../conf/target';
import type { ConfDocument } from '../../conf/document';
import type { Finding } from '../../conf/types';
import { validate, validateAcl } from '../../conf/validate';
import { nodeFiles, openFile } from './nodeFiles';
import { readOptions, usage } from './options';
import type { Options } from './options';
import { asSarif, asText, toJson } from './output';
import type { JsonFinding } from './output';

/** What a run prints and how it ends. */
export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: 0 | 1 | 2;
}

export function run(args: readonly string[], here: string): Outcome {
  const read = readOptions(args);
  if ('help' in read) return { out: usage, err: '', status: 0 };
  if ('error' in read) return { out: '', err: `redis-conf-lint: ${read.error}\n`, status: 2 };
  const { options } = read;
  const problem = checkCwd(options, here);
  if (problem !== undefined) return { out: '', err: `redis-conf-lint: ${problem}\n`, status: 2 };
  const findings: JsonFinding[] = [];
  const unread: string[] = [];
  for (const file of options.files) {
    const result = lintFile(file, options, here);
    if (typeof result === 'string') unread.push(`redis-conf-lint: ${result}\n`);
    else findings.push(...result);
  }
  const count = (severity: string): number => findings.filter(one => one.severity === severity).length;
  const warnings = count('warning');
  const tooMany = warnings > options.maxWarnings;
  const out =
    options.format === 'json'
      ? `${JSON.stringify(findings, undefined, 2)}\n`
      : options.format === 'sarif'
        ? asSarif(findings, version)
        : asText(findings);
  const err =
    unread.join('') +
    (tooMany
      ? `redis-conf-lint: ${String(warnings)} warnings are more than the ${String(options.maxWarnings)} that --max-warnings allows.\n`
      : '');
  return { out, err, status: unread.length > 0 ? 2 : count('error') > 0 || tooMany ? 1 : 0 };
}

function checkCwd({ cwd }: Options, here: string): string | undefined {
  if (cwd === undefined) return undefined;
  const path = resolve(here, cwd);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    ? undefined
    : `--cwd ${cwd} is no folder. Name the working directory of the server.`;
}

/** The findings of one file, or a sentence that says why it could not be read. */
function lintFile(file: string, options: Options, here: string): JsonFinding[] | string {
  const path = resolve(here, file);
  const files = nodeFiles();
  const document = openFile(path);
  if (document === 'missing') return `There is no file ${file}. Check the path.`;
  if (document === 'directory') return `${file} is a folder. Name the files in it.`;
  if (document === 'unreadable') return `${file} cannot be read. Check its permissions.`;
  const workingDirectory = options.cwd === undefined ? dirname(path) : resolve(here, options.cwd);
  const settings = {
    target: options.target ?? targetOf(document) ?? defaultTarget,
    mode: options.sentinel ? ('sentinel' as const) : guessMode(document),
    workingDirectory,
    files,
  };
  const report = /\.acl$/i.test(path) ? validateAcl(document, settings) : validate(document, settings);
  const documents = new Map<string, ConfDocument>(report.read.map(one => [one.uri, one]));
  return serversFirst(report.findings, path).map(finding =>
    toJson(finding, documents, uri => shownPath(uri, path, file, here)),
  );
}

/** Findings of the file itself in its order, behind the one that the server would stop at: what to mend first stands first. */
function serversFirst(findings: readonly Finding[], path: string): readonly Finding[] {
  let first: Finding | undefined;
  for (const finding of findings) {
    if (finding.uri !== path || finding.severity !== 'error' || finding.refusal === undefined) continue;
    if (first?.refusal === undefined || finding.refusal.order < first.refusal.order) first = finding;
  }
  return first === undefined ? findings : [first, ...findings.filter(finding => finding !== first)];
}

/** The file as it was named; others relative to the folder where the command runs, when they are in it. */
function shownPath(uri: string, path: string, file: string, here: string): string {
  if (uri === path) return file;
  const below = relative(here, uri);
  return isAbsolute(file) || below.startsWith('..') ? uri : below;
}
