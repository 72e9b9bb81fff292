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
import { checkContainer } from './validate/container';
import { checkHabits } from './validate/habits';
import { Judge } from './validate/judge';
import { readSentinelLines } from './validate/sentinel';
import { checkLogfile, checkStart } from './validate/startup';
import { pointAtLateRefusals, readText } from './validate/texts';

export interface Report {
  /** In the order of the file (included files behind the file that names them), disabled and switched-off rules left out. */
  readonly findings: readonly Finding[];
  /** How many more there are, where {@link ValidateOptions.mostOfRule} left some out. */
  readonly left: number;
  /** What the server itself would stop at: the first refusal in its own order; undefined when it starts. */
  readonly firstRefusal: Finding | undefined;
  /** Files that were read on the way: the file itself, includes, ACL file; a change to one of them changes the report. */
  readonly read: readonly ConfDocument[];
  /** What the file says in the end, for rules over several files and for completion. */
  readonly judge: Judge;
}

/** Judges in one go. */
export function validate(document: ConfDocument, options: ValidateOptions): Report {
  return run(validateInSteps(document, options, Infinity));
}

/** Judges some statements per `next()`, for very long files in an editor. The generator's return value is the report. */
export function* validateInSteps(
  document: ConfDocument,
  options: ValidateOptions,
  statementsPerStep = 1000,
): Generator<void, Report> {
  const judge = new Judge(options);
  judge.read.push(document);
  const steps = { left: statementsPerStep, perStep: statementsPerStep };
  yield* readText(judge, { document }, [document.uri], steps);
  checkLogfile(judge);
  yield* readSentinelLines(judge, steps);
  yield* checkStart(judge, steps);
  if (judge.includedBy.size > 0) pointAtLateRefusals(judge);
  yield* checkHabits(judge, steps);
  if (options.container !== undefined) checkContainer(judge, options.container);
  yield;
  return yield* finish(judge, options, steps.perStep);
}

/** Judges an ACL file (users.acl) that is open by itself. */
export function validateAcl(document: ConfDocument, options: ValidateOptions): Report {
  const judge = new Judge(options);
  judge.read.push(document);
  judgeAclDocument(judge, document);
  return run(finish(judge, options, Infinity));
}

/** The lines and words of an ACL file, for editors. */
export { parseAclFile };

function* finish(judge: Judge, options: ValidateOptions, perStep: number): Generator<void, Report> {
  let firstRefusal: Finding | undefined;
  for (const finding of judge.findings)
    if (
      finding.refusal !== undefined &&
      (firstRefusal?.refusal === undefined || finding.refusal.order < firstRefusal.refusal.order)
    )
      firstRefusal = finding;
  const findings = yield* settled(judge.findings, judge.read, options, perStep);
  return { findings, left: judge.left, firstRefusal, read: judge.read, judge };
}

/** Applies severities and disable comments, and puts findings in the order of the files and of their places. */
export const applySettings = (
  findings: readonly Finding[],
  read: readonly ConfDocument[],
  options: Pick<ValidateOptions, 'severities'>,
): Finding[] => run(settled(findings, read, options, Infinity));

function run<R>(steps: Generator<void, R>): R {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function* settled(
  findings: readonly Finding[],
  read: readonly ConfDocument[],
  { severities }: Pick<ValidateOptions, 'severities'>,
  perStep: number,
): Generator<void, Finding[]> {
  const order = new Map(read.map((document, index) => [document.uri, index]));
  const silenced = new Map(
    read.filter(document => document.pragmas.length > 0).map(document => [document.uri, document]),
  );
  const several = order.size > 1;
  const seen = new Set<string>();
  const isKept = (finding: Finding): boolean => {
    if (severities?.[finding.code] === 'off') return false;
    const document = silenced.size === 0 ? undefined : silenced.get(finding.uri);
    if (document !== undefined && isDisabled(document, finding)) return false;
    if (!several) return true;
    const key = `${finding.uri}\n${finding.code} ${String(finding.start)} ${String(finding.end)}`;
    if (seen.has(key)) return false; // the same file included twice
    seen.add(key);
    return true;
  };
  const inOrder = (a: Finding, b: Finding): number =>
    (several ? (order.get(a.uri) ?? 0) - (order.get(b.uri) ?? 0) : 0) || a.start - b.start || a.end - b.end;
  const withSeverity = (finding: Finding): Finding => {
    const severity = severities?.[finding.code] ?? finding.severity;
    return severity === finding.severity || severity === 'off' ? finding : { ...finding, severity };
  };
  // Sorted in runs that are merged two by two, so that no step of a very long list takes long.
  const size = perStep === Infinity ? Math.max(1, findings.length) : perStep * 2;
  let runs: Finding[][] = [];
  for (let from = 0; from < findings.length; from += size) {
    runs.push(
      findings
        .slice(from, from + size)
        .filter(isKept)
        .map(withSeverity)
        .sort(inOrder),
    );
    yield;
  }
  while (runs.length > 1) {
    const merged: Finding[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(merge(runs[i] ?? [], runs[i + 1] ?? [], inOrder));
      yield;
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function merge<T>(a: readonly T[], b: readonly T[], inOrder: (a: T, b: T) => number): T[] {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return merged;
    if (right === undefined || (left !== undefined && inOrder(left, right) <= 0)) {
      if (left !== undefined) merged.push(left);
      i++;
    } else {
      merged.push(right);
      j++;
    }
  }
}

function isDisabled(document: ConfDocument, finding: Finding): boolean {
  const line = lastAtMost(document.lineStarts, finding.start);
  return document.pragmas.some(pragma => {
    if (pragma.kind === 'settings' || (pragma.kind === 'disable-next-line' && pragma.line !== line - 1)) return false;
    return pragma.codes.length === 0 || pragma.codes.includes(finding.code);
  });
}
