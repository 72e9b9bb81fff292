import * as vscode from 'vscode';
import { withProgress } from '../../editor/progress';
import type { Answer, Frame, Step } from '../../editor/wizard';
import { back, choose, walk } from '../../editor/wizard';
import { createSteps } from '../../editor/words/steps';
import type { Engine, EngineDescription } from '../../engine/engine';
import type { EngineKind } from '../../model/instance';
import type { TopologyPlan } from '../../topology/plan';
import type { AnyProgress, AnyReport } from '../../topology/unfinished';
import type { Kit } from '../kit';
import type { CommonAnswers, Surroundings } from './questions';
import { reportOf } from './report';
import type { SwarmWords } from './swarm';

/** What one kind of topology puts into the wizard that all kinds share. */
export interface Creating<Answers extends CommonAnswers, Plan extends TopologyPlan> {
  readonly title: string;
  readonly previewTitle: string;
  questions(around: Surroundings): readonly Step<Answers>[];
  /** The answers of Enter, Enter, Enter. */
  first(around: Surroundings, common: CommonAnswers): Answers;
  prepare(answers: Answers): Promise<Plan>;
  /** The plan as a document; nothing has been made yet. */
  preview(plan: Plan, answers: Answers, swarm: SwarmWords | undefined): string;
  create(
    plan: Plan,
    password: string | undefined,
    signal: AbortSignal,
    onProgress: (progress: AnyProgress) => void,
  ): Promise<AnyReport>;
}

/** Asks, shows what will be made, makes it, and tells what came of it. */
export async function createByWizard<Answers extends CommonAnswers, Plan extends TopologyPlan>(
  kit: Kit,
  creating: Creating<Answers, Plan>,
): Promise<void> {
  const around = await lookAround(kit);
  const confirmed: { plan?: Plan } = {};
  const answers = await walk<Answers>(
    creating.title,
    [
      ...creating.questions(around),
      async (state, frame) => {
        const plan = await creating.prepare(state);
        const swarm = plan.machines && (await import('./swarm')).swarmInWords(kit.t, plan, plan.machines);
        await kit.documents.show(creating.previewTitle, creating.preview(plan, state, swarm));
        const answer = await agree(state, frame, plan);
        if (answer === state) confirmed.plan = plan;
        return answer;
      },
    ],
    creating.first(around, commonAnswers(around)),
  );
  await kit.documents.close(creating.previewTitle);
  if (answers && confirmed.plan) await create(kit, creating, answers, confirmed.plan);
}

async function lookAround(kit: Kit): Promise<Surroundings> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking what is here') },
    async () => {
      const { engine, description } = await chooseEngine(kit);
      const [images, instances, hosts] = await Promise.all([engine.images(), engine.list(), engine.hosts?.() ?? []]);
      const taken = instances
        .flatMap(({ ownership, compose }) => [ownership?.topologyName, compose?.project])
        .filter(name => name !== undefined);
      return {
        t: kit.t,
        engine: description,
        images,
        hosts,
        taken: [...new Set(taken)],
        freePorts: (from, count) => engine.freePorts(from, count),
      };
    },
  );
}

/** What the setting says; else Docker, and where none answers, plain processes. With neither, it is Docker's absence that is told. */
async function chooseEngine({
  deps,
  preferred,
}: Pick<Kit, 'deps' | 'preferred'>): Promise<{ engine: Engine; description: EngineDescription }> {
  const of = async (kind: EngineKind): Promise<{ engine: Engine; description: EngineDescription }> => {
    const engine = deps.engine(kind);
    return { engine, description: await engine.describe() };
  };
  if (preferred.value !== 'auto') return of(preferred.value);
  try {
    return await of('docker');
  } catch (why) {
    return of('process').catch(() => {
      throw why;
    });
  }
}

/** Name and port are still the kind's to say. */
function commonAnswers({ images, engine }: Surroundings): CommonAnswers {
  const [image] = images;
  return {
    name: '',
    engine: engine.kind,
    image: image?.reference ?? 'redis:8.0',
    fetch: image === undefined,
    firstPort: 0,
    storage:
      engine.sharesFiles && (vscode.workspace.workspaceFolders?.length ?? 0) > 0
        ? { kind: 'folder', root: '' }
        : { kind: 'volume' },
  };
}

/** The last step: the plan is on the screen, Enter makes it. */
async function agree<State>(state: State, frame: Frame, plan: TopologyPlan): Promise<Answer<State>> {
  const answer = await choose<'create' | 'change'>(frame, {
    placeholder: vscode.l10n.t('The preview shows what will be made'),
    choices: [
      {
        label: `$(check) ${vscode.l10n.t('Create')}`,
        description: vscode.l10n.t(
          '{0} servers: {1}',
          plan.nodes.length,
          plan.nodes.map(({ port }) => port).join(', '),
        ),
        value: 'create',
      },
      { label: `$(arrow-left) ${vscode.l10n.t('Change an answer')}`, value: 'change' },
    ],
  });
  if (answer === 'create') return state;
  return answer === 'change' ? back : answer;
}

async function create<Answers extends CommonAnswers, Plan extends TopologyPlan>(
  kit: Kit,
  creating: Creating<Answers, Plan>,
  answers: Answers,
  plan: Plan,
): Promise<void> {
  await kit.showView();
  const holding = kit.inventory.hold();
  try {
    if (answers.fetch) {
      await withProgress(vscode.l10n.t('Fetching {0}', answers.image), (signal, say) =>
        kit.deps
          .engine(answers.engine)
          .pull(
            answers.image,
            fraction => say(fraction === undefined ? '' : vscode.l10n.t('{0} %', Math.round(fraction * 100))),
            signal,
          ),
      );
    }
    const report = await withProgress(vscode.l10n.t('Creating {0}', plan.name), (signal, say) =>
      creating.create(plan, answers.password === '' ? undefined : answers.password, signal, progress =>
        say(stepInWords(kit, progress)),
      ),
    );
    await kit.inventory.refresh();
    announce(kit, report);
  } finally {
    holding.dispose();
  }
}

/** Steps overlap; the one that began last is named. */
export function stepInWords({ t }: Pick<Kit, 't'>, { step, done, total }: AnyProgress): string {
  return vscode.l10n.t('{0} of {1}: {2}', Math.min(done + 1, total), total, createSteps[step](t));
}

/** Says that it is done; the report is a click away. */
export function announce(kit: Pick<Kit, 't' | 'documents' | 'log'>, report: AnyReport): void {
  const show = vscode.l10n.t('Show Report');
  vscode.window
    .showInformationMessage(
      vscode.l10n.t(
        '{0} is running: {1} servers in {2} s, everything checked.',
        report.name,
        report.nodes.length,
        (report.totalMs / 1000).toFixed(1),
      ),
      show,
    )
    .then(answer =>
      answer === show
        ? kit.documents.show(vscode.l10n.t('{0} (report)', report.name), reportOf(kit.t, report))
        : undefined,
    )
    .then(undefined, (error: unknown) => kit.log.error('report', error));
}
