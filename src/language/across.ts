import * as vscode from 'vscode';
import { validateTopology } from '../conf/acrossFiles';
import type { TopologyFile } from '../conf/acrossFiles';
import { decodeBytes } from '../conf/bytes';
import { parseDocument } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { groupInSteps } from '../conf/features/groups';
import { guessMode } from '../conf/mode';
import type { Finding } from '../conf/types';
import { validateInSteps } from '../conf/validate';
import type { Contexts } from './contexts';
import { modeOf } from './contexts';
import type { Judged } from './diagnostics';
import { toDiagnostic } from './diagnostics';
import { isConf } from './documents';
import type { Disks } from './disk/disk';
import { slashes } from './disk/paths';
import { confFiles, folderOf, isConfName, mostFiles } from './nearby';
import type { RunningServer } from './runningServer';
import { settingsFor } from './settings';
import { inSlices } from './slices';

/** Other files matter less than the text under the caret. */
const debounceMs = 250;
interface Neighbour {
  readonly document: ConfDocument;
  /** With forward slashes. */
  readonly folder: string;
  readonly uri: vscode.Uri;
  readonly open: vscode.TextDocument | undefined;
}

/**
 * Judges the files of one topology against each other: those of a folder that the extension made, else those beside an
 * open file that it names by address or that name it. Runs after the open file itself was judged.
 */
