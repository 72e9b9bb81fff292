import * as vscode from 'vscode';
import { views } from '../manifest';
import type { Summary } from './summary';

/** One item in the status bar that sums all topologies up; a click opens the view. Hidden while there is nothing to tell. */
export class StatusBar implements vscode.Disposable {
  #item: vscode.StatusBarItem | undefined;

  show(summary: Summary | undefined): void {
    if (!summary) {
      this.#item?.hide();
      return;
    }
    const item = (this.#item ??= this.#make());
    item.text = summary.text;
    item.tooltip = summary.tooltip;
    item.accessibilityInformation = { label: summary.tooltip };
    item.backgroundColor =
      summary.level === 'down'
        ? new vscode.ThemeColor('statusBarItem.errorBackground')
        : summary.level === 'degraded'
          ? new vscode.ThemeColor('statusBarItem.warningBackground')
          : undefined;
    item.show();
  }

  dispose(): void {
    this.#item?.dispose();
  }

  #make(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('redisTopology.summary', vscode.StatusBarAlignment.Left, 10);
    item.name = vscode.l10n.t('Redis topologies');
    item.command = `${views.topologies}.focus`;
    return item;
  }
}
