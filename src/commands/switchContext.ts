import * as vscode from 'vscode';
import { settings } from '../manifest';
import type { Command } from './kit';

/** Chooses whose containers are shown and where new topologies are made. The command line's own context stays what it is. */
export const switchContext: Command = async kit => {
  const { current, contexts } = await kit.dockerContexts();
  const configuration = vscode.workspace.getConfiguration();
  const host = configuration.get<string>(settings.dockerHost, '');
  const chosen = configuration.get<string>(settings.dockerContext, '');
  const used = vscode.l10n.t('used now');
  const items: (vscode.QuickPickItem & { readonly name?: string })[] = [
    {
      label: vscode.l10n.t('As the command line does'),
      description: host === '' && chosen === '' ? used : '',
      detail: vscode.l10n.t('DOCKER_HOST, else the current context ({0}), else the socket of this machine.', current),
      name: '',
    },
    {
      label: 'default',
      description: host === '' && chosen === 'default' ? used : '',
      detail: vscode.l10n.t('The socket of this machine'),
      name: 'default',
    },
    ...contexts.map(context => ({
      label: context.name,
      description: host === '' && chosen === context.name ? used : '',
      detail: context.host,
      name: context.name,
    })),
    {
      label: vscode.l10n.t('Another address…'),
      description: host === '' ? '' : used,
      detail: host === '' ? vscode.l10n.t('unix://, tcp:// or ssh://, in the settings') : host,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Which Docker engine shall be used here?'),
    matchOnDetail: true,
  });
  if (picked === undefined) return;
  if (picked.name === undefined) {
    await vscode.commands.executeCommand('workbench.action.openSettings', settings.dockerHost);
    return;
  }
  if (host !== '') await configuration.update(settings.dockerHost, undefined, vscode.ConfigurationTarget.Global);
  await configuration.update(settings.dockerContext, picked.name || undefined, vscode.ConfigurationTarget.Global);
};
