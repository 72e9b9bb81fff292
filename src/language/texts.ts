import * as vscode from 'vscode';

/** Up to so many lines, putting the text together anew takes less than a millisecond. */
const fewLines = 5000;
const linesPerStep = 2000;

interface Kept {
  readonly version: number;
  readonly eol: vscode.EndOfLine;
  readonly text: string;
}

/**
 * The texts of long documents, kept up to date by the changes that VS Code tells: `TextDocument.getText()` joins all lines
 * anew after every change, which takes 20 ms for 100,000 of them, in one piece.
 */
export class KeptTexts implements vscode.Disposable {
  readonly #kept = new Map<string, Kept>();
  readonly #subscriptions = [
    vscode.workspace.onDidChangeTextDocument(event => this.#follow(event)),
    vscode.workspace.onDidCloseTextDocument(document => this.#kept.delete(document.uri.toString())),
  ];

  /** The text of a document in steps; wanted only as long as the document does not change. */
  *read(document: vscode.TextDocument): Generator<void, string> {
    if (document.lineCount <= fewLines) return document.getText();
    const known = this.known(document);
    if (known !== undefined) return known;
    const { version, eol } = document;
    const parts: string[] = [];
    const last = document.lineCount - 1;
    for (let from = 0; from <= last; from += linesPerStep) {
      const to = from + linesPerStep;
      parts.push(
        document.getText(
          to > last
            ? new vscode.Range(from, 0, last, document.lineAt(last).text.length)
            : new vscode.Range(from, 0, to, 0),
        ),
      );
      yield;
    }
    const text = parts.join('');
    this.#kept.set(document.uri.toString(), { version, eol, text });
    return text;
  }

  /** The present text, when it was kept. */
  known(document: vscode.TextDocument): string | undefined {
    const kept = this.#kept.get(document.uri.toString());
    return kept?.version === document.version ? kept.text : undefined;
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.version === document.version) return; // only its saved state changed
    // Without a change, or with other line ends, every line is another; a version that was missed cannot be made up for.
    if (
      contentChanges.length === 0 ||
      kept.eol !== document.eol ||
      kept.version !== document.version - 1 ||
      document.lineCount <= fewLines
    ) {
      this.#kept.delete(key);
      return;
    }
    // They all speak of the text before, and stand in the order from the last to the first.
    let { text } = kept;
    for (const { rangeOffset, rangeLength, text: inserted } of contentChanges)
      text = text.slice(0, rangeOffset) + inserted + text.slice(rangeOffset + rangeLength);
    const end = document.lineAt(document.lineCount - 1).range.end;
    if (document.offsetAt(end) === text.length)
      this.#kept.set(key, { version: document.version, eol: document.eol, text });
    else this.#kept.delete(key);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    this.#kept.clear();
  }
}
