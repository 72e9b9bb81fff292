import * as vscode from 'vscode';

/** Languages whose features live in the lazy part; kept apart from documents.ts so that this file pulls nothing in. */
const languages: ReadonlySet<string> = new Set(['redis-conf', 'redis-sentinel-conf', 'redis-acl']);

export interface LazyLanguageDeps<T extends vscode.Disposable> {
  /** Loads the part and starts it. */
  readonly start: () => Promise<T>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/**
 * Waits for the first document of our languages and starts everything else then: most sessions open none. A start that
 * fails is tried again with the next document, or when somebody asks.
 */
export class LazyLanguage<T extends vscode.Disposable> implements vscode.Disposable {
  #disposed = false;
  #started: Promise<T> | undefined;
  readonly #opening: vscode.Disposable;

  constructor(private readonly deps: LazyLanguageDeps<T>) {
    this.#opening = vscode.workspace.onDidOpenTextDocument(document => this.#look(document));
    vscode.workspace.textDocuments.forEach(document => this.#look(document));
  }

  /** The running language, started now if need be. */
  get(): Promise<T> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<T> {
    try {
      const language = await this.deps.start();
      if (this.#disposed) language.dispose();
      else this.#opening.dispose();
      return language;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
  }

  #look(document: vscode.TextDocument): void {
    if (this.#started !== undefined || this.#disposed || !languages.has(document.languageId)) return;
    this.get().catch((error: unknown) => this.deps.onFailure('starting the language of conf files', error));
  }

  dispose(): void {
    this.#disposed = true;
    this.#opening.dispose();
    this.#started?.then(language => { language.dispose(); }, () => undefined);
  }
}