export class AcrossFiles implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('redis-conf-topology');
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** What was found, by the folder that was looked through; a later look at it replaces all of it. */
  readonly #found = new Map<
    string,
    { readonly findings: readonly Finding[]; readonly read: ReadonlyMap<string, ConfDocument> }
  >();

  constructor(
    private readonly contexts: Contexts,
    private readonly disks: Pick<Disks, 'of'>,
    private readonly onFailure: (what: string, error: unknown) => void,
  ) {}

  schedule(document: vscode.TextDocument): void {
    if (!isConf(document) || this.disks.of(document.uri) === undefined) return;
    const base = this.#baseOf(document.uri);
    const key = base.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        this.#judge(document, base).catch((error: unknown) =>
          this.onFailure(`judging the files around ${document.uri.toString()}`, error),
        );
      }, debounceMs),
    );
  }

  /** What was found in a document across files, when it is still about its present text. */
  of(document: vscode.TextDocument): Judged | undefined {
    const uri = document.uri.toString();
    for (const { findings, read } of this.#found.values()) {
      const parsed = read.get(uri);
      if (parsed !== undefined && this.contexts.documents.isPresent(document, parsed))
        return { version: document.version, findings, read };
    }
    return undefined;
  }

  async #judge(document: vscode.TextDocument, base: vscode.Uri): Promise<void> {
    const settings = settingsFor(document.uri);
    const versions = new Map(vscode.workspace.textDocuments.map(one => [one, one.version]));
    // A newer text is judged soon.
    const stale = (): boolean =>
      document.isClosed ||
      [...versions].some(([one, version]) => isConf(one) && !one.isClosed && one.version !== version);
    const files = settings.acrossFiles && settings.validate ? await this.#filesOf(document, base, stale) : [];
    if (stale()) return;
    const findings = files.length > 1 ? validateTopology(files, { severities: settings.severities }) : [];
    const before = this.#found.get(base.toString());
    const read = new Map(files.flatMap(file => [...file.report.read, file.document]).map(one => [one.uri, one]));
    this.#found.set(base.toString(), { findings, read });
    for (const uri of new Set([...(before?.read.keys() ?? []), ...read.keys()])) {
      const parsed = read.get(uri);
      const own =
        parsed === undefined ? [] : findings.filter(one => one.uri === uri).map(one => toDiagnostic(one, parsed, read));
      this.#collection.set(vscode.Uri.parse(uri, true), own);
    }
  }

  /** The topology's folder; else the widest that may hold it, see {@link #aboveOf}; else the file's own. */
  #baseOf(uri: vscode.Uri): vscode.Uri {
    return this.contexts.files.topologyRoot(uri) ?? this.#aboveOf(uri)[0] ?? folderOf(uri);
  }

  /** The folders above a file that may hold its topology, as far as the workspace goes: above its node's, when that keeps its conf in `conf`; above its own. */
  #aboveOf(uri: vscode.Uri): vscode.Uri[] {
    const own = folderOf(uri);
    const folders = slashes.basename(own.path) === 'conf' ? [folderOf(folderOf(own)), folderOf(own)] : [folderOf(own)];
    return folders.filter(folder => vscode.workspace.getWorkspaceFolder(folder) !== undefined);
  }

  async #filesOf(document: vscode.TextDocument, base: vscode.Uri, stale: () => boolean): Promise<TopologyFile[]> {
    const topology = this.#serverOf(document.uri)?.topology;
    const parsed: Neighbour[] = [];
    for (const uri of await this.#around(document, base, topology)) {
      const open = vscode.workspace.textDocuments.find(one => one.uri.toString() === uri.toString());
      const conf = open === undefined ? await this.#readFile(uri) : await this.contexts.documents.parsed(open);
      if (conf !== undefined) parsed.push({ document: conf, folder: this.#pathOf(folderOf(uri)), uri, open });
    }
    if (stale()) return [];
    const own = parsed.find(one => one.uri.toString() === document.uri.toString());
    if (own === undefined) return [];
    const made = this.contexts.files.topologyRoot(document.uri) !== undefined;
    const group = made
      ? parsed
      : topology !== undefined
        ? parsed.filter(one => this.#serverOf(one.uri)?.topology === topology)
        : await inSlices(groupInSteps(own.document, parsed), stale);
    const files: TopologyFile[] = [];
    for (const { document: conf, uri, open } of group !== undefined && group.length > 1 ? group : []) {
      const report = await this.contexts.files.settled(uri, () =>
        inSlices(
          validateInSteps(
            conf,
            {
              target: this.contexts.target(uri, conf).target,
              mode: open === undefined || !isConf(open) ? guessMode(conf) : modeOf(open, conf),
              ...this.contexts.world(uri),
            },
            50,
          ),
          stale,
        ),
      );
      if (report === undefined) return [];
      const server = this.#serverOf(uri);
      const title =
        server?.title ??
        (made ? slashes.basename(folderOf(folderOf(uri)).path) : slashes.relative(base.path, uri.path));
      files.push({
        document: conf,
        title,
        report,
        ...(server?.addresses && { addresses: server.addresses, place: server.place }),
      });
    }
    return files;
  }

  /** The conf files near a document, and those that the servers of its topology see elsewhere. */
  async #around(
    document: vscode.TextDocument,
    base: vscode.Uri,
    topology: string | undefined,
  ): Promise<Iterable<vscode.Uri>> {
    const uris = new Map([[document.uri.toString(), document.uri]]);
    const add = (uri: vscode.Uri): unknown => uris.set(uri.toString(), uri);
    (await confFiles(base, base.path === folderOf(document.uri).path ? 0 : 2)).forEach(add);
    for (const folder of this.#aboveOf(document.uri))
      if (folder.path.startsWith(`${base.path}/`)) (await confFiles(folder, 2)).forEach(add);
    for (const source of topology === undefined ? [] : this.contexts.running.sources(topology)) {
      const uri = vscode.Uri.file(source);
      const { type } = await vscode.workspace.fs.stat(uri).then(
        found => found,
        () => ({ type: vscode.FileType.Unknown }),
      ); // gone, or not ours to see
      if ((type & vscode.FileType.File) !== 0 && isConfName(slashes.basename(uri.path))) add(uri);
      else if ((type & vscode.FileType.Directory) !== 0) (await confFiles(uri, 0)).forEach(add);
    }
    return [...uris.values()].slice(0, mostFiles);
  }

  #pathOf(uri: vscode.Uri): string {
    return (this.disks.of(uri)?.pathOf(uri) ?? uri.path).replaceAll('\\', '/');
  }

  #serverOf(uri: vscode.Uri): RunningServer | undefined {
    return settingsFor(uri).followTopology ? this.contexts.running.of(uri) : undefined;
  }

  async #readFile(uri: vscode.Uri): Promise<ConfDocument | undefined> {
    try {
      return parseDocument(decodeBytes(await vscode.workspace.fs.readFile(uri)), uri.toString());
    } catch (error) {
      this.onFailure(`reading ${uri.toString()}`, error);
      return undefined;
    }
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#collection.dispose();
  }
}
