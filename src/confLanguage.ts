import * as vscode from 'vscode';
import { CheckConf } from './commands/checkConf';
import type { CheckDeps } from './commands/checkConf';
import { registerConfLanguage } from './language';
import type { LanguageDeps } from './language';
import { serverOfFile, serversKey } from './language/runningServer';
import type { RunningServer } from './language/runningServer';
import type { Snapshot } from './model/snapshot';

export interface ConfLanguageDeps extends Pick<LanguageDeps, 'extensionUri' | 'onFailure'>, Pick<CheckDeps, 'log'> {
  /** What runs, as far as it is known; empty before anybody looked. */
  readonly snapshot: () => Snapshot;
  readonly onDidChangeSnapshot: vscode.Event<void>;
  /** Runs a command inside an instance. */
  readonly exec: (id: string, argv: readonly string[], input: string | undefined, signal: AbortSignal) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

/** The language of conf files with its command: a part of its own, loaded with the first document of that kind. */
export function startConfLanguage({ extensionUri, onFailure, log, snapshot, onDidChangeSnapshot, exec }: ConfLanguageDeps): vscode.Disposable & { readonly check: () => Promise<void> } {
  const changed = new vscode.EventEmitter<void>();
  let key = serversKey(snapshot());
  const following = onDidChangeSnapshot(() => {
    const now = serversKey(snapshot());
    if (now === key) return; // figures change all the time; folders and versions do not
    key = now;
    changed.fire();
  });
  const serverOf = (uri: vscode.Uri): RunningServer | undefined => uri.scheme === 'file' ? serverOfFile(snapshot(), uri.fsPath.replaceAll('\\', '/')) : undefined;
  const language = registerConfLanguage({ extensionUri, onFailure, running: { of: serverOf, onDidChange: changed.event } });
  const check = new CheckConf({
    log,
    judge: (document, target) => language.judge(document, target),
    container: uri => {
      const server = serverOf(uri);
      return server?.engine !== 'docker' ? undefined : { title: server.image, exec: (argv, input, signal) => exec(server.instanceId, argv, input, signal) };
    },
  });
  const all = vscode.Disposable.from(changed, following, language, check);
  return { check: () => check.run(), dispose: () => { all.dispose(); } };
}
