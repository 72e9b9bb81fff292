import type { ConfDocument } from '../document';
import { tableFor } from '../table';
import type { Known, Table } from '../table';
import type { Target } from '../target';
import type { Mode } from '../types';

/** What the features that depend on the server work on. */
export interface Context {
  readonly document: ConfDocument;
  readonly target: Target;
  readonly mode: Mode;
}

/** Directives that are no settings: each has its own reader in the servers. */
export const pseudoDirectives: ReadonlySet<string> = new Set([
  'include',
  'loadmodule',
  'rename-command',
  'user',
  'sentinel',
]);

/** Directives that may stand in a file more than once and each time count. */
export const repeatable: ReadonlySet<string> = new Set([...pseudoDirectives, 'save', 'client-output-buffer-limit']);

export const tableOf = (context: Pick<Context, 'target'>): Table => tableFor(context.target);
export const lookup = (context: Pick<Context, 'target'>, name: string): Known | undefined =>
  tableFor(context.target).lookup(name);
