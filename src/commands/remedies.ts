import * as vscode from 'vscode';
import { HumanError } from '../base/errors';
import type { KnownFault } from '../editor/words';
import { commands, settings } from '../manifest';

/** The next step as a button: a command of VS Code's or of ours. */
export interface Remedy {
  readonly title: string;
  readonly command: string;
  readonly args: readonly unknown[];
}

/** The button that an error message gets besides the log, where one command is what helps. */
export function remedyOf(error: unknown): Remedy | undefined {
  if (!(error instanceof HumanError)) return undefined;
  const fault = error.fault as KnownFault;
  switch (fault.code) {
    case 'engine-missing':
    case 'engine-refused':
    case 'engine-not-docker':
    case 'engine-unsupported-endpoint':
      return {
        title: vscode.l10n.t('Set the Address of the Engine'),
        command: 'workbench.action.openSettings',
        args: [settings.dockerHost],
      };
    case 'server-missing':
      return {
        title: vscode.l10n.t('Set the Path of a Server'),
        command: 'workbench.action.openSettings',
        args: [settings.servers],
      };
    case 'undo-incomplete':
    case 'secret-missing':
    case 'topology-busy':
      return { title: vscode.l10n.t('Finish or Remove…'), command: commands.finishCreation, args: [] };
    case 'redis-silent':
      return fault.reason === 'password-required' || fault.reason === 'password-wrong'
        ? { title: vscode.l10n.t('Enter Password…'), command: commands.enterPassword, args: [] }
        : undefined;
    case 'node-gone':
    case 'failover-not-master':
      return { title: vscode.l10n.t('Refresh'), command: commands.refresh, args: [] };
    default:
      return undefined;
  }
}
