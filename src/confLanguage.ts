import * as vscode from 'vscode';
import { CheckConf } from './commands/checkConf';
import type { CheckDeps } from './commands/checkConf';
import { readVersion } from './commands/checkConf/verdict';
import { OncePer } from './base/once';
import { registerConfLanguage } from './language';
import type { LanguageDeps } from './language';
import { LocalDisks } from './language/disk/local';
import { openExample } from './language/example';
import { WorkspaceFiles } from './language/files';
import { serverOfFile, serversKey, sourcesOf, unknownServer } from './language/runningServer';
import type { RunningServer, Version } from './language/runningServer';
import type { Instance } from './model/instance';
import type { Snapshot } from './model/snapshot';

export interface ConfLanguageDeps extends Pick<LanguageDeps, 'extensionUri' | 'onFailure'>, Pick<CheckDeps, 'log'> {
  /** What runs, as far as it is known; empty before anybody looked. */
  readonly snapshot: () => Snapshot;
  readonly onDidChangeSnapshot: vscode.Event<void>;
  /** Looks what runs now, and loads what that needs. */
  readonly look: () => Promise<void>;
  /** Runs a command inside an instance; for a plain process, one of the tools beside its program. */
  readonly exec: (
    instance: Pick<Instance, 'id' | 'engine'>,
    argv: readonly string[],
    input: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

/** What runs changes rarely while its files are read; looking anew costs a few calls to each engine. */
const lookAgainMs = 30_000;
const askMs = 10_000;

/** The language of conf files with its command: a part of its own, loaded with the first document of that kind. */
export function startConfLanguage(
  deps: ConfLanguageDeps,
): vscode.Disposable & { readonly check: () => Promise<void>; readonly example: () => Promise<void> } {
  const { extensionUri, onFailure, log, exec } = deps;
  const disks = new LocalDisks();
  const servers = new Servers(deps, new WorkspaceFiles(disks));
  const language = registerConfLanguage({
    extensionUri,
    onFailure,
    disks,
    running: {
      of: uri => servers.of(uri),
      sources: topology => sourcesOf(deps.snapshot(), topology),
      onDidChange: servers.onDidChange,
    },
  });
  const check = new CheckConf({
    log,
    judge: (document, target) => language.judge(document, target),
    server: async uri => {
      await servers.look(uri);
      const server = servers.of(uri);
      if (server === undefined) return undefined;
      if (server.engine === 'process') return { kind: 'program', path: server.image };
      return server.running
        ? {
            kind: 'container',
            title: `${server.title} · ${server.image}`,
            exec: (argv, input, signal) => exec({ id: server.instanceId, engine: server.engine }, argv, input, signal),
          }
        : undefined;
    },
  });
  const all = vscode.Disposable.from(servers, language, check);
  return {
    check: () => check.run(),
    example: openExample,
    dispose: () => {
      all.dispose();
    },
  };
}

/** Which server reads which file. A file of a topology that we made is reason enough to look what runs. */
class Servers implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #versions = new Map<string, Version>();
  readonly #asked = new OncePer<string>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #key: string;
  /** When it was last looked for what runs, by the folder of the topology: one that was made since is looked for at once. */
  readonly #looked = new Map<string, number>();

  constructor(
    private readonly deps: ConfLanguageDeps,
    private readonly files: Pick<WorkspaceFiles, 'topologyRoot'>,
  ) {
    this.#key = serversKey(deps.snapshot());
    this.#subscriptions = [
      this.#changed,
      deps.onDidChangeSnapshot(() => this.#follow()),
      vscode.window.onDidChangeActiveTextEditor(editor => this.#meet(editor?.document)),
    ];
    this.#meet(vscode.window.activeTextEditor?.document);
  }

  of(uri: vscode.Uri): RunningServer | undefined {
    return uri.scheme === 'file' ? serverOfFile(this.deps.snapshot(), pathOf(uri), this.#versions) : undefined;
  }

  /** Looks what runs, and learns the version of the server that reads the file, if it can. */
  async look(uri: vscode.Uri): Promise<void> {
    this.#looked.set(this.files.topologyRoot(uri)?.toString() ?? '', performance.now());
    await this.deps.look();
    await this.#ask(uri);
  }

  #meet(document: vscode.TextDocument | undefined): void {
    if (document?.uri.scheme !== 'file') return;
    const root = this.files.topologyRoot(document.uri)?.toString();
    const wanted = root !== undefined && performance.now() - (this.#looked.get(root) ?? -Infinity) > lookAgainMs;
    const what = `looking which server reads ${document.uri.toString()}`;
    (wanted ? this.look(document.uri) : this.#ask(document.uri)).catch((error: unknown) =>
      this.deps.onFailure(what, error),
    );
  }

  #follow(): void {
    const now = serversKey(this.deps.snapshot());
    if (now === this.#key) return; // figures change all the time; folders and versions do not
    this.#key = now;
    this.#changed.fire();
    this.#meet(vscode.window.activeTextEditor?.document);
  }

  /** A server that wants a password tells nothing; its program does. */
  async #ask(uri: vscode.Uri): Promise<void> {
    const instance = unknownServer(this.deps.snapshot(), pathOf(uri), this.#versions);
    if (instance !== undefined) await this.#asked.run(instance.id, () => this.#askVersion(instance));
  }

  async #askVersion(instance: Pick<Instance, 'id' | 'engine' | 'image'>): Promise<void> {
    for (const program of ['redis-server', 'valkey-server']) {
      const { stdout } = await this.deps.exec(instance, [program, '--version'], undefined, AbortSignal.timeout(askMs));
      const version = readVersion(stdout);
      if (version === undefined) continue;
      this.#versions.set(instance.image, version);
      this.#changed.fire();
      return;
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}

const pathOf = (uri: vscode.Uri): string => uri.fsPath.replaceAll('\\', '/');
