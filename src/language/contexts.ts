import type * as vscode from 'vscode';
import type { ConfDocument } from '../conf/document';
import type { Context } from '../conf/features/context';
import { targetOf } from '../conf/mode';
import type { Target } from '../conf/target';
import type { Mode, ValidateOptions } from '../conf/types';
import { sentinelConf } from './documents';
import type { ConfDocuments } from './documents';
import type { WorkspaceFiles } from './files';
import type { RunningServer } from './runningServer';
import { settingsFor } from './settings';

/** Where the target of a file comes from, in the order in which they win. */
export type TargetSource = 'comment' | 'running' | 'setting';

/** The server that runs with a file, and when that may have changed. */
export interface RunningServers {
  readonly of: (uri: vscode.Uri) => RunningServer | undefined;
  /** Files and folders of this machine that the servers of a topology see. */
  readonly sources: (topology: string) => readonly string[];
  readonly onDidChange: vscode.Event<void>;
}

/** Puts a document together with the server it is for. */
export class Contexts {
  constructor(
    readonly documents: ConfDocuments,
    readonly running: RunningServers,
    readonly files: WorkspaceFiles,
  ) {}

  /** undefined when the document changed while it was parsed. */
  async of(document: vscode.TextDocument): Promise<Context | undefined> {
    const parsed = await this.documents.parsed(document);
    return parsed === undefined ? undefined : this.around(document, parsed);
  }

  around(document: vscode.TextDocument, parsed: ConfDocument): Context {
    return { document: parsed, target: this.target(document.uri, parsed).target, mode: modeOf(document, parsed) };
  }

  /** What a judge may know of the world around a file: other files, the build, and the container that runs with it. */
  world(uri: vscode.Uri): Pick<ValidateOptions, 'workingDirectory' | 'files' | 'build' | 'container'> {
    const settings = settingsFor(uri);
    const server = settings.followTopology ? this.running.of(uri) : undefined;
    return {
      build: { tls: settings.tls },
      ...this.files.around(uri, settings.workingDirectory, server),
      ...(server?.container && { container: server.container }),
    };
  }

  target(uri: vscode.Uri, parsed: ConfDocument): { readonly target: Target; readonly source: TargetSource } {
    const own = targetOf(parsed);
    if (own !== undefined) return { target: own, source: 'comment' };
    const settings = settingsFor(uri);
    const server = settings.followTopology ? this.running.of(uri) : undefined;
    return server === undefined
      ? { target: settings.target, source: 'setting' }
      : { target: server.target, source: 'running' };
  }
}

/** The file's own comment, else the language that the editor shows. */
export function modeOf(document: Pick<vscode.TextDocument, 'languageId'>, parsed: ConfDocument): Mode {
  for (const pragma of parsed.pragmas) {
    if (pragma.kind === 'settings' && (pragma.mode === 'sentinel' || pragma.mode === 'redis')) return pragma.mode;
  }
  return document.languageId === sentinelConf ? 'sentinel' : 'redis';
}
