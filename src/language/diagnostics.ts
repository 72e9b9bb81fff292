import * as vscode from 'vscode';
import type { ConfDocument } from '../conf/document';
import type { RuleCode } from '../conf/rules/codes';
import type { Finding, ValidateOptions } from '../conf/types';
import type { Context } from '../conf/features/context';
import { validateAcl, validateInSteps } from '../conf/validate';
import type { Report } from '../conf/validate';
import type { Contexts } from './contexts';
import { isAcl, isConf, rangeOf } from './documents';
import { ruleUri } from './ruleDocs';
import { settingsFor } from './settings';
import { inSlices } from './slices';
import { messageOf, relatedOf } from './words';

/** Short enough to feel instant, long enough that a burst of key strokes is judged once. */
const debounceMs = 40;
/** A long file takes longer to judge, so it waits for a real pause; what was found before moves with the text until then. */
const longDebounceMs = 250;
const longFile = 20_000;
/** Other files change in bursts: a checkout, a server that rewrites its file. */
const otherFileMs = 300;
/** More of one file help nobody, and each costs the editor; the errors come first, and the last entry says how many are not there. */
const mostShown = 500;
/** More of one rule are counted and not kept: tens of thousands of objects that live on cost pauses of the garbage collector. */
const mostOfRule = 1000;

export interface Judged {
  readonly version: number;
  readonly findings: readonly Finding[];
  /** How many more were only counted. */
  readonly left?: number;
  /** All files that were read, by URI, for places in them. */
  readonly read: ReadonlyMap<string, ConfDocument>;
}

interface Work {
  readonly document: vscode.TextDocument;
  timer?: ReturnType<typeof setTimeout>;
  judged?: Judged;
  /** What was found, as VS Code shows it, by file. */
  shown?: ReadonlyMap<string, readonly vscode.Diagnostic[]>;
  /** Files besides its own in which the last run found something, or which it read. */
  touched: ReadonlySet<string>;
}

/**
 * Judges every open conf file whenever it, a file it includes, its settings or its server changes. What was found for an
 * old version of the text is never shown. Findings in included files are shown there.
 */
