/** What a row of the tree stands for, and so what a command acts on. Commands get one as their first argument from menus. */
export type Target =
  | { readonly kind: 'topology'; readonly topology: string; /** Chosen on the slot map. */ readonly slots?: readonly (readonly [first: number, last: number])[] }
  /** `topology` is absent for servers that belong to none. */
  | { readonly kind: 'node'; readonly node: string; readonly topology?: string }
  | { readonly kind: 'others' };

/** Whether a command's argument is a target: the palette gives none, keyboard shortcuts and other extensions may give anything. */
export function isTarget(value: unknown): value is Target {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind } = value;
  return kind === 'others' || (kind === 'topology' && 'topology' in value && typeof value.topology === 'string') || (kind === 'node' && 'node' in value && typeof value.node === 'string');
}
