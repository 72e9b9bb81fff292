import type { Target } from '../editor/target';
import type { Row } from './row';

/** One row with what stands below it. `key` is stable over refreshes, so that selection and expansion survive. */
export interface Branch {
  readonly key: string;
  readonly target: Target;
  readonly row: Row;
  readonly children: readonly Branch[];
}

/**
 * What has to be redrawn to get from `before` to `after`: `'all'` when top-level rows came or went, else the branches whose own
 * row or list of children changed, none of which lies inside another.
 */
export function changedBranches(before: readonly Branch[], after: readonly Branch[]): 'all' | readonly Branch[] {
  if (!sameKeys(before, after)) return 'all';
  const changed: Branch[] = [];
  const visit = (old: Branch, now: Branch): void => {
    if (!sameKeys(old.children, now.children) || !sameRow(old.row, now.row)) changed.push(now);
    else now.children.forEach((child, index) => visit(old.children[index] as Branch, child));
  };
  after.forEach((branch, index) => visit(before[index] as Branch, branch));
  return changed;
}

/** Tooltips are not compared: they hold figures that change with every look, and VS Code asks for one when it is wanted. */
function sameRow(a: Row, b: Row): boolean {
  return shown(a) === shown(b);
}

function shown({ label, description, icon, contextValue, spoken, badge }: Row): string {
  return JSON.stringify([label, description, icon, contextValue, spoken, badge]);
}

function sameKeys(a: readonly Branch[], b: readonly Branch[]): boolean {
  return a.length === b.length && a.every((branch, index) => branch.key === b[index]?.key);
}

/** Every branch of the tree by its key, and the key of its parent. */
export function indexTree(
  roots: readonly Branch[],
): ReadonlyMap<string, { readonly branch: Branch; readonly parent?: string }> {
  const index = new Map<string, { readonly branch: Branch; readonly parent?: string }>();
  const visit = (branch: Branch, parent: string | undefined): void => {
    index.set(branch.key, parent === undefined ? { branch } : { branch, parent });
    for (const child of branch.children) visit(child, branch.key);
  };
  for (const root of roots) visit(root, undefined);
  return index;
}
