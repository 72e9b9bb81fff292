import * as vscode from 'vscode';
import { parseInSteps } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { inSlices } from './slices';
import { KeptTexts } from './texts';

export const redisConf = 'redis-conf';
export const sentinelConf = 'redis-sentinel-conf';
export const aclFile = 'redis-acl';

/** What the features other than ACL files are offered for. */
export const selector: readonly vscode.DocumentFilter[] = [{ language: redisConf }, { language: sentinelConf }];

/** An ACL file: lines of users only. */
export const isAcl = (document: vscode.TextDocument): boolean => document.languageId === aclFile;

export const isConf = (document: vscode.TextDocument): boolean => document.languageId === redisConf || document.languageId === sentinelConf;

interface Entry {
  readonly version: number;
  readonly parsed: Promise<ConfDocument | undefined>;
}

/** One parse per version of each open document, shared by all features. */
export class ConfDocuments implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #texts = new KeptTexts();
  readonly #closing = vscode.workspace.onDidCloseTextDocument(document => this.#entries.delete(document.uri.toString()));

  /** The parsed document; undefined when it changed or was closed meanwhile, so the asker is no longer wanted either. */
  parsed(document: vscode.TextDocument): Promise<ConfDocument | undefined> {
    const key = document.uri.toString();
    const known = this.#entries.get(key);
    if (known?.version === document.version) return known.parsed;
    const { version } = document;
    const parsed = inSlices(this.#parse(document, key), () => document.isClosed || document.version !== version);
    this.#entries.set(key, { version, parsed });
    return parsed;
  }

  /** Whether a parse is about the text that the document has now. */
  isPresent(document: vscode.TextDocument, parsed: ConfDocument): boolean {
    const known = this.#texts.known(document);
    return known === undefined ? document.getText() === parsed.text : known === parsed.text;
  }

  *#parse(document: vscode.TextDocument, key: string): Generator<void, ConfDocument> {
    const text = yield* this.#texts.read(document);
    return yield* parseInSteps(text, key, { byteOrderMark: document.encoding === 'utf8bom' }, 500);
  }

  dispose(): void {
    vscode.Disposable.from(this.#closing, this.#texts).dispose();
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
