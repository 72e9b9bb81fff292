import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import { consequenceInWords } from '../editor/words/consequences';
import type { Node } from '../model/snapshot';
import type { InterruptingAct } from '../topology/consequences';
import { consequencesOf } from '../topology/consequences';
import type { LifecycleAct } from '../topology/lifecycle';
import { lifecycleRequestOf, runLifecycle } from '../topology/lifecycle';
import type { Place } from './ask';
import { nodeOf } from './ask';
import type { Command, Kit } from './kit';

/** Stops the server of one node, after saying what that costs. */
export const stop: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Which server shall be stopped?'), runs);
  if (place && (await allowed(kit, place, 'stop', vscode.l10n.t('Stop {0}?', place.node.name), vscode.l10n.t('Stop'))))
    await act(kit, place, 'stop', vscode.l10n.t('Stopping {0}', place.node.name));
};

/** Starts a stopped server, or lets a paused one go on. */
export const start: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Which server shall be started?'), halted);
  if (place)
    await act(
      kit,
      place,
      place.node.instance?.state === 'paused' ? 'unpause' : 'start',
      vscode.l10n.t('Starting {0}', place.node.name),
    );
};

/** Stops and starts again. */
export const restart: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Which server shall be restarted?'), runs);
  if (
    place &&
    (await allowed(kit, place, 'restart', vscode.l10n.t('Restart {0}?', place.node.name), vscode.l10n.t('Restart')))
  )
    await act(kit, place, 'restart', vscode.l10n.t('Restarting {0}', place.node.name));
};

/** Ends the server on the spot, as a crash does. */
export const kill: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Which server shall be killed?'), runs);
  if (place && (await allowed(kit, place, 'kill', vscode.l10n.t('Kill {0}?', place.node.name), vscode.l10n.t('Kill'))))
    await act(kit, place, 'kill', vscode.l10n.t('Killing {0}', place.node.name));
};

/** Freezes the server: it lives, and answers nobody. */
export const pause: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Which server shall be paused?'), runs);
  if (
    place &&
    (await allowed(kit, place, 'pause', vscode.l10n.t('Pause {0}?', place.node.name), vscode.l10n.t('Pause')))
  )
    await act(kit, place, 'pause', vscode.l10n.t('Pausing {0}', place.node.name));
};

/** Lets a frozen server go on. */
export const unpause: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Which server shall go on?'),
    node => node.instance?.state === 'paused',
  );
  if (place) await act(kit, place, 'unpause', vscode.l10n.t('Waking {0}', place.node.name));
};

function runs(node: Node): boolean {
  return node.instance?.state === 'running' || node.instance?.state === 'restarting';
}

function halted(node: Node): boolean {
  return node.instance !== undefined && !runs(node);
}

/** Whether the user agrees, knowing what it costs as computed from the topology at this moment. */
async function allowed(
  kit: Kit,
  { node, topology }: Place,
  what: InterruptingAct,
  question: string,
  button: string,
): Promise<boolean> {
  if (!kit.confirm.value) return true;
  const costs = consequencesOf(topology, node, what).map(consequence => consequenceInWords(kit.t, consequence));
  const foreign = node.instance?.ownership ? [] : [vscode.l10n.t('It was not made here.')];
  return (
    (await vscode.window.showWarningMessage(
      question,
      { modal: true, detail: [...costs, ...foreign].join('\n\n') },
      button,
    )) === button
  );
}

async function act(kit: Kit, { node, topology }: Place, what: LifecycleAct, title: string): Promise<void> {
  const request = lifecycleRequestOf(node, what);
  const holding = kit.inventory.hold();
  try {
    await withProgress(topology ? `${title} (${topology.name})` : title, signal =>
      runLifecycle(kit.deps, request, signal),
    );
    await kit.inventory.refresh();
  } finally {
    holding.dispose();
  }
}
