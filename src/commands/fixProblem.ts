import * as vscode from 'vscode';
import { delay } from '../base/abort';
import { withProgress } from '../editor/progress';
import { fixInWords, stepInWords, warningInWords } from '../editor/words/fixes';
import { causeInWords } from '../editor/words/problems';
import { commands } from '../manifest';
import { nodesOf } from '../model/diff';
import type { Delegated, FixPlan } from '../topology/diagnose/fixes/plan';
import { isDelegated, planFix } from '../topology/diagnose/fixes/plan';
import type { FixDeps, FixReport } from '../topology/diagnose/fixes/run';
import { runFix } from '../topology/diagnose/fixes/run';
import type { Fix, Problem } from '../topology/diagnose/problem';
import type { Command, Kit } from './kit';
import { runTold } from './run';

/** After a fix the servers take a moment to show it. */
const VERIFY = { everyMs: 250, tries: 60 } as const;

/** Mends what is wrong: plan → preview → run → look whether it is gone → offer to take it back. */
export const fixProblem: Command = async (kit, target) => {
  const diagnosis = await kit.diagnosis();
  const problem =
    target?.kind === 'problem'
      ? diagnosis.problems.find(({ id }) => id === target.problem)
      : await whichProblem(kit, diagnosis.problems);
  if (problem === undefined) return;
  const fix = await whichFix(kit, problem, target?.kind === 'problem' ? target.fix : undefined);
  if (fix === undefined) return;
  if (isDelegated(fix)) return delegate(problem, fix);
  await mend(kit, {
    fix,
    topologyId: problem.topologyId,
    cause: causeInWords(kit.t, problem.what),
    isGone: signal => isGone(kit, problem.id, signal),
  });
};

/** A fix with what it is good for. */
export interface Mending {
  readonly fix: Exclude<Fix, Delegated>;
  readonly topologyId: string | undefined;
  /** What is wrong, as a sentence. */
  readonly cause: string;
  /** Looks again whether it is mended. */
  readonly isGone: (signal: AbortSignal) => Promise<boolean>;
}

/** Plan → preview → run → look whether it helped → offer to take it back. `false` when the user did not want it. */
export async function mend(kit: Kit, mending: Mending): Promise<boolean> {
  const plan = planFix(kit.inventory.snapshot, mending.topologyId, mending.fix);
  const title = fixInWords(kit.t, mending.fix, id => nameOf(kit, id));
  if (!(await agreed(kit, mending.cause, plan, title))) return false;
  await carryOut(kit, mending, plan, title);
  return true;
}

async function whichProblem(kit: Kit, problems: readonly Problem[]): Promise<Problem | undefined> {
  const fixable = problems.filter(({ fixes }) => fixes.length > 0);
  if (fixable.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing that could be fixed.'));
    return undefined;
  }
  return (
    await vscode.window.showQuickPick(
      fixable.map(problem => ({ label: causeInWords(kit.t, problem.what), problem })),
      { placeHolder: vscode.l10n.t('What shall be fixed?') },
    )
  )?.problem;
}

async function whichFix(kit: Kit, { fixes, what }: Problem, index: number | undefined): Promise<Fix | undefined> {
  if (index !== undefined) return fixes[index];
  if (fixes.length < 2) return fixes[0];
  return (
    await vscode.window.showQuickPick(
      fixes.map(fix => ({ label: fixInWords(kit.t, fix, id => nameOf(kit, id)), fix })),
      { placeHolder: causeInWords(kit.t, what) },
    )
  )?.fix;
}

const commandOf: Readonly<Record<Delegated['code'], string>> = {
  'add-replica': commands.addReplica,
  'repair-addresses': commands.repairAddresses,
  'assign-slots': commands.assignUncovered,
  'go-to-master': commands.openConsole,
  'copy-address-map': commands.copyConnectionCode,
  promote: commands.promote,
};

