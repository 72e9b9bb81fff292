import * as vscode from 'vscode';
import { withProgress } from '../../editor/progress';
import type { Answer, Frame } from '../../editor/wizard';
import { back, choose, walk } from '../../editor/wizard';
import { createSteps } from '../../editor/words/steps';
import type { ClusterCreationReport, ClusterProgress } from '../../topology/cluster/createCluster';
import type { CreationReport, CreateProgress } from '../../topology/createSentinel';
import { createSentinel, prepareSentinel } from '../../topology/createSentinel';
import type { SentinelPlan } from '../../topology/sentinelPlan';
import { SENTINEL_DEFAULTS } from '../../topology/sentinelRequest';
import type { Command, Kit } from '../kit';
import type { Answers } from './answers';
import { freeName, requestOf } from './answers';
import { previewOf } from './preview';
import { reportOf } from './report';
import type { Surroundings } from './steps';
import { wizardSteps } from './steps';

/** Asks, shows what will be made, makes it, and tells what came of it. */
export const createSentinelCommand: Command = async kit => {
  const around = await lookAround(kit);
  const title = vscode.l10n.t('Create Sentinel Topology');
  const previewTitle = vscode.l10n.t('Sentinel topology (preview)');
  const questions = wizardSteps(around);
  const confirmed: { plan?: SentinelPlan } = {};
  const answers = await walk<Answers>(title, [
    ...questions,
    async (state, frame) => {
      const request = requestOf(state);
      const plan = await prepareSentinel(kit.deps, request, AbortSignal.timeout(10_000));
      await kit.documents.show(previewTitle, previewOf(kit.t, plan, request, state.fetch));
      const answer = await agree(state, frame, plan);
      if (answer === state) confirmed.plan = plan;
      return answer;
    },
  ], first(around));
  await kit.documents.close(previewTitle);
  if (!answers || !confirmed.plan) return;
  await create(kit, answers, confirmed.plan);
};

async function lookAround(kit: Kit): Promise<Surroundings> {
  const engine = kit.deps.engine('docker');
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking what is here') }, async () => {
    const [description, images, instances] = await Promise.all([engine.describe(), engine.images(), engine.list()]);
    const taken = instances.flatMap(({ ownership, compose }) => [ownership?.topologyName, compose?.project]).filter(name => name !== undefined);
    return { t: kit.t, engine: description, images, taken: [...new Set(taken)], freePorts: (from, count) => engine.freePorts(from, count) };
  });
}

/** The answers of Enter, Enter, Enter. */
function first({ taken, images, engine }: Surroundings): Answers {
  const { replicas, sentinels, firstPort } = SENTINEL_DEFAULTS;
  const [image] = images;
  return {
    name: freeName('mymaster', taken), image: image?.reference ?? 'redis:8.0', fetch: image === undefined, replicas, sentinels, firstPort,
    storage: engine.sharesFiles && (vscode.workspace.workspaceFolders?.length ?? 0) > 0 ? { kind: 'folder', root: '' } : { kind: 'volume' },
  };
}

/** The last step: the plan is on the screen, Enter makes it. */
async function agree(state: Answers, frame: Frame, plan: SentinelPlan): Promise<Answer<Answers>> {
  const answer = await choose<'create' | 'change'>(frame, {
    placeholder: vscode.l10n.t('The preview shows what will be made'),
    choices: [
      { label: `$(check) ${vscode.l10n.t('Create')}`, description: vscode.l10n.t('{0} servers: {1}', plan.nodes.length, plan.nodes.map(({ port }) => port).join(', ')), value: 'create' },
      { label: `$(arrow-left) ${vscode.l10n.t('Change an answer')}`, value: 'change' },
    ],
  });
  if (answer === 'create') return state;
  return answer === 'change' ? back : answer;
}

async function create(kit: Kit, answers: Answers, plan: SentinelPlan): Promise<void> {
  await kit.showView();
  const holding = kit.inventory.hold();
  try {
    if (answers.fetch) {
      await withProgress(vscode.l10n.t('Fetching {0}', answers.image), (signal, say) =>
        kit.deps.engine('docker').pull(answers.image, fraction => say(fraction === undefined ? '' : vscode.l10n.t('{0} %', Math.round(fraction * 100))), signal));
    }
    const report = await withProgress(vscode.l10n.t('Creating {0}', plan.name), (signal, say) =>
      createSentinel(kit.deps, { plan, ...(answers.password === undefined || answers.password === '' ? {} : { password: answers.password }) }, signal, progress => say(stepInWords(kit, progress))));
    await kit.inventory.refresh();
    announce(kit, report);
  } finally {
    holding.dispose();
  }
}

/** Steps overlap; the one that began last is named. */
export function stepInWords({ t }: Pick<Kit, 't'>, { step, done, total }: CreateProgress | ClusterProgress): string {
  return vscode.l10n.t('{0} of {1}: {2}', Math.min(done + 1, total), total, createSteps[step](t));
}

/** Says that it is done; the report is a click away. */
export function announce(kit: Pick<Kit, 't' | 'documents' | 'log'>, report: CreationReport | ClusterCreationReport): void {
  const show = vscode.l10n.t('Show Report');
  vscode.window.showInformationMessage(vscode.l10n.t('{0} is running: {1} servers in {2} s, everything checked.', report.name, report.nodes.length, (report.totalMs / 1000).toFixed(1)), show).then(
    answer => answer === show ? kit.documents.show(vscode.l10n.t('{0} (report)', report.name), reportOf(kit.t, report)) : undefined,
  ).then(undefined, (error: unknown) => kit.log.error('report', error));
}
