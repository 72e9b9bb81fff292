/** Our verdict beside the real server's, for generated lines and files. */
import { decodeBytes } from '../../src/conf/bytes';
import { parseDocument } from '../../src/conf/document';
import { resolvePath } from '../../src/conf/posix';
import type { Files, Finding } from '../../src/conf/types';
import { validate } from '../../src/conf/validate';
import type { Report } from '../../src/conf/validate';
import type { RuleCode } from '../../src/conf/rules/codes';
import { Generator } from './confLines';
import { ask } from './confOracle';
import type { Oracle, OracleVerdict } from './confOracle';
import { judgeProbe } from './confProbe';
import type { Ours } from './confProbe';
import { bytesOf, startAll } from './confStart';
import type { Probe, StartServer, StartVerdict } from './confStart';

export interface Disagreement {
  readonly sentinel: boolean;
  readonly ours: number;
  readonly theirs: OracleVerdict;
  readonly line: string;
  readonly code: string | undefined;
  readonly content: string;
}

/** What the dry run cannot see: checks at the end of the main text. */
const blind = new Set(['replicaof-in-cluster']);

/** Everything exists and can be run, as on the oracle's machine: `/`, `.` and /bin/sh are all that generated lines name. */
const files: Files = {
  resolve: resolvePath,
  open: () => 'unknown',
  stat: path => (path === '/bin/sh' ? { kind: 'file', runnable: true } : { kind: 'directory' }),
  glob: () => undefined,
};

/** The refusal that the dry run would print, if any. */
export function firstParseRefusal(report: Report): Finding | undefined {
  return report.findings
    .filter(finding => finding.refusal !== undefined && finding.refusal.phase !== 'startup' && !blind.has(finding.code))
    .sort((a, b) => (a.refusal?.order ?? 0) - (b.refusal?.order ?? 0))[0];
}

function ours(
  content: string,
  oracle: Oracle,
  sentinel: boolean,
): { readonly line: number; readonly code: string | undefined } {
  const document = parseDocument(decodeBytes(Buffer.from(content, 'utf8')), '/w/x.conf');
  const report = validate(document, {
    target: oracle.target,
    mode: sentinel ? 'sentinel' : 'redis',
    workingDirectory: '/w',
    files,
  });
  const first = firstParseRefusal(report);
  return first === undefined
    ? { line: 0, code: undefined }
    : { line: first.refusal?.phase === 'crash' ? -1 : document.positionAt(first.start).line + 1, code: first.code };
}

/** Compares whole texts once. */
async function compare(
  oracle: Oracle,
  contents: readonly string[],
  sentinel: boolean,
): Promise<{ readonly theirs: OracleVerdict[]; readonly disagreements: Disagreement[] }> {
  const theirs = await ask(
    oracle,
    contents.map(content => ({ content, sentinel })),
  );
  const disagreements: Disagreement[] = [];
  contents.forEach((content, index) => {
    const verdict = theirs[index];
    if (verdict === undefined) return;
    const mine = ours(content, oracle, sentinel);
    if (mine.line === verdict.line) return;
    const line = content.split('\n')[Math.max(mine.line, verdict.line) - 1] ?? '';
    disagreements.push({ sentinel, ours: mine.line, theirs: verdict, line, code: mine.code, content });
  });
  return { theirs, disagreements };
}

/**
 * Judges `count` plain lines, each of them: files of `perFile` lines are asked about, and the rest behind a refused line
 * again, until every line was met.
 */
export async function compareLines(
  oracle: Oracle,
  seed: number,
  count: number,
  perFile = 40,
): Promise<{ readonly lines: number; readonly refused: number; readonly disagreements: Disagreement[] }> {
  const generator = new Generator(oracle.target, seed);
  let waiting = Array.from({ length: Math.ceil(count / perFile) }, () =>
    Array.from({ length: perFile }, () => generator.line()),
  );
  const lines = waiting.length * perFile;
  const disagreements: Disagreement[] = [];
  let refused = 0;
  while (waiting.length > 0) {
    const { theirs, disagreements: found } = await compare(
      oracle,
      waiting.map(group => `${group.join('\n')}\n`),
      false,
    );
    disagreements.push(...found);
    waiting = waiting
      .map((group, index) => {
        const at = theirs[index]?.line ?? 0;
        if (at !== 0) refused++;
        return at > 0 ? group.slice(at) : []; // all were accepted, or the server crashed, which no generated line does
      })
      .filter(group => group.length > 0);
  }
  return { lines, refused, disagreements };
}

/** Judges whole generated files: mostly good lines, one to three bad ones; every fourth is a sentinel's. */
export async function compareFiles(
  oracle: Oracle,
  seed: number,
  count: number,
): Promise<{ readonly files: number; readonly refused: number; readonly disagreements: Disagreement[] }> {
  const generator = new Generator(oracle.target, seed);
  const plain: string[] = [];
  const sentinel: string[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 4 === 3) sentinel.push(sentinelFile(generator));
    else plain.push(plainFile(generator));
  }
  const both = [await compare(oracle, plain, false), await compare(oracle, sentinel, true)];
  return {
    files: count,
    refused: both.flatMap(one => one.theirs).filter(one => one.line !== 0).length,
    disagreements: both.flatMap(one => one.disagreements),
  };
}

