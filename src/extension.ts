import * as vscode from 'vscode';
import type { Disposable } from './base/disposable';
import { Lazy } from './base/lazy';
import type { EngineChoice } from './commands/kit';
import { ConfigValue } from './editor/configValue';
import { Log } from './editor/log';
import { StoredSecrets } from './editor/memory';
import { Redactor } from './editor/redact';
import { commands, pages, settings, walkthrough, walkthroughCommand } from './manifest';
import { registerConf } from './registerConf';
import { registerTopologyView } from './views/register';

/**
 * Builds the objects in order and hands their ends to VS Code; nothing is contacted here. Engine, client and verbs are a
 * bundle of their own (`core`), which is loaded when the view is first seen or a command first run.
 */
export function activate(context: vscode.ExtensionContext): void {
  const redactor = new Redactor();
  const log = new Log('Redis', redactor);
  const dockerHost = new ConfigValue(settings.dockerHost, '');
  const dockerContext = new ConfigValue(settings.dockerContext, '');
  const tunnel = new ConfigValue<'auto' | 'always'>(settings.tunnel, 'auto');
  const confirm = new ConfigValue(settings.confirm, true);
  const preferred = new ConfigValue<EngineChoice>(settings.preferredEngine, 'auto');
  const servers = new ConfigValue<readonly string[]>(settings.servers, []);
  const core = new Lazy(async () =>
    (await import('./core')).openCore({
      secrets: new StoredSecrets(context.secrets, redactor),
      owner: await ownerOf(context.globalState),
      log,
      redactor,
      dockerHost,
      dockerContext,
      tunnel,
      confirm,
      preferred,
      servers,
      extensionUri: context.extensionUri,
      home: context.globalStorageUri.fsPath,
    }),
  );
  context.subscriptions.push(
    log,
    core,
    registerConf(context.extensionUri, core, log),
    registerTopologyView(core, error => log.error('start', error)),
    ...Object.values(pages).map(page =>
      vscode.window.registerWebviewPanelSerializer(page, {
        deserializeWebviewPanel: async (panel, state) => (await core.get()).restore(panel, state),
      }),
    ),
    vscode.commands.registerCommand(walkthroughCommand, () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.id}#${walkthrough}`,
        false,
      ),
    ),
    dockerHost.onDidChange(() => reopen(core, log)),
    dockerContext.onDidChange(() => reopen(core, log)),
    tunnel.onDidChange(() => reopen(core, log)),
    ...(Object.keys(commands) as (keyof typeof commands)[]).map(key =>
      vscode.commands.registerCommand(commands[key], async (...args: readonly unknown[]) =>
        (await core.get()).run(key, args),
      ),
    ),
  );
}

/** Another engine: everything is built anew on it, if it was in use. */
function reopen(core: Pick<Lazy<Disposable>, 'isMade' | 'reset' | 'get'>, log: Log): void {
  if (!core.isMade) return;
  core.reset();
  core.get().catch((error: unknown) => log.error('another engine', error));
}

/** A name of this installation for the labels of what it makes: random, so that it tells nothing of the user. */
async function ownerOf(state: vscode.Memento): Promise<string> {
  const known = state.get<string>('owner');
  if (known !== undefined) return known;
  const owner = globalThis.crypto.randomUUID(); // not of node:crypto, which alone takes longer to load than all of this file
  await state.update('owner', owner);
  return owner;
}
