import * as vscode from 'vscode';
import { CheckConf } from './commands/checkConf';
import type { CheckDeps } from './commands/checkConf';
import { registerConfLanguage } from './language';
import type { LanguageDeps } from './language';

export interface ConfLanguageDeps extends LanguageDeps, Pick<CheckDeps, 'container' | 'log'> {}

/** The language of conf files with its command: a part of its own, loaded with the first document of that kind. */
export function startConfLanguage(deps: ConfLanguageDeps): vscode.Disposable & { readonly check: () => Promise<void> } {
  const language = registerConfLanguage(deps);
  const check = new CheckConf({ ...deps, judge: (document, target) => language.judge(document, target) });
  const all = vscode.Disposable.from(language, check);
  return { check: () => check.run(), dispose: () => { all.dispose(); } };
}