export class Diagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('redis-conf');
  readonly #work = new Map<string, Work>();
  readonly #judgedEmitter = new vscode.EventEmitter<vscode.TextDocument>();
  /** Fires when a document's findings are up to date. */
  readonly onDidJudge = this.#judgedEmitter.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly contexts: Contexts,
    private readonly onFailure: (what: string, error: unknown) => void,
  ) {
    const files = vscode.workspace.createFileSystemWatcher('**/*.{conf,inc,acl}');
    this.#subscriptions = [
      this.#collection,
      this.#judgedEmitter,
      files,
      ...[files.onDidCreate, files.onDidChange, files.onDidDelete].map(event =>
        event(({ fsPath }) => this.#scheduleOthers(fsPath)),
      ),
      // What lies outside of the workspace, or was made by another program, is seen when a person comes back to the file.
      vscode.window.onDidChangeActiveTextEditor(editor => {
        if (editor !== undefined) this.schedule(editor.document);
      }),
      vscode.workspace.onDidOpenTextDocument(document => this.schedule(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        this.schedule(document);
        this.#scheduleReaders(document.uri.toString());
      }),
      vscode.workspace.onDidSaveTextDocument(document => this.#scheduleReaders(document.uri.toString())),
      vscode.workspace.onDidCloseTextDocument(document => this.#forget(document)),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('redisTopology.conf')) this.scheduleAll();
      }),
      contexts.running.onDidChange(() => this.scheduleAll()),
    ];
    this.scheduleAll();
  }

  /** What was found in a document, when it is still about its present text. */
  of(document: vscode.TextDocument): Judged | undefined {
    const judged = this.#work.get(document.uri.toString())?.judged;
    return judged?.version === document.version ? judged : undefined;
  }

  /** Everything there is to find in a document, where {@link of} left some out; undefined when its text changed meanwhile. */
  async all(document: vscode.TextDocument): Promise<Judged | undefined> {
    const judged = this.of(document);
    if (judged?.left === undefined || judged.left === 0) return judged;
    const { version } = document;
    const unwanted = (): boolean => document.isClosed || document.version !== version;
    const context = await this.contexts.of(document);
    if (context === undefined || unwanted()) return undefined;
    const report = await this.contexts.files.settled(document.uri, () =>
      inSlices(validateInSteps(context.document, this.#optionsFor(document, context), 50), unwanted),
    );
    return report === undefined ? undefined : judgedOf(version, context, report);
  }

  #optionsFor(document: vscode.TextDocument, context: Context): ValidateOptions {
    return {
      target: context.target,
      mode: context.mode,
      severities: settingsFor(document.uri).severities,
      ...this.contexts.world(document.uri),
    };
  }

  scheduleAll(): void {
    for (const document of vscode.workspace.textDocuments) this.schedule(document);
  }

  schedule(document: vscode.TextDocument, delay = document.lineCount > longFile ? longDebounceMs : debounceMs): void {
    if (!isConf(document) && !isAcl(document)) return;
    const key = document.uri.toString();
    const work: Work = this.#work.get(key) ?? { document, touched: new Set<string>() };
    this.#work.set(key, work);
    clearTimeout(work.timer);
    work.timer = setTimeout(() => {
      this.#judge(document, work).catch((error: unknown) => this.onFailure(`judging ${key}`, error));
    }, delay);
  }

  async #judge(document: vscode.TextDocument, work: Work): Promise<void> {
    const key = document.uri.toString();
    const { version } = document;
    const unwanted = (): boolean => document.isClosed || document.version !== version || this.#work.get(key) !== work;
    const settings = settingsFor(document.uri);
    if (!settings.validate) {
      this.#publish(key, work, { version, findings: [], read: new Map() }, new Map());
      this.#judgedEmitter.fire(document);
      return;
    }
    const context = await this.contexts.of(document);
    if (context === undefined || unwanted()) return;
    const report = await this.contexts.files.settled(document.uri, async () => {
      const options: ValidateOptions = { ...this.#optionsFor(document, context), mostOfRule };
      return isAcl(document)
        ? validateAcl(context.document, options)
        : inSlices(validateInSteps(context.document, options, 50), unwanted);
    });
    if (report === undefined || unwanted()) return;
    const judged = judgedOf(version, context, report);
    const shown = await inSlices(diagnosticsOf(judged), unwanted);
    if (shown === undefined || unwanted()) return;
    this.#publish(key, work, judged, shown);
    this.#judgedEmitter.fire(document);
  }

  #publish(key: string, work: Work, judged: Judged, shown: ReadonlyMap<string, readonly vscode.Diagnostic[]>): void {
    const before = work.touched;
    work.judged = judged;
    work.shown = shown;
    work.touched = new Set([key, ...judged.read.keys()]);
    for (const uri of new Set([...before, ...work.touched])) this.#show(uri);
  }

  /** A file shows its own findings when it is open itself, else what the files that include it found there. */
  #show(uri: string): void {
    const own = this.#work.get(uri);
    if (own?.judged !== undefined) {
      // Its text has changed since: it is judged again soon, and until then VS Code moves what it shows with the text.
      if (own.judged.version === own.document.version)
        this.#collection.set(vscode.Uri.parse(uri, true), own.shown?.get(uri) ?? []);
      return;
    }
    const shown = new Map<string, vscode.Diagnostic>();
    for (const work of this.#work.values()) {
      for (const one of work.shown?.get(uri) ?? []) shown.set(keyOf(one), one);
    }
    this.#collection.set(vscode.Uri.parse(uri, true), [...shown.values()]);
  }

  /** Another file came, went or was changed on disk: whoever names it is judged again. */
  #scheduleOthers(path: string): void {
    for (const { document } of this.#work.values())
      if (document.uri.fsPath !== path) this.schedule(document, otherFileMs);
  }

  #scheduleReaders(uri: string): void {
    for (const [key, work] of this.#work) {
      if (key === uri || !work.touched.has(uri)) continue;
      const document = vscode.workspace.textDocuments.find(one => one.uri.toString() === key);
      if (document !== undefined) this.schedule(document);
    }
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const work = this.#work.get(key);
    if (work === undefined) return;
    clearTimeout(work.timer);
    this.#work.delete(key);
    for (const uri of [key, ...work.touched]) this.#show(uri);
  }

  dispose(): void {
    for (const work of this.#work.values()) clearTimeout(work.timer);
    this.#work.clear();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}

const severities: Readonly<Record<Finding['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

const judgedOf = (version: number, context: Context, { findings, left, read }: Report): Judged => ({
  version,
  findings,
  left,
  read: new Map([context.document, ...read].map(one => [one.uri, one])),
});

const keyOf = ({ code, range: { start, end } }: vscode.Diagnostic): string =>
  `${typeof code === 'object' ? code.value : (code ?? '')} ${start.line}:${start.character} ${end.line}:${end.character}`;

const order: readonly Finding['severity'][] = ['error', 'warning', 'info', 'hint'];

/** What VS Code shows of each file that was read, in steps. */
function* diagnosticsOf({ findings, read, left = 0 }: Judged): Generator<void, Map<string, vscode.Diagnostic[]>> {
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = byFile.get(finding.uri);
    if (list === undefined) byFile.set(finding.uri, [finding]);
    else list.push(finding);
  }
  yield;
  const shown = new Map<string, vscode.Diagnostic[]>();
  for (const [uri, all] of byFile) {
    const document = read.get(uri);
    if (document === undefined) continue;
    const diagnostics: vscode.Diagnostic[] = [];
    for (const finding of mostImportant(all)) {
      diagnostics.push(toDiagnostic(finding, document, read));
      if (diagnostics.length % 20 === 0) yield;
    }
    // Which file the others are in was not kept; they are told of in the first, the one that is open.
    const hidden = all.length - Math.min(all.length, mostShown) + (shown.size === 0 ? left : 0);
    if (hidden > 0) diagnostics.push(notShown(hidden));
    shown.set(uri, diagnostics);
  }
  return shown;
}

function mostImportant(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= mostShown) return findings;
  return order
    .flatMap(severity => findings.filter(one => one.severity === severity).slice(0, mostShown))
    .slice(0, mostShown);
}

function notShown(count: number): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(0, 0, 0, 0),
    vscode.l10n.t(
      '{0} more findings are not shown here: mend these first, the most severe ones. redis-conf-lint prints all.',
      count,
    ),
    vscode.DiagnosticSeverity.Information,
  );
  diagnostic.source = 'redis-conf';
  return diagnostic;
}

