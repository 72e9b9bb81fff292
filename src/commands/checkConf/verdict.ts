/**
 * What a real server says of a file. The server is given an option that it must refuse, behind the file: when it stumbles
 * over the option, it has accepted every line before. Nothing is started, no port is opened.
 *
 * Blind spots: checks at the end of the file, names that Redis 8 only refuses when it starts, failures at start-up.
 */
import type { ConfDocument } from '../../conf/document';
import type { RuleCode } from '../../conf/rules/codes';
import type { Mode } from '../../conf/types';
import type { Report } from '../../conf/validate';

const marker = 'x-dry-run';

/** The arguments behind the program's name. */
export function dryRunArguments(file: string, mode: Mode): string[] {
  return mode === 'sentinel' ? [file, '--sentinel', marker] : [file, `--${marker}`];
}

export type Verdict =
  | { readonly kind: 'accepted' }
  /** `line` from 1; absent when the server names none (a file that it cannot open). `reason` is its last line. */
  | { readonly kind: 'refused'; readonly line?: number; readonly reason: string }
  /** Neither: the program crashed or is no Redis server. */
  | { readonly kind: 'unclear'; readonly output: string };

export function readVerdict(output: string, mode: Mode): Verdict {
  const fatal =
    /\*\*\* FATAL CONFIG FILE ERROR .*?\*\*\*\r?\n(?:Reading the configuration file, at line (\d+)\r?\n>>> '([^\n]*)'\r?\n)?(.*)/s.exec(
      output,
    );
  if (fatal === null) {
    const missing = /Fatal error, can't open config file .*/.exec(output)?.[0];
    return missing === undefined
      ? { kind: 'unclear', output: output.trim().slice(0, 2000) }
      : { kind: 'refused', reason: missing };
  }
  const text = fatal[2] ?? '';
  if (text === marker || (mode === 'sentinel' && /^sentinel "?x-dry-run"?$/.test(text))) return { kind: 'accepted' };
  const line = fatal[1] === undefined ? undefined : Number(fatal[1]);
  const reason = fatal[3]?.trim().split('\n')[0] ?? '';
  return line === undefined ? { kind: 'refused', reason } : { kind: 'refused', line, reason };
}

/** `Redis server v=7.0.15 …` or `Valkey server v=8.1.1 …` of `--version`. */
export function readVersion(
  output: string,
): { readonly product: 'redis' | 'valkey'; readonly version: string } | undefined {
  const match = /^(Redis|Valkey) server v=(\d+(?:\.\d+)+)/im.exec(output);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { product: match[1].toLowerCase() === 'valkey' ? 'valkey' : 'redis', version: match[2] };
}

/** Refusals that come after the last line, where the marker has stopped the server already. */
const behindTheMarker: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'replicaof-in-cluster',
  'logfile-folder-missing',
  'unknown-directive',
  'not-in-target',
]);

export type Comparison =
  | { readonly kind: 'agree' }
  /** We see a refusal that this way of asking cannot show. */
  | { readonly kind: 'blind'; readonly code: RuleCode }
  /** One of us is wrong, and it is us. Lines from 1. */
  | { readonly kind: 'disagree'; readonly ours: { readonly code: RuleCode; readonly line: number } | undefined };

export function compare(
  verdict: Extract<Verdict, { kind: 'accepted' | 'refused' }>,
  report: Report,
  document: ConfDocument,
): Comparison {
  const first = report.firstRefusal?.refusal?.phase === 'startup' ? undefined : report.firstRefusal;
  const lineOf = (finding: { readonly uri: string; readonly start: number }): number =>
    (report.read.find(one => one.uri === finding.uri) ?? document).positionAt(finding.start).line + 1;
  const ours = first === undefined ? undefined : { code: first.code, line: lineOf(first) };
  if (verdict.kind === 'accepted') {
    if (ours === undefined) return { kind: 'agree' };
    return behindTheMarker.has(ours.code) ? { kind: 'blind', code: ours.code } : { kind: 'disagree', ours };
  }
  if (verdict.line === undefined)
    return ours?.code.startsWith('include-') === true ? { kind: 'agree' } : { kind: 'disagree', ours };
  if (ours?.line === verdict.line) return { kind: 'agree' };
  // What depends on the machine is a warning of ours: it was seen, at the same place.
  const warned = report.findings.some(finding => lineOf(finding) === verdict.line && finding.severity !== 'hint');
  return warned && (ours === undefined || ours.line > verdict.line) ? { kind: 'agree' } : { kind: 'disagree', ours };
}
