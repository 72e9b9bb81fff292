import * as vscode from 'vscode';
import { targetName } from '../conf/target';
import type { Contexts } from './contexts';
import { isConf, selector } from './documents';
import { section } from './settings';

/** Shows beside the language for which server the file is judged, and why. */
export class TargetStatus implements vscode.Disposable {
  readonly #item = vscode.languages.createLanguageStatusItem('redisTopology.conf.target', selector);
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly contexts: Contexts,
    onDidJudge: vscode.Event<vscode.TextDocument>,
  ) {
    this.#item.name = vscode.l10n.t('Redis configuration: server');
    this.#item.command = {
      command: 'workbench.action.openSettings',
      arguments: [`${section}.target`],
      title: vscode.l10n.t('Change…'),
    };
    this.#subscriptions = [
      this.#item,
      vscode.window.onDidChangeActiveTextEditor(() => void this.#show()),
      onDidJudge(document => {
        if (document === vscode.window.activeTextEditor?.document) void this.#show();
      }),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration(section)) void this.#show();
      }),
      contexts.running.onDidChange(() => void this.#show()),
    ];
    void this.#show();
  }

  async #show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isConf(document)) return;
    const parsed = await this.contexts.documents.parsed(document);
    if (parsed === undefined) return;
    const { target, source } = this.contexts.target(document.uri, parsed);
    this.#item.text = targetName(target);
    this.#item.detail =
      source === 'comment'
        ? vscode.l10n.t('chosen by the file’s own comment')
        : source === 'running'
          ? vscode.l10n.t('the server that runs with this file')
          : vscode.l10n.t('chosen by the setting');
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}