/** Rules about lines without effect are drawn faded, rules about old names struck through. */
const withoutEffect: ReadonlySet<RuleCode> = new Set<RuleCode>([
  'ignored-directive',
  'duplicate-directive',
  'sentinel-plain-without-effect',
  'unknown-accepted',
  'requirepass-overridden',
  'save-ignored',
]);
const oldNames: ReadonlySet<RuleCode> = new Set<RuleCode>(['old-name']);

export function toDiagnostic(
  finding: Finding,
  document: ConfDocument,
  read: ReadonlyMap<string, ConfDocument>,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(document, finding),
    messageOf(finding),
    severities[finding.severity],
  );
  diagnostic.source = 'redis-conf';
  diagnostic.code = { value: finding.code, target: ruleUri(finding.code) };
  if (withoutEffect.has(finding.code)) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  else if (oldNames.has(finding.code)) diagnostic.tags = [vscode.DiagnosticTag.Deprecated];
  diagnostic.relatedInformation = finding.related.flatMap(related => {
    const place = read.get(related.uri);
    return place === undefined
      ? []
      : [
          new vscode.DiagnosticRelatedInformation(
            new vscode.Location(vscode.Uri.parse(related.uri, true), rangeOf(place, related)),
            relatedOf(related),
          ),
        ];
  });
  return diagnostic;
}
