import * as vscode from 'vscode';
import { nodeOf } from './ask';
import type { Command } from './kit';

/** Follows the log of a node in an output channel of its own. */
export const showLogs: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Whose log shall be shown?'),
    node => node.instance !== undefined,
  );
  const instance = place?.node.instance;
  if (!place || !instance) return;
  const engine = kit.deps.engine(instance.engine);
  kit.logs.show(
    { id: place.node.id, title: place.topology ? `${place.topology.name}/${place.node.name}` : place.node.name },
    (onLine, signal) => engine.logs(instance.id, { tail: 500, follow: true }, onLine, signal),
  );
};
