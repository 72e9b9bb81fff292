import * as vscode from 'vscode';
import type { ConfDocument } from '../../conf/document';
import { makeTarget } from '../../conf/target';
import type { Target } from '../../conf/target';
import type { Mode } from '../../conf/types';
import type { Report } from '../../conf/validate';
import { containedServer, installedServer, programsFor } from './servers';
import type { Exec, Oracle } from './servers';
import { compare, readVerdict } from './verdict';
import type { Comparison, Verdict } from './verdict';

export interface CheckDeps {
  /** Our own verdict on a document for the server that is asked; undefined for a document that is none of ours. */
  readonly judge: (
    document: vscode.TextDocument,
    target: Target | undefined,
  ) => Promise<
    | {
        readonly parsed: ConfDocument;
        readonly mode: Mode;
        readonly target: Target;
        readonly workingDirectory: string | undefined;
        readonly report: Report;
      }
    | undefined
  >;
  /** The server that runs with the file, when there is one. */
  readonly server: (
    uri: vscode.Uri,
  ) => Promise<
    | { readonly kind: 'container'; readonly title: string; readonly exec: Exec }
    | { readonly kind: 'program'; readonly path: string }
    | undefined
  >;
  readonly log: { info(text: string): void; warn(text: string): void; show(): void };
}

