import * as vscode from 'vscode';
import { parseInSteps } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { reparse } from '../conf/reparse';
import { inSlices } from './slices';
import { KeptTexts } from './texts';

export const redisConf = 'redis-conf';
export const sentinelConf = 'redis-sentinel-conf';
export const aclFile = 'redis-acl';

/** What the features other than ACL files are offered for. */
export const selector: readonly vscode.DocumentFilter[] = [{ language: redisConf }, { language: sentinelConf }];

/** An ACL file: lines of users only. */
export const isAcl = (document: vscode.TextDocument): boolean => document.languageId === aclFile;

export const isConf = (document: vscode.TextDocument): boolean =>
  document.languageId === redisConf || document.languageId === sentinelConf;

interface Entry {
  readonly version: number;
  readonly parsed: Promise<ConfDocument | undefined>;
  /** What {@link parsed} came to. */
  done?: ConfDocument | undefined;
}

/**
 * One parse per version of each open document, shared by all features. A parse must not be used after an `await` in which its
 * document may have changed: that of the next version is made of its parts.
 */
export class ConfDocuments implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #texts = new KeptTexts();
  readonly #subscriptions = [
    vscode.workspace.onDidChangeTextDocument(event => this.#follow(event)), // behind the one of the kept texts
    vscode.workspace.onDidCloseTextDocument(document => this.#entries.delete(document.uri.toString())),
  ];

  /** The parsed document; undefined when it changed or was closed meanwhile, so the asker is no longer wanted either. */
  parsed(document: vscode.TextDocument): Promise<ConfDocument | undefined> {
    const key = document.uri.toString();
    const known = this.#entries.get(key);
    if (known?.version === document.version) return known.parsed;
    const { version } = document;
    const parsed = inSlices(this.#parse(document, key), () => document.isClosed || document.version !== version);
    const entry: Entry = { version, parsed };
    parsed.then(
      done => {
        entry.done = done;
      },
      () => undefined,
    ); // whoever asked is told of a failure
    this.#entries.set(key, entry);
    return parsed;
  }

  /** Whether a parse is about the text that the document has now. */
  isPresent(document: vscode.TextDocument, parsed: ConfDocument): boolean {
    const known = this.#texts.known(document);
    return known === undefined ? document.getText() === parsed.text : known === parsed.text;
  }

  /** Of a long document only the lines around a change are read again. */
  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.version === document.version) return;
    this.#entries.delete(key);
    const text = this.#texts.known(document);
    if (text === undefined || entry.done === undefined || entry.version !== document.version - 1) return;
    const changes = contentChanges.map(change => ({
      start: change.rangeOffset,
      end: change.rangeOffset + change.rangeLength,
      text: change.text,
    }));
    const done = reparse(entry.done, text, changes, { byteOrderMark: document.encoding === 'utf8bom' });
    if (done !== undefined) this.#entries.set(key, { version: document.version, parsed: Promise.resolve(done), done });
  }

  *#parse(document: vscode.TextDocument, key: string): Generator<void, ConfDocument> {
    const text = yield* this.#texts.read(document);
    return yield* parseInSteps(text, key, { byteOrderMark: document.encoding === 'utf8bom' }, 500);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions, this.#texts).dispose();
    this.#entries.clear();
  }
}

/** Offsets of a parsed document as a range of the editor. */
export function rangeOf(document: ConfDocument, span: { readonly start: number; readonly end: number }): vscode.Range {
  const start = document.positionAt(span.start);
  const end = document.positionAt(span.end);
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** A line without its `\r`, as an editor counts it. */
export function lineRange(document: ConfDocument, line: number): vscode.Range {
  return new vscode.Range(line, 0, line, document.lineText(line).replace(/\r$/, '').length);
}
