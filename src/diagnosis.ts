import { readFile, stat, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Disposable } from './base/disposable';
import { DisposableStore } from './base/disposable';
import type { Event } from './base/emitter';
import { Lazy } from './base/lazy';
import type { DrillDesk, Kit } from './commands/kit';
import { causeInWords, consequenceOfProblem } from './editor/words/problems';
import { commands, pages } from './manifest';
import { Collector } from './topology/diagnose/collector';
import { Diagnoser } from './topology/diagnose/diagnoser';
import type { FixDeps } from './topology/diagnose/fixes/run';
import type { Problem } from './topology/diagnose/problem';
import { noticeDeath } from './views/deathNotices';
import { Deaths } from './views/deaths';
import type { ProblemLine } from './views/problemLines';
import { ProblemMarks } from './views/problemMarks';
import { ProblemsPanels } from './webviews/problemsPanel';
import { sightOf } from './webviews/problemsSight';
import { WatchPanels } from './webviews/watchPanel';

/** What is wrong and what mends it: loaded when the first snapshot is there, so that the tree waits for none of it. */
export interface Diagnosis extends Disposable {
  readonly problems: readonly Problem[];
  /** Lines of the tree, worst first. */
  readonly lines: readonly ProblemLine[];
  readonly onDidChange: Event<unknown>;
  readonly fixDeps: FixDeps;
  /** Gathers everything anew; resolves with what is found. */
  look(): Promise<readonly Problem[]>;
  show(topologyId: string | undefined): void;
  watch(topologyId: string): void;
  drills(): Promise<DrillDesk>;
  /** Takes over a page that VS Code kept over a reload of its window. */
  restore(panel: vscode.WebviewPanel, topologyId: string): Promise<void>;
}

const MOST_BYTES = 1024 * 1024;

export function openDiagnosis(kit: Kit, extensionUri: vscode.Uri, reveal: (node: string) => void): Diagnosis {
  const { t, deps, inventory, log } = kit;
  const store = new DisposableStore();
  const onFailure = (error: unknown): void => log.error('diagnosis', error);
  const collector = store.add(
    new Collector({ engine: kind => deps.engine(kind), inventory, readText, now: () => Date.now(), onFailure }),
  );
  const diagnoser = store.add(new Diagnoser(inventory, collector, onFailure));
  const fixDeps: FixDeps = { ...deps, files: { read: readText, write: (path, text) => writeFile(path, text) } };
  const run = (problem: Problem, index: number): void =>
    void vscode.commands.executeCommand(commands.fixProblem, { kind: 'problem', problem: problem.id, fix: index });
  const panels = store.add(
    new ProblemsPanels({
      extensionUri,
      onFailure,
      sight: (topologyId, before) => sightOf(t, inventory.snapshot, diagnoser.problems, topologyId, before),
      act: message => {
        if (message.type === 'reveal') return reveal(message.node);
        const problem = diagnoser.problems.find(({ id }) => id === message.problem);
        if (problem === undefined) return;
        if (message.type === 'fix') run(problem, message.fix);
        else if (problem.place !== undefined) open(problem.place).then(undefined, onFailure);
      },
    }),
  );
  const watching = store.add(new WatchPanels({ extensionUri, inventory, redactor: kit.redactor, reveal, onFailure }));
  const desk = store.add(
    new Lazy(async () => (drills = (await import('./drillDesk')).openDrillDesk(kit, extensionUri))),
  );
  const marks = store.add(new ProblemMarks(t));
  let drills: DrillDesk | undefined;
  const deaths = store.add(
    new Deaths({
      inventory,
      isMeant: ({ topologyId }) => topologyId !== undefined && drills?.isRunning(topologyId) === true,
      tell: problem => {
        const acts = {
          inventory,
          show: (id: string | undefined) => panels.show(id),
          fix: (one: Problem) => run(one, 0),
        };
        noticeDeath(t, acts, problem).then(undefined, onFailure);
      },
    }),
  );
  const changed = (problems: readonly Problem[]): void => {
    panels.update();
    marks.show(problems);
    deaths.hear(problems);
  };
  store.add(diagnoser.onDidChange(changed));
  changed(diagnoser.problems);
  return {
    get problems() {
      return diagnoser.problems;
    },
    get lines() {
      return linesOf(kit, diagnoser.problems);
    },
    onDidChange: listener => diagnoser.onDidChange(listener),
    fixDeps,
    look: () => diagnoser.look(),
    show: topologyId => panels.show(topologyId),
    watch: topologyId => watching.show(topologyId),
    drills: () => desk.get(),
    restore: async (panel, topologyId) => {
      await inventory.refresh(); // a page that does not know its topology yet says that there is none
      if (panel.viewType === pages.problems) panels.restore(panel, topologyId === '' ? undefined : topologyId);
      else if (panel.viewType === pages.watch) watching.restore(panel, topologyId);
      else (await desk.get()).restore(panel, topologyId);
    },
    dispose: () => store.dispose(),
  };
}

/** What the row of the node says already needs no line of its own. */
const saidByRow: ReadonlySet<Problem['what']['code']> = new Set(['stopped', 'paused', 'stale-master']);
/** About the whole topology, whoever it was that showed it. */
const ofTopology: ReadonlySet<Problem['what']['code']> = new Set([
  'quorum-unmet',
  'majority-unmet',
  'quorum-trap',
  'split-brain',
  'replica-ring',
  'sentinel-drift',
  'slots-unowned',
  'cluster-majority',
]);

function linesOf({ t }: Pick<Kit, 't'>, problems: readonly Problem[]): readonly ProblemLine[] {
  return problems.flatMap(({ id, severity, what, nodes: [node], topologyId, fixes }): ProblemLine[] => {
    if (severity === 'info') return [];
    const detail = consequenceOfProblem(t, what);
    return [
      {
        id,
        severity,
        text: causeInWords(t, what),
        fixable: fixes.length > 0,
        ...(detail === undefined ? {} : { detail }),
        ...(saidByRow.has(what.code) ? { inRow: true } : {}),
        ...(topologyId === undefined ? {} : { topology: topologyId }),
        ...(node === undefined || ofTopology.has(what.code) ? {} : { node }),
      },
    ];
  });
}

async function open({ path, line }: { readonly path: string; readonly line: number }): Promise<void> {
  const at = new vscode.Position(line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(at, at) });
}

/** A conf is small text; whatever is not, or is not there, nobody knows anything of. */
async function readText(path: string): Promise<string | undefined> {
  try {
    const about = await stat(path);
    return about.isFile() && about.size <= MOST_BYTES ? await readFile(path, 'utf8') : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
