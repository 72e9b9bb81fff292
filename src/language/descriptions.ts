import * as vscode from 'vscode';
import type { Product } from '../conf/target';

/** The shape of data/descriptions.json: our own words about every directive, statement and value. */
interface Pages {
  /** Redis's page, Valkey's page. */
  readonly pages: Readonly<Record<string, readonly [string, string]>>;
  readonly directives: Readonly<Record<string, readonly [page: string, text: string]>>;
  readonly sentinel: Readonly<Record<string, readonly [page: string, text: string]>>;
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Description {
  readonly text: string;
  /** The official page. */
  readonly link: string | undefined;
}

/** Read from disk on first use: most sessions never hover. In the user's language when there is a file for it. */
export class Descriptions {
  #pages: Promise<Pages> | undefined;

  /** @param folder where descriptions.json lies in the installed extension */
  constructor(
    private readonly folder: vscode.Uri,
    private readonly onFailure: (what: string, error: unknown) => void,
  ) {}

  async directive(id: string, product: Product): Promise<Description | undefined> {
    const pages = await this.#read();
    return describe(pages, pages.directives[id], product);
  }

  async statement(name: string, product: Product): Promise<Description | undefined> {
    const pages = await this.#read();
    return describe(pages, pages.sentinel[name], product);
  }

  /** What one of the fixed values of a directive means. */
  async value(key: string, value: string): Promise<string | undefined> {
    return (await this.#read()).values[key]?.[value];
  }

  #read(): Promise<Pages> {
    this.#pages ??= this.#load().catch((error: unknown) => {
      this.#pages = undefined; // a later hover tries again
      this.onFailure('reading the descriptions of directives', error);
      return { pages: {}, directives: {}, sentinel: {}, values: {} };
    });
    return this.#pages;
  }

  async #load(): Promise<Pages> {
    const read = async (name: string): Promise<Pages> =>
      JSON.parse(
        new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.folder, name))),
      ) as Pages;
    const language = vscode.env.language.toLowerCase();
    if (language !== 'en') {
      // Asked for by name: where a page gets the extension from, folders cannot be listed.
      const own = await read(`descriptions.${language}.json`).then(undefined, () => undefined);
      if (own !== undefined) return own;
    }
    return read('descriptions.json');
  }
}

function describe(
  pages: Pages,
  entry: readonly [page: string, text: string] | undefined,
  product: Product,
): Description | undefined {
  return entry === undefined
    ? undefined
    : { text: entry[1], link: pages.pages[entry[0]]?.[product === 'valkey' ? 1 : 0] };
}
