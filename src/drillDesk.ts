import * as vscode from 'vscode';
import type { Disposable } from './base/disposable';
import type { DrillDesk, Kit } from './commands/kit';
import { drillReport } from './editor/words/drill';
import { commands } from './manifest';
import { drillsOf } from './topology/drill/history';
import type { RunningDrill } from './topology/drill/report';
import { DrillPanels } from './webviews/drillPanel';
import { drillSightOf } from './webviews/drillSight';

export interface OpenDrillDesk extends DrillDesk, Disposable {
  /** Takes over a page that VS Code kept over a reload of its window. */
  restore(panel: vscode.WebviewPanel, topologyId: string): void;
}

/** While one runs and is looked at, the picture grows this often. */
const GROW_MS = 250;

/** The pages of drills, and what is known of those that run: loaded when the first is asked for. */
export function openDrillDesk({ t, deps, inventory, documents, log }: Kit, extensionUri: vscode.Uri): OpenDrillDesk {
  const running = new Map<string, { readonly cancel: () => void; peek: () => RunningDrill }>();
  const onFailure = (error: unknown): void => log.error('drill', error);
  const names = new Map<string, string>();
  const nameOf = (topologyId: string): string => {
    const known =
      inventory.snapshot.topologies.find(({ id }) => id === topologyId)?.name ??
      names.get(topologyId) ??
      drillsOf(deps.records, topologyId)[0]?.topology ??
      topologyId;
    names.set(topologyId, known); // the page outlives the topology
    return known;
  };
  const panels = new DrillPanels({
    extensionUri,
    onFailure,
    sight: (topologyId, selected) =>
      drillSightOf(
        t,
        nameOf(topologyId),
        drillsOf(deps.records, topologyId),
        running.get(topologyId)?.peek(),
        selected,
      ),
    act: (topologyId, message) => {
      const target = { kind: 'topology', topology: topologyId };
      switch (message.type) {
        case 'start':
          return void vscode.commands.executeCommand(commands.drill, target);
        case 'again':
          return void vscode.commands.executeCommand(commands.drill, { ...target, drill: message.run });
        case 'cancel':
          return running.get(topologyId)?.cancel();
        case 'report': {
          const runs = drillsOf(deps.records, topologyId);
          const report = runs.find(({ at }) => at === message.run);
          if (report)
            documents
              .show(t('Failover drill of {0}', report.topology), drillReport(t, report, runs))
              .then(undefined, onFailure);
        }
      }
    },
  });
  return {
    show: (topologyId, run) => panels.show(topologyId, run),
    restore: (panel, topologyId) => panels.restore(panel, topologyId),
    isRunning: topologyId => running.has(topologyId),
    begin(topologyId, peek, cancel) {
      running.set(topologyId, { peek, cancel });
      panels.show(topologyId);
      const growing = setInterval(() => {
        if (panels.isVisible(topologyId)) panels.update(topologyId);
      }, GROW_MS);
      return {
        dispose: () => {
          clearInterval(growing);
          running.delete(topologyId);
          panels.update(topologyId);
        },
      };
    },
    dispose: () => panels.dispose(),
  };
}
