import * as vscode from 'vscode';
import { fixWords, relatedWords } from '../conf/rules/phrases';
import { rules } from '../conf/rules/codes';
import type { Finding, Fix, Related } from '../conf/types';

/**
 * The sentences of findings in the user's language. The English texts of the rule tables are the keys of the l10n bundle;
 * scripts/l10n.mjs collects them from there.
 */
export const messageOf = (finding: Pick<Finding, 'code' | 'data'>): string =>
  vscode.l10n.t(rules[finding.code].message, finding.data);
export const relatedOf = (related: Pick<Related, 'code' | 'data'>): string =>
  vscode.l10n.t(relatedWords[related.code] ?? related.code, related.data);
export const titleOf = (fix: Pick<Fix, 'code' | 'data'>): string =>
  vscode.l10n.t(fixWords[fix.code] ?? fix.code, fix.data);
