import * as vscode from 'vscode';
import type { Snapshot } from '../model/snapshot';
import { decorationUri } from './decorations';
import type { Branch } from './treeModel';
import { changedBranches, growTree, indexTree } from './treeModel';

/**
 * Shows snapshots as a tree. An element is the key of a branch, a string that stays the same, so that VS Code keeps
 * selection and expansion; only what differs from what is shown is redrawn.
 */
export class TopologyTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<string[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #roots: readonly Branch[] = [];
  #index: ReturnType<typeof indexTree> = new Map();

  show(snapshot: Snapshot): void {
    const roots = growTree(vscode.l10n.t, snapshot);
    const changed = changedBranches(this.#roots, roots);
    this.#roots = roots;
    this.#index = indexTree(roots);
    if (changed === 'all') this.#changed.fire(undefined);
    else if (changed.length > 0) this.#changed.fire(changed.map(branch => branch.key));
  }

  getChildren(key?: string): string[] {
    const branches = key === undefined ? this.#roots : this.#index.get(key)?.branch.children ?? [];
    return branches.map(branch => branch.key);
  }

  getParent(key: string): string | undefined {
    return this.#index.get(key)?.parent;
  }

  branch(key: string): Branch | undefined {
    return this.#index.get(key)?.branch;
  }

  getTreeItem(key: string): vscode.TreeItem {
    const branch = this.#index.get(key)?.branch;
    if (!branch) return new vscode.TreeItem(''); // asked for after it went; VS Code drops it at once
    const { row, children, target } = branch;
    const item = new vscode.TreeItem(row.label, children.length === 0 ? vscode.TreeItemCollapsibleState.None : target.kind === 'others' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded);
    item.id = key;
    item.description = row.description;
    item.iconPath = row.icon.color === undefined ? new vscode.ThemeIcon(row.icon.id) : new vscode.ThemeIcon(row.icon.id, new vscode.ThemeColor(row.icon.color));
    item.tooltip = new vscode.MarkdownString(row.tooltip); // not trusted, no HTML: names come from others
    item.contextValue = row.contextValue;
    item.accessibilityInformation = { label: row.spoken };
    if (row.badge) item.resourceUri = decorationUri(key);
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
