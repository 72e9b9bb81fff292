import * as vscode from 'vscode';
import { Lazy } from './base/lazy';
import { runTold } from './commands/run';
import type { Core } from './core';
import type { Log } from './editor/log';
import { confCommands, confMended } from './manifest';
import { emptySnapshot } from './model/snapshot';

/** The languages whose features are a part of their own (`confLanguage`): most sessions open no such file. */
const languages: ReadonlySet<string> = new Set(['redis-conf', 'redis-sentinel-conf', 'redis-acl']);

/**
 * Starts the language of conf files with the first document of that kind. It follows `core` once that runs, and starts it only for a file
 * of a topology that we made, or when a real server is to be asked.
 */
export function registerConf(
  extensionUri: vscode.Uri,
  core: Pick<Lazy<Core>, 'onDidMake' | 'get'>,
  log: Log,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let running: Core | undefined;
  const language = new Lazy(async () =>
    (await import('./confLanguage')).startConfLanguage({
      extensionUri,
      log,
      onFailure: (what, error) => log.error(what, error),
      snapshot: () => running?.inventory.snapshot ?? emptySnapshot,
      onDidChangeSnapshot: changed.event,
      look: async () => void (await (await core.get()).inventory.refresh()),
      exec: async (instance, argv, input, signal) => {
        if (running === undefined) throw new DOMException('the engine was let go of', 'AbortError');
        return running.engines[instance.engine].exec(instance.id, argv, input === undefined ? {} : { input }, signal);
      },
    }),
  );
  const look = (document: vscode.TextDocument): void => {
    if (!language.isMade && languages.has(document.languageId))
      language.get().catch((error: unknown) => log.error('starting the language of conf files', error));
  };
  vscode.workspace.textDocuments.forEach(look);
  return vscode.Disposable.from(
    changed,
    language,
    core.onDidMake(made => {
      running = made;
      made.inventory.onDidChange(() => changed.fire());
    }),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.commands.registerCommand(confCommands.check, () =>
      runTold(log, 'conf.check', async () => (await language.get()).check()),
    ),
    vscode.commands.registerCommand(confCommands.example, () =>
      runTold(log, 'conf.example', async () => (await language.get()).example()),
    ),
    vscode.commands.registerCommand(confMended, () => undefined), // that it was run is all there is to it
  );
}
