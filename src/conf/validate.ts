/**
 * Judges a file as the chosen server would: in the server's order, following includes, and on after a fault.
 *
 * A finding is an `error` only when the target server surely refuses the file; what depends on the machine that runs the
 * server, and what loads but is not as meant, is a warning or less. See docs/conf-language.md.
 */
import { parseAclFile } from './acl/file';
import { lastAtMost } from './search';
import type { ConfDocument } from './document';
import type { Finding, ValidateOptions } from './types';
import { judgeAclDocument } from './validate/aclFile';
import { checkHabits } from './validate/habits';
import { Judge } from './validate/judge';
import { readSentinelLines } from './validate/sentinel';
import { checkLogfile, checkStart } from './validate/startup';
import { readText } from './validate/texts';

export interface Report {
  /** In the order of the file (included files behind the file that names them), disabled and switched-off rules left out. */
  readonly findings: readonly Finding[];
  /** What the server itself would stop at: the first refusal in its own order; undefined when it starts. */
  readonly firstRefusal: Finding | undefined;
  /** Files that were read on the way: the file itself, includes, ACL file; a change to one of them changes the report. */
  readonly read: readonly ConfDocument[];
  /** What the file says in the end, for rules over several files and for completion. */
  readonly judge: Judge;
}

/** Judges in one go. */
export function validate(document: ConfDocument, options: ValidateOptions): Report {
  const steps = validateInSteps(document, options, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Judges some statements per `next()`, for very long files in an editor. The generator's return value is the report. */
export function* validateInSteps(document: ConfDocument, options: ValidateOptions, statementsPerStep = 1000): Generator<void, Report> {
  const judge = new Judge(options);
  judge.read.push(document);
  yield* readText(judge, { document }, [document.uri], { left: statementsPerStep, perStep: statementsPerStep });
  for (const check of [checkLogfile, readSentinelLines, checkStart, checkHabits]) {
    yield;
    check(judge);
  }
  yield;
  return finish(judge, yield* settingsInSteps(judge.findings, judge.read, options, statementsPerStep));
}

/** Judges an ACL file (users.acl) that is open by itself. */
export function validateAcl(document: ConfDocument, options: ValidateOptions): Report {
  const judge = new Judge(options);
  judge.read.push(document);
  judgeAclDocument(judge, document);
  return finish(judge, applySettings(judge.findings, judge.read, options));
}

/** The lines and words of an ACL file, for editors. */
export { parseAclFile };

function finish(judge: Judge, findings: readonly Finding[]): Report {
  let firstRefusal: Finding | undefined;
  for (const finding of judge.findings) if (finding.refusal !== undefined && (firstRefusal?.refusal === undefined || finding.refusal.order < firstRefusal.refusal.order)) firstRefusal = finding;
  return { findings, firstRefusal, read: judge.read, judge };
}

/** Applies severities and disable comments, and puts findings in the order of the files and of their places. */
export function applySettings(findings: readonly Finding[], read: readonly ConfDocument[], options: Pick<ValidateOptions, 'severities'>): Finding[] {
  const steps = settingsInSteps(findings, read, options, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function* settingsInSteps(findings: readonly Finding[], read: readonly ConfDocument[], { severities }: Pick<ValidateOptions, 'severities'>, perStep: number): Generator<void, Finding[]> {
  let left = perStep;
  const order = new Map(read.map((document, index) => [document.uri, index]));
  const silenced = new Map(read.filter(document => document.pragmas.length > 0).map(document => [document.uri, document]));
  const kept: Finding[] = [];
  const seen = new Set<string>();
  for (const finding of findings) {
    if (--left <= 0) {
      left = perStep;
      yield;
    }
    const severity = severities?.[finding.code] ?? finding.severity;
    if (severity === 'off') continue;
    const document = silenced.get(finding.uri);
    if (document !== undefined && isDisabled(document, finding)) continue;
    const key = `${finding.uri}\n${finding.code} ${String(finding.start)} ${String(finding.end)}`;
    if (seen.has(key)) continue; // the same file included twice
    seen.add(key);
    kept.push(severity === finding.severity ? finding : { ...finding, severity });
  }
  yield;
  return kept.sort((a, b) => (order.get(a.uri) ?? 0) - (order.get(b.uri) ?? 0) || a.start - b.start || a.end - b.end);
}

function isDisabled(document: ConfDocument, finding: Finding): boolean {
  const line = lastAtMost(document.lineStarts, finding.start);
  return document.pragmas.some(pragma => {
    if (pragma.kind === 'settings' || (pragma.kind === 'disable-next-line' && pragma.line !== line - 1)) return false;
    return pragma.codes.length === 0 || pragma.codes.includes(finding.code);
  });
}
