import * as vscode from 'vscode';
import { foldingInSteps } from '../conf/features/folding';
import type { Fold } from '../conf/features/folding';
import { formatEdits } from '../conf/features/format';
import { pathLinksInSteps } from '../conf/features/links';
import { outlineInSteps } from '../conf/features/outline';
import type { OutlineItem } from '../conf/features/outline';
import type { ConfDocument } from '../conf/document';
import type { Contexts } from './contexts';
import { rangeOf, selector } from './documents';
import { inSlices } from './slices';

/** Outline, folding, formatting and links: what follows from the shape of a file alone. */
export function registerShape(contexts: Contexts): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(
      selector,
      {
        provideDocumentSymbols: async (document, token) => {
          const parsed = await contexts.documents.parsed(document);
          const { version } = document;
          return parsed === undefined
            ? undefined
            : inSlices(symbolsOf(parsed), () => token.isCancellationRequested || document.version !== version);
        },
      },
      { label: 'Redis' },
    ),
    vscode.languages.registerFoldingRangeProvider(selector, {
      provideFoldingRanges: async (document, _, token) => {
        const parsed = await contexts.documents.parsed(document);
        const folds =
          parsed === undefined
            ? undefined
            : await inSlices(foldingInSteps(parsed), () => token.isCancellationRequested);
        return folds?.map(one => new vscode.FoldingRange(one.start, one.end, foldKinds[one.kind]));
      },
    }),
    vscode.languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: async document => toEdits(await contexts.documents.parsed(document)),
    }),
    vscode.languages.registerDocumentRangeFormattingEditProvider(selector, {
      provideDocumentRangeFormattingEdits: async (document, range) =>
        toEdits(await contexts.documents.parsed(document), { from: range.start.line, to: range.end.line }),
    }),
    vscode.languages.registerDocumentLinkProvider(selector, {
      provideDocumentLinks: async (document, token) => {
        const context = await contexts.of(document);
        if (context === undefined) return undefined;
        return contexts.files.settled(document.uri, async () => {
          const { files, workingDirectory } = contexts.world(document.uri);
          if (files === undefined || workingDirectory === undefined) return undefined;
          const links = await inSlices(pathLinksInSteps(context), () => token.isCancellationRequested);
          return links?.flatMap(link => {
            const opened = files.open(files.resolve(workingDirectory, link.path));
            return typeof opened === 'string'
              ? []
              : [new vscode.DocumentLink(rangeOf(context.document, link), vscode.Uri.parse(opened.uri, true))];
          });
        });
      },
    }),
  );
}

const foldKinds: Readonly<Record<Fold['kind'], vscode.FoldingRangeKind>> = {
  section: vscode.FoldingRangeKind.Region,
  region: vscode.FoldingRangeKind.Region,
  comment: vscode.FoldingRangeKind.Comment,
};

const symbolKinds: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  section: vscode.SymbolKind.Namespace,
  generated: vscode.SymbolKind.Namespace,
  directive: vscode.SymbolKind.Property,
  master: vscode.SymbolKind.Class,
  user: vscode.SymbolKind.Object,
  include: vscode.SymbolKind.File,
  module: vscode.SymbolKind.Module,
};

function* symbolsOf(document: ConfDocument): Generator<void, vscode.DocumentSymbol[]> {
  let made = 0;
  function* symbols(items: readonly OutlineItem[]): Generator<void, vscode.DocumentSymbol[]> {
    const list: vscode.DocumentSymbol[] = [];
    for (const item of items) {
      const one = new vscode.DocumentSymbol(
        item.name,
        item.detail,
        symbolKinds[item.kind],
        rangeOf(document, item),
        rangeOf(document, { start: item.nameStart, end: item.nameEnd }),
      );
      if (item.children.length > 0) one.children = yield* symbols(item.children);
      list.push(one);
      if (++made % 100 === 0) yield;
    }
    return list;
  }
  return yield* symbols(yield* outlineInSteps(document));
}

function toEdits(
  document: ConfDocument | undefined,
  range?: { readonly from: number; readonly to: number },
): vscode.TextEdit[] {
  return document === undefined
    ? []
    : formatEdits(document, range).map(edit => vscode.TextEdit.replace(rangeOf(document, edit), edit.text));
}
