import * as vscode from 'vscode';
import type { ConfDocument } from '../conf/document';
import type { Edit, Finding, Fix } from '../conf/types';
import { confMended } from '../manifest';
import type { ConfDocuments } from './documents';
import { aclFile, isAcl, rangeOf, selector } from './documents';
import type { Judged } from './diagnostics';
import { titleOf } from './words';

/** Mends every finding that has a safe fix; also on save, by `editor.codeActionsOnSave`. */
export const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('redisConf');

/** Where findings come from: the file by itself, and the files of its topology. */
export interface Findings {
  of(document: vscode.TextDocument): Judged | undefined;
  /** The same without a limit of number, for acts on all of them. */
  all?(document: vscode.TextDocument): Promise<Judged | undefined>;
}

export function registerCodeActions(documents: ConfDocuments, ...sources: readonly Findings[]): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    [...selector, { language: aclFile }],
    new CodeActions(documents, sources),
    {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, fixAllKind],
    },
  );
}

/** Nothing but the news that a fix was taken, which VS Code tells the walkthrough. */
const mended: vscode.Command = { command: confMended, title: '' };

class CodeActions implements vscode.CodeActionProvider {
  constructor(
    private readonly documents: ConfDocuments,
    private readonly sources: readonly Findings[],
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const parsed = await this.documents.parsed(document);
    if (parsed === undefined) return [];
    const actions = this.sources.flatMap(source => {
      const judged = source.of(document);
      return judged === undefined ? [] : this.#actionsFor(document, parsed, judged, range, context);
    });
    // Asked for whenever the caret moves, so not unless it is wanted by name: on save, or by the menu of source actions.
    if (context.only === undefined || !(context.only.contains(fixAllKind) || fixAllKind.contains(context.only)))
      return actions;
    for (const source of this.sources) {
      const judged = await (source.all?.(document) ?? source.of(document));
      const all =
        judged === undefined || !this.documents.isPresent(document, parsed) ? undefined : fixAll(judged, parsed);
      if (all !== undefined) actions.push(all);
    }
    return actions;
  }

  #actionsFor(
    document: vscode.TextDocument,
    parsed: ConfDocument,
    judged: Judged,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const wanted = (kind: vscode.CodeActionKind): boolean =>
      context.only === undefined || context.only.contains(kind) || kind.contains(context.only);
    const actions: vscode.CodeAction[] = [];
    const [from, to] = [parsed.offsetAt(range.start), parsed.offsetAt(range.end)];
    const here = judged.findings.filter(
      finding => finding.start <= to && finding.end >= from && finding.uri === parsed.uri,
    );
    if (wanted(vscode.CodeActionKind.QuickFix)) {
      for (const finding of here) {
        const about = context.diagnostics.filter(one => isAbout(one, finding, parsed));
        finding.fixes.forEach((fix, at) => {
          if (this.#isPresent(fix, judged)) actions.push(quickFix(fix, judged, about, at === 0 && fix.safe));
        });
      }
      // An ACL file may hold no comments, so nothing can be silenced there.
      if (!isAcl(document))
        for (const code of new Set(here.map(finding => finding.code)))
          actions.push(...disableActions(document, parsed, code, here));
    }
    return actions;
  }

  /** Whether a fix that reaches into other files knows their present texts. */
  #isPresent(fix: Fix, judged: Judged): boolean {
    return fix.edits.every(edit => {
      const open = vscode.workspace.textDocuments.find(one => one.uri.toString() === edit.uri);
      const known = judged.read.get(edit.uri);
      return known !== undefined && (open === undefined || this.documents.isPresent(open, known));
    });
  }
}

function isAbout(diagnostic: vscode.Diagnostic, finding: Finding, document: ConfDocument): boolean {
  return (
    typeof diagnostic.code === 'object' &&
    diagnostic.code.value === finding.code &&
    diagnostic.range.isEqual(rangeOf(document, finding))
  );
}

function quickFix(fix: Fix, judged: Judged, about: vscode.Diagnostic[], preferred: boolean): vscode.CodeAction {
  const action = new vscode.CodeAction(titleOf(fix), vscode.CodeActionKind.QuickFix);
  action.edit = workspaceEdit(fix.edits, judged);
  action.diagnostics = about;
  action.isPreferred = preferred;
  action.command = mended;
  return action;
}

function workspaceEdit(edits: readonly Edit[], judged: Judged): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const one of edits) {
    const document = judged.read.get(one.uri);
    if (document !== undefined) edit.replace(vscode.Uri.parse(one.uri, true), rangeOf(document, one), one.text);
  }
  return edit;
}

/** The safe fixes of this file that do not overlap; the next run mends what is left. */
export function safeEdits(findings: readonly Finding[], uri: string): Edit[] {
  const chosen: Edit[] = [];
  let end = -1; // findings come in the order of the file, so do most of their fixes: only the last ones can be near
  for (const finding of findings) {
    const fix = finding.fixes.find(one => one.safe);
    if (finding.uri !== uri || fix === undefined || fix.edits.some(edit => edit.uri !== uri)) continue;
    const near = fix.edits.some(edit => edit.start <= end) ? chosen : [];
    if (fix.edits.some(edit => near.some(other => edit.start <= other.end && other.start <= edit.end))) continue;
    chosen.push(...fix.edits);
    end = Math.max(end, ...fix.edits.map(edit => edit.end));
  }
  return chosen;
}

function fixAll(judged: Judged, parsed: ConfDocument): vscode.CodeAction | undefined {
  const edits = safeEdits(judged.findings, parsed.uri);
  if (edits.length === 0) return undefined;
  const action = new vscode.CodeAction(vscode.l10n.t('Fix all safe findings of this file'), fixAllKind);
  action.edit = workspaceEdit(edits, judged);
  action.command = mended;
  return action;
}

function disableActions(
  document: vscode.TextDocument,
  parsed: ConfDocument,
  code: string,
  here: readonly Finding[],
): vscode.CodeAction[] {
  const first = here.find(finding => finding.code === code);
  if (first === undefined) return [];
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const action = (title: string, line: number, comment: string): vscode.CodeAction => {
    const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    made.edit = new vscode.WorkspaceEdit();
    made.edit.insert(document.uri, new vscode.Position(line, 0), `# ${comment} ${code}${eol}`);
    return made;
  };
  return [
    action(
      vscode.l10n.t('Silence {0} for this line', code),
      parsed.positionAt(first.start).line,
      'redis-conf-disable-next-line',
    ),
    action(vscode.l10n.t('Silence {0} in this file', code), 0, 'redis-conf-disable'),
  ];
}
