import * as vscode from 'vscode';
import { Log } from './editor/log';
import { Redactor } from './editor/redact';
import { registerConfLanguage } from './language';
import { FetchedDisks } from './language/disk/fetched';
import { openExample } from './language/example';
import { confCommands, confMended } from './manifest';

/**
 * The extension in a page without a machine behind it (vscode.dev, github.dev): the language of conf files, and nothing that needs a
 * socket or a process. One file without parts, as a page's extension host loads no others; started by the first document of the language.
 */
export function activate({ extensionUri, subscriptions }: vscode.ExtensionContext): void {
  const log = new Log('Redis', new Redactor());
  const nothingRuns = new vscode.EventEmitter<void>();
  subscriptions.push(
    log,
    nothingRuns,
    vscode.commands.registerCommand(confCommands.example, openExample),
    vscode.commands.registerCommand(confMended, () => undefined), // each fix runs it; only the walkthrough asks, which a page does not have
    registerConfLanguage({
      extensionUri,
      onFailure: (what, error) => log.error(what, error),
      disks: new FetchedDisks(),
      running: { of: () => undefined, sources: () => [], onDidChange: nothingRuns.event },
    }),
  );
}
