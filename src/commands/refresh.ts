import * as vscode from 'vscode';
import { views } from '../manifest';
import type { Command } from './kit';

/** Looks at everything again at once; the view's own progress bar shows that it is looking. */
export const refresh: Command = async kit => {
  await vscode.window.withProgress({ location: { viewId: views.topologies } }, () => kit.inventory.refresh());
};