/** Verbs with a preview of their own. */
async function delegate({ topologyId }: Problem, fix: Delegated): Promise<void> {
  const target =
    'node' in fix ? { kind: 'node', node: fix.node, topology: topologyId } : { kind: 'topology', topology: topologyId };
  await vscode.commands.executeCommand(commandOf[fix.code], target);
}

async function agreed(kit: Kit, cause: string, plan: FixPlan, title: string): Promise<boolean> {
  const risky = plan.warnings.length > 0 || plan.steps.some(({ act }) => act !== 'start' && act !== 'unpause');
  if (!kit.confirm.value || !risky) return true;
  const detail = [
    cause,
    plan.steps
      .map((step, index) => `${index + 1}. ${kit.redactor.redact(stepInWords(kit.t, step, id => nameOf(kit, id)))}`)
      .join('\n'),
    ...plan.warnings.map(warning => warningInWords(kit.t, warning)),
    plan.undoable ? vscode.l10n.t('It can be taken back.') : '',
  ]
    .filter(text => text !== '')
    .join('\n\n');
  const button = vscode.l10n.t('Fix');
  return (
    (await vscode.window.showWarningMessage(vscode.l10n.t('{0}?', title), { modal: true, detail }, button)) === button
  );
}

async function carryOut(kit: Kit, { isGone }: Mending, plan: FixPlan, title: string): Promise<void> {
  const { fixDeps } = await kit.diagnosis();
  const holding = kit.inventory.hold();
  let outcome: Outcome;
  try {
    outcome = await withProgress(title, async (signal, say) => {
      const report = await runFix(fixDeps, plan, signal, (step, done, total) =>
        say(
          vscode.l10n.t(
            '{0} of {1}: {2}',
            done + 1,
            total,
            kit.redactor.redact(stepInWords(kit.t, step, id => nameOf(kit, id))),
          ),
        ),
      );
      say(vscode.l10n.t('Looking whether it helped'));
      return { report, gone: await isGone(signal) };
    });
  } finally {
    holding.dispose();
  }
  // not waited for: the message may stay as long as the user likes
  void runTold(kit.log, 'undo', () => tell(fixDeps, title, outcome));
}

interface Outcome {
  readonly report: FixReport;
  readonly gone: boolean;
}

/** Says what came of it, and takes it back if asked to. */
async function tell(fixDeps: FixDeps, title: string, { report, gone }: Outcome): Promise<void> {
  const lost =
    report.notKept.length === 0
      ? ''
      : ` ${vscode.l10n.t('At the next start this is forgotten by {0}.', report.notKept.map(({ node, text }) => `${node} (${text})`).join(', '))}`;
  const undo = vscode.l10n.t('Undo');
  const buttons = report.undo ? [undo] : [];
  const chosen =
    gone && lost === ''
      ? await vscode.window.showInformationMessage(vscode.l10n.t('Done: {0}. The problem is gone.', title), ...buttons)
      : await vscode.window.showWarningMessage(
          (gone
            ? vscode.l10n.t('Done: {0}. The problem is gone.', title)
            : vscode.l10n.t('Done: {0}. But the problem is still there.', title)) + lost,
          ...buttons,
        );
  const { undo: back } = report;
  if (chosen !== undo || back === undefined) return;
  await withProgress(vscode.l10n.t('Taking back: {0}', title), async signal => {
    await runFix(fixDeps, back, signal);
  });
}

async function isGone(kit: Kit, id: string, signal: AbortSignal): Promise<boolean> {
  const diagnosis = await kit.diagnosis();
  await kit.inventory.refresh(signal);
  for (let i = 0; i < VERIFY.tries; i++) {
    if (!(await diagnosis.look()).some(problem => problem.id === id)) return true;
    await delay(VERIFY.everyMs, signal);
  }
  return false;
}

function nameOf({ inventory }: Pick<Kit, 'inventory'>, id: string): string {
  return nodesOf(inventory.snapshot).find(node => node.id === id)?.name ?? id;
}
