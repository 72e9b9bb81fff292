import type { Severity } from '../types';

export type Family = 'syntax' | 'value' | 'include' | 'acl' | 'sentinel' | 'startup' | 'habit' | 'topology';

/** One rule. `message` is English with `{name}` holes for the finding's data; an editor may translate it by the rule's code. */
export interface Rule {
  readonly severity: Severity;
  readonly family: Family;
  readonly message: string;
}
