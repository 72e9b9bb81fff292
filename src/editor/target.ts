import type { Snapshot } from '../model/snapshot';
/** What a row of the tree stands for, and so what a command acts on. Commands get one as their first argument from menus. */
export type Target =
  | {
      readonly kind: 'topology';
      readonly topology: string;
      /** Chosen on the slot map. */ readonly slots?: readonly (readonly [first: number, last: number])[];
      /** Chosen on the page of drills: the run to be repeated, by its time. */ readonly drill?: number;
    }
  /** `topology` is absent for servers that belong to none. */
  | { readonly kind: 'node'; readonly node: string; readonly topology?: string }
  /** Something wrong, by its id; with the topology and the node that it stands under. */
  | {
      readonly kind: 'problem';
      readonly problem: string;
      readonly topology?: string;
      readonly node?: string;
      /** Which of its fixes. */ readonly fix?: number;
    }
  | { readonly kind: 'others' }
  /** Called on a row that VS Code no longer knows. */
  | { readonly kind: 'lost' };

/** Whether a command's argument is a target: the palette gives none, keyboard shortcuts and other extensions may give anything. */
export function isTarget(value: unknown): value is Target {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind } = value;
  return (
    kind === 'others' ||
    (kind === 'problem' && 'problem' in value && typeof value.problem === 'string') ||
    (kind === 'topology' && 'topology' in value && typeof value.topology === 'string') ||
    (kind === 'node' && 'node' in value && typeof value.node === 'string')
  );
}

/**
 * What a command was called on, from its arguments. While a part of the tree is redrawn, VS Code has forgotten the rows in it until
 * it has asked for them again, and a row that came to stand elsewhere for good: a menu entry chosen just then calls its command with
 * `undefined` in the row's place. The palette and buttons give no argument at all, and only then may a command ask what is meant.
 */
export function targetOf(args: readonly unknown[]): Target | undefined {
  const [first] = args;
  if (isTarget(first)) return first;
  return args.length > 0 && (first === undefined || first === null) ? { kind: 'lost' } : undefined;
}

/** Whether the row stands in a topology that was added to be looked at only. */
export function isLookOnly(target: Target | undefined, { topologies }: Pick<Snapshot, 'topologies'>): boolean {
  const id = target?.kind === 'topology' || target?.kind === 'node' ? target.topology : undefined;
  return id !== undefined && topologies.find(topology => topology.id === id)?.added?.changes === false;
}