function plainFile(generator: Generator): string {
  const lines = Array.from({ length: 5 + generator.number(40) }, () => generator.line(true));
  for (let i = generator.number(4); i > 0; i--) lines.splice(generator.number(lines.length), 0, generator.line());
  return lines.join(generator.chance(0.1) ? '\r\n' : '\n') + (generator.chance(0.9) ? '\n' : '');
}

function sentinelFile(generator: Generator): string {
  const masters = ['mymaster', 'other'];
  const lines = generator.chance(0.85)
    ? ['sentinel monitor mymaster 127.0.0.1 6379 2', 'sentinel monitor other 127.0.0.1 6380 1']
    : ['sentinel monitor mymaster 127.0.0.1 6379 2'];
  for (let i = 3 + generator.number(10); i > 0; i--)
    lines.splice(generator.number(lines.length + 1), 0, notMonitor(generator, masters));
  for (let i = generator.number(3); i > 0; i--)
    lines.splice(generator.number(lines.length + 1), 0, generator.sentinelLine([...masters, 'nope', 'MyMaster']));
  if (generator.chance(0.3)) lines.push('sentinel resolve-hostnames yes');
  return `${lines.join('\n')}\n`;
}

function notMonitor(generator: Generator, masters: readonly string[]): string {
  for (;;) {
    const line = generator.sentinelLine(masters, true);
    if (!/^sentinel monitor /i.test(line)) return line;
  }
}

export interface FolderDisagreement {
  readonly probe: Probe;
  readonly ours: Ours;
  readonly theirs: StartVerdict;
}

/** Of these a file cannot be sure: docs/conf-agreement.md has each. They excuse a refusal, never an error of ours. */
const dependsOnMachine: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'active-defrag-build',
  'bind-all-optional',
  'unixsocket-is-folder',
  'bind-elsewhere',
  'bind-host-name',
  'bind-ipv6-required',
  'cluster-config-folder',
  'include-out-of-reach',
  'locale-unsure',
  'logfile-folder-missing',
  'module-missing',
  'module-setting-unsure',
  'dir-missing',
  'aclfile-missing',
  'sentinel-script-missing',
  'tls-file-missing',
  'tls-incomplete',
  'unixsocket-folder',
  'user-maybe-module-command',
]);

/**
 * Starts a server on each folder and compares: error or not, and the line where the server names one that can be compared.
 * A line on which both agree that it is refused is taken out and the rest is asked again, `rounds` times.
 */
export async function compareFolders(
  server: StartServer,
  probes: readonly Probe[],
  rounds = 0,
): Promise<{
  readonly refused: number;
  readonly excused: number;
  readonly disagreements: readonly FolderDisagreement[];
}> {
  const found = await startAll(server, probes);
  const disagreements: FolderDisagreement[] = [];
  let refused = 0;
  let excused = 0;
  const again: Probe[] = [];
  probes.forEach((probe, index) => {
    const theirs = found[index];
    if (theirs === undefined) return;
    const ours = judgeProbe(probe, server.target);
    if (theirs.verdict !== 0) refused++;
    // An included text counts its lines anew, and lines that a NUL melted count as one.
    const comparable = theirs.verdict > 0 && probe.files === undefined && !bytesOf(probe).includes(0);
    if (theirs.verdict === 0 ? ours.errors.length === 0 : comparable ? ours.line === theirs.verdict : ours.line > 0) {
      const rest =
        comparable || (theirs.verdict !== 0 && ours.errors.length === 1 && probe.base64 === undefined)
          ? withoutLine(probe, ours.line)
          : undefined;
      if (rest !== undefined) again.push(rest);
      return;
    }
    if (theirs.verdict !== 0 && ours.findings.some(one => dependsOnMachine.has(one.code))) excused++;
    else disagreements.push({ probe, ours, theirs });
  });
  if (rounds === 0 || again.length === 0) return { refused, excused, disagreements };
  const more = await compareFolders(server, again, rounds - 1);
  return {
    refused: refused + more.refused,
    excused: excused + more.excused,
    disagreements: [...disagreements, ...more.disagreements],
  };
}

function withoutLine(probe: Probe, line: number): Probe {
  const bytes = bytesOf(probe).toString('latin1').split('\n');
  bytes.splice(line - 1, 1);
  const rest = Buffer.from(bytes.join('\n'), 'latin1');
  const { text: _text, base64: _base64, ...others } = probe;
  return {
    ...others,
    ...(probe.base64 === undefined ? { text: rest.toString('utf8') } : { base64: rest.toString('base64') }),
  };
}