/** "Redis: Check With Installed Server": the real server's verdict on a copy of the open file, beside ours. */
export class CheckConf implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('redis-server');
  /** A save is such an event as well, without changes: it makes no verdict stale. */
  readonly #changes = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (contentChanges.length > 0) this.#collection.delete(document.uri);
  });

  constructor(private readonly deps: CheckDeps) {}

  async run(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const before = document === undefined ? undefined : await this.deps.judge(document, undefined);
    if (document === undefined || before === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a redis.conf or sentinel.conf first.'));
      return;
    }
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Asking the server…'), cancellable: true },
      async (_, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => cancel.abort());
        const oracle = await this.#oracle(document, before.target, before.workingDirectory, cancel.signal);
        if (oracle === undefined) {
          void vscode.window.showWarningMessage(
            vscode.l10n.t(
              'There is no redis-server or valkey-server on PATH, and no running container belongs to this file.',
            ),
          );
          return;
        }
        const [major = 0, minor = 0] = oracle.version.split('.').map(Number);
        const ours = await this.deps.judge(document, makeTarget(oracle.product, major, minor));
        if (ours === undefined) return;
        const { version } = document;
        const bom = ours.parsed.byteOrderMark && !ours.parsed.text.startsWith('\uFEFF') ? '\uFEFF' : '';
        const verdict = readVerdict(
          await oracle.ask(new TextEncoder().encode(bom + ours.parsed.text), ours.mode, cancel.signal),
          ours.mode,
        );
        if (cancel.signal.aborted || document.isClosed) return;
        if (document.version !== version) {
          void vscode.window.showInformationMessage(
            vscode.l10n.t('The file changed while the server read it; run the check again.'),
          );
          return;
        }
        this.#show(document, oracle, verdict, ours);
      },
    );
  }

  async #oracle(
    document: vscode.TextDocument,
    target: Target,
    workingDirectory: string | undefined,
    signal: AbortSignal,
  ): Promise<Oracle | undefined> {
    const server = await this.deps.server(document.uri);
    const own =
      server?.kind === 'container'
        ? await containedServer(server.title, server.exec, signal)
        : server?.kind === 'program'
          ? await installedServer([server.path], workingDirectory, signal)
          : undefined;
    return own ?? installedServer(programsFor(target.product), workingDirectory, signal);
  }

  #show(
    document: vscode.TextDocument,
    oracle: Oracle,
    verdict: Verdict,
    ours: { readonly parsed: ConfDocument; readonly report: Report; readonly mode: Mode },
  ): void {
    const { title } = oracle;
    this.#collection.delete(document.uri);
    if (verdict.kind === 'unclear') {
      this.deps.log.warn(`${title} gave no verdict: ${verdict.output}`);
      this.#tell(
        vscode.window.showWarningMessage,
        vscode.l10n.t('{0} gave no clear verdict; what it printed is in the log.', title),
        [this.#showLog()],
      );
      return;
    }
    if (verdict.kind === 'refused' && verdict.line !== undefined) {
      const line = Math.min(verdict.line, document.lineCount) - 1;
      const diagnostic = new vscode.Diagnostic(
        document.lineAt(line).range,
        verdict.reason,
        vscode.DiagnosticSeverity.Error,
      );
      diagnostic.source = title;
      this.#collection.set(document.uri, [diagnostic]);
    }
    const comparison = compare(verdict, ours.report, ours.parsed);
    this.deps.log.info(
      `check with ${title}, ${ours.mode}: server ${verdict.kind}${verdict.kind === 'refused' && verdict.line !== undefined ? ` at line ${String(verdict.line)}` : ''}; ${comparison.kind}`,
    );
    const its =
      verdict.kind === 'accepted'
        ? vscode.l10n.t('{0} accepts every line.', title)
        : verdict.line === undefined
          ? vscode.l10n.t('{0} refuses the file: “{1}”.', title, verdict.reason)
          : vscode.l10n.t('{0} refuses line {1}: “{2}”.', title, verdict.line, verdict.reason);
    const goTo =
      verdict.kind === 'refused' && verdict.line !== undefined
        ? [{ title: vscode.l10n.t('Go to Line'), run: () => reveal(document, verdict.line ?? 1) }]
        : [];
    this.#tellComparison(its, comparison, goTo, ours.report);
  }

  #tellComparison(its: string, comparison: Comparison, actions: readonly Action[], report: Report): void {
    switch (comparison.kind) {
      case 'agree': {
        const later =
          report.firstRefusal?.refusal?.phase === 'startup'
            ? ` ${vscode.l10n.t('We also expect it to fail when it starts ({0}); this check does not start it.', report.firstRefusal.code)}`
            : '';
        this.#tell(vscode.window.showInformationMessage, `${its} ${vscode.l10n.t('So do we.')}${later}`, actions);
        return;
      }
      case 'blind':
        this.#tell(
          vscode.window.showInformationMessage,
          `${its} ${vscode.l10n.t('We expect it to refuse the file only after the last line ({0}), which this check does not reach.', comparison.code)}`,
          actions,
        );
        return;
      case 'disagree': {
        const we =
          comparison.ours === undefined
            ? vscode.l10n.t('We find nothing that it would refuse')
            : vscode.l10n.t('We expect it to stop at line {0} ({1})', comparison.ours.line, comparison.ours.code);
        this.deps.log.warn(
          `DISAGREEMENT, a bug of this extension: ${comparison.ours === undefined ? 'we accept the file' : `we refuse line ${String(comparison.ours.line)} (${comparison.ours.code})`}`,
        );
        this.#tell(
          vscode.window.showWarningMessage,
          `${its} ${vscode.l10n.t('{0}: that is a bug of this extension, please report it.', we)}`,
          [...actions, this.#showLog()],
        );
        return;
      }
      default:
        comparison satisfies never;
    }
  }

  #showLog(): Action {
    return { title: vscode.l10n.t('Show Log'), run: () => this.deps.log.show() };
  }

  #tell(
    show: (message: string, ...items: Action[]) => Thenable<Action | undefined>,
    message: string,
    actions: readonly Action[],
  ): void {
    void show(message, ...actions).then(chosen => chosen?.run());
  }

  dispose(): void {
    this.#collection.dispose();
    this.#changes.dispose();
  }
}

interface Action extends vscode.MessageItem {
  readonly run: () => unknown;
}

function reveal(document: vscode.TextDocument, line: number): Thenable<vscode.TextEditor> {
  return vscode.window.showTextDocument(document, { selection: new vscode.Range(line - 1, 0, line - 1, 0) });
}
