import * as vscode from 'vscode';
import { isRuleCode, rulePage } from '../conf/rules/codes';
import type { RuleCode } from '../conf/rules/codes';

/** Opens the page of a rule; not in the palette. */
export const showRuleCommand = 'redisTopology.conf.showRule';

/** What a click on a finding's code opens: our own page of the rule, without a browser. */
export function ruleUri(code: RuleCode): vscode.Uri {
  return vscode.Uri.from({ scheme: 'command', path: showRuleCommand, query: JSON.stringify([code]) });
}

/** @param extension where the extension is installed; the pages ship with it */
export function registerRuleDocs(extension: vscode.Uri): vscode.Disposable {
  return vscode.commands.registerCommand(showRuleCommand, async (code: unknown) => {
    if (typeof code !== 'string' || !isRuleCode(code)) return;
    const page = vscode.Uri.joinPath(extension, rulePage(code));
    try {
      await vscode.commands.executeCommand('markdown.showPreview', page);
    } catch {
      await vscode.window.showTextDocument(page, { preview: true }); // an editor without the built-in preview
    }
  });
}
