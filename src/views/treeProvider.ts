import * as vscode from 'vscode';
import type { Target } from '../editor/target';
import { commands } from '../manifest';
import { decorationUri } from './decorations';
import { Redraws } from './redraws';
import type { Badge } from './row';
import type { Branch } from './treeShape';
import { changedBranches, indexTree } from './treeShape';

/** What VS Code holds for a row, and what a command called on the row is given. One object for each key, for as long as the view lives. */
export type Element = Target & { readonly key: string };

/** How long a tooltip is taken to be read. */
const readingMs = 15_000;

/**
 * Shows snapshots as a tree. Elements and ids stay the same over refreshes, as long as a row stays in its place, so that VS Code keeps selection and expansion;
 * only what differs from what is shown is redrawn.
 */
export class TopologyTree implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Element[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #redraws = new Redraws<Element>(rows => this.#changed.fire(rows && [...rows]));
  readonly #elements = new Map<string, Element>();
  readonly #read = new Map<string, NodeJS.Timeout>();
  #roots: readonly Branch[] = [];
  #index: ReturnType<typeof indexTree> = new Map();

  /** @param latest shows the latest figures, which change without an event */
  constructor(private readonly latest: () => void) {}

  show(roots: readonly Branch[]): void {
    const changed = changedBranches(this.#roots, roots);
    this.#roots = roots;
    this.#index = indexTree(roots);
    for (const [key, element] of [...this.#elements]) {
      if (this.#index.has(key)) continue;
      this.#elements.delete(key);
      this.#redraws.forget(element);
    }
    this.#redraws.add(changed === 'all' ? undefined : changed.map(branch => this.#element(branch)));
  }

  /** Badges of all rows that have one, by key. */
  get badges(): ReadonlyMap<string, Badge> {
    return new Map(
      [...this.#index].flatMap(([key, { branch }]) => (branch.row.badge ? [[key, branch.row.badge] as const] : [])),
    );
  }

  /** Each kind of topology that there is, with whose it is: `sentinel.owned`. */
  get kinds(): readonly string[] {
    const all = this.#roots.flatMap(({ target, row }) =>
      target.kind === 'topology' ? [row.contextValue.split('.').slice(1, 3).join('.')] : [],
    );
    return [...new Set(all)].sort();
  }

  /** The row of a node, by its id in the snapshot. */
  find(node: string): Element | undefined {
    for (const { branch } of this.#index.values())
      if (branch.target.kind === 'node' && branch.target.node === node) return this.#element(branch);
    return undefined;
  }

  getChildren(element?: Element): Element[] {
    const branches = element === undefined ? this.#roots : (this.#index.get(element.key)?.branch.children ?? []);
    return branches.map(branch => this.#element(branch));
  }

  getParent(element: Element): Element | undefined {
    const parent = this.#index.get(element.key)?.parent;
    const branch = parent === undefined ? undefined : this.#index.get(parent)?.branch;
    return branch && this.#element(branch);
  }

  getTreeItem(element: Element): vscode.TreeItem {
    const branch = this.#index.get(element.key)?.branch;
    if (!branch) return new vscode.TreeItem(''); // asked for after it went; the refresh that follows drops it
    const { row, children, target } = branch;
    const item = new vscode.TreeItem(
      row.label,
      children.length === 0
        ? vscode.TreeItemCollapsibleState.None
        : target.kind === 'others'
          ? vscode.TreeItemCollapsibleState.Collapsed
          : vscode.TreeItemCollapsibleState.Expanded,
    );
    item.id = element.key;
    item.description = row.description;
    item.iconPath =
      row.icon.color === undefined
        ? new vscode.ThemeIcon(row.icon.id)
        : new vscode.ThemeIcon(row.icon.id, new vscode.ThemeColor(row.icon.color));
    item.contextValue = row.contextValue;
    item.accessibilityInformation = { label: row.spoken };
    if (target.kind === 'problem') item.command = { command: commands.showProblems, title: '', arguments: [element] };
    if (row.badge) item.resourceUri = decorationUri(element.key);
    return item;
  }

  /**
   * VS Code asks for the tooltip when the mouse rests on the row, and keeps it until the row is drawn again. So that its figures
   * don't grow old, the row is drawn again when it has been read; not before, as that closes it.
   */
  resolveTreeItem(item: vscode.TreeItem, element: Element): vscode.TreeItem {
    this.latest();
    const branch = this.#index.get(element.key)?.branch;
    if (!branch) return item;
    item.tooltip = new vscode.MarkdownString(branch.row.tooltip); // not trusted, no HTML: names come from others
    clearTimeout(this.#read.get(element.key));
    this.#read.set(
      element.key,
      setTimeout(() => {
        this.#read.delete(element.key);
        if (this.#index.has(element.key)) this.#redraws.add([element]);
      }, readingMs),
    );
    return item;
  }

  dispose(): void {
    for (const timer of this.#read.values()) clearTimeout(timer);
    this.#redraws.dispose();
    this.#changed.dispose();
  }

  #element({ key, target }: Branch): Element {
    const known = this.#elements.get(key);
    if (known) return known;
    const element = { ...target, key };
    this.#elements.set(key, element);
    return element;
  }
}
