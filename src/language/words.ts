import * as vscode from 'vscode';
import { fixWords, relatedWords } from '../conf/rules/phrases';
import type { Finding, Fix, Related } from '../conf/types';
import { confRuleInWords, confTextInWords } from '../editor/words/confRule';

/** The sentences of findings in the user's language; scripts/l10n.mjs collects the English ones from the rule tables. */
export const messageOf = (finding: Pick<Finding, 'code' | 'data'>): string => confRuleInWords(vscode.l10n.t, finding);
export const relatedOf = ({ code, data }: Pick<Related, 'code' | 'data'>): string =>
  confTextInWords(vscode.l10n.t, relatedWords[code] ?? code, data);
export const titleOf = ({ code, data }: Pick<Fix, 'code' | 'data'>): string =>
  confTextInWords(vscode.l10n.t, fixWords[code] ?? code, data);
