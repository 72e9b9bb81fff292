import * as vscode from 'vscode';
import { topologyOf } from './ask';
import type { Command } from './kit';

/** Opens the page of what is wrong with a topology and what mends it. */
export const showProblems: Command = async (kit, target) => {
  const diagnosis = await kit.diagnosis();
  if (target?.kind === 'problem') return diagnosis.show(target.topology);
  if (target?.kind === 'others' || (target?.kind === 'node' && target.topology === undefined))
    return diagnosis.show(undefined);
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Whose problems?'),
    () => true,
    () => true,
  );
  if (topology) diagnosis.show(topology.id);
};
