import * as vscode from 'vscode';
import { commandsOf } from '../conf/commandNames';
import { completeAt } from '../conf/features/complete';
import type { Completion } from '../conf/features/complete';
import type { Product } from '../conf/target';
import type { Contexts } from './contexts';
import type { Descriptions } from './descriptions';
import { aclFile, isAcl, rangeOf, selector } from './documents';
import { defaultText, kindText } from './phrases';

const kinds: Readonly<Record<Completion['kind'], vscode.CompletionItemKind>> = {
  directive: vscode.CompletionItemKind.Property,
  statement: vscode.CompletionItemKind.Property,
  keyword: vscode.CompletionItemKind.Keyword,
  value: vscode.CompletionItemKind.EnumMember,
  number: vscode.CompletionItemKind.Value,
  master: vscode.CompletionItemKind.Class,
  user: vscode.CompletionItemKind.User,
  command: vscode.CompletionItemKind.Function,
  category: vscode.CompletionItemKind.Module,
  code: vscode.CompletionItemKind.Constant,
  target: vscode.CompletionItemKind.Constant,
};

class Item extends vscode.CompletionItem {
  constructor(
    readonly from: Completion,
    readonly product: Product,
  ) {
    super(from.label, kinds[from.kind]);
  }
}

export function registerCompletion(contexts: Contexts, descriptions: Descriptions): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    [...selector, { language: aclFile }],
    {
      async provideCompletionItems(document, position, token) {
        const context = await contexts.of(document);
        if (context === undefined || token.isCancellationRequested) return undefined;
        const { names, categories } = commandsOf(context.target, 'redis'); // also in sentinel.conf: the commands are the watched server's
        const found = completeAt(context, context.document.offsetAt(position), { commands: names, categories });
        const fit = isAcl(document)
          ? found.filter(one => one.label === 'user' || (one.kind !== 'directive' && !one.insert.includes('$')))
          : found;
        return fit.map(one => toItem(one, rangeOf(context.document, one), position, context.target.product));
      },
      async resolveCompletionItem(item: vscode.CompletionItem) {
        if (!(item instanceof Item) || item.from.about === undefined) return item;
        const { section, key, value } = item.from.about;
        const about =
          section === 'values'
            ? undefined
            : section === 'directives'
              ? await descriptions.directive(key, item.product)
              : await descriptions.statement(key, item.product);
        const text = about?.text ?? (value === undefined ? undefined : await descriptions.value(key, value));
        if (text !== undefined)
          item.documentation = new vscode.MarkdownString(
            about?.link === undefined ? text : `${text}\n\n[${vscode.l10n.t('Official page')}](${about.link})`,
          );
        return item;
      },
    },
    ' ',
    '@',
    '+',
    '-',
    '|',
  );
}

function toItem(one: Completion, range: vscode.Range, position: vscode.Position, product: Product): Item {
  const item = new Item(one, product);
  item.insertText = one.snippet === true ? new vscode.SnippetString(one.insert) : one.insert;
  item.range = { inserting: new vscode.Range(range.start, position), replacing: range };
  item.filterText = one.label;
  item.sortText = `${String(one.rank)}${one.isDefault === true ? '0' : '1'}${one.label}`;
  if (one.setting !== undefined)
    item.detail = vscode.l10n.t('{0} · default {1}', kindText(one.setting), defaultText(one.setting));
  if (one.isDefault === true) item.detail = vscode.l10n.t('default');
  if (one.deprecated === true) item.tags = [vscode.CompletionItemTag.Deprecated];
  // A choice is open for typing at once, so its list should be too.
  if (one.snippet === true && one.kind === 'keyword' && one.insert.endsWith(' '))
    item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}
