import * as vscode from 'vscode';
import type { ConfDocument } from '../conf/document';
import type { Target } from '../conf/target';
import type { Mode } from '../conf/types';
import { validate } from '../conf/validate';
import type { Report } from '../conf/validate';
import { AcrossFiles } from './across';
import { registerCodeActions } from './codeActions';
import { registerCompletion } from './completion';
import { Contexts } from './contexts';
import type { RunningServers } from './contexts';
import { Descriptions } from './descriptions';
import { Diagnostics } from './diagnostics';
import { ConfDocuments, isConf } from './documents';
import type { Disks } from './disk/disk';
import { WorkspaceFiles } from './files';
import { registerHover } from './hover';
import { registerMasters } from './masters';
import { registerNotes } from './notes';
import { registerRuleDocs } from './ruleDocs';
import { registerShape } from './shape';
import { TargetStatus } from './status';
import { registerSwitch } from './switchLanguage';

export interface LanguageDeps {
  /** Where the extension is installed: descriptions and the pages of rules are read from there. */
  readonly extensionUri: vscode.Uri;
  readonly onFailure: (what: string, error: unknown) => void;
  readonly running: RunningServers;
  /** Where files lie around a document. */
  readonly disks: Disks;
}

/** The running language, and what a command may ask of it. */
export interface ConfLanguage extends vscode.Disposable {
  /** Judges an open document, for another server than its own when `target` is given; undefined when it is none of ours. */
  judge(
    document: vscode.TextDocument,
    target: Target | undefined,
  ): Promise<
    | { parsed: ConfDocument; mode: Mode; target: Target; workingDirectory: string | undefined; report: Report }
    | undefined
  >;
}

/** Everything that VS Code offers in redis.conf and sentinel.conf beyond colours and snippets. */
export function registerConfLanguage({ extensionUri, onFailure, running, disks }: LanguageDeps): ConfLanguage {
  const documents = new ConfDocuments();
  const contexts = new Contexts(documents, running, new WorkspaceFiles(disks));
  const descriptions = new Descriptions(vscode.Uri.joinPath(extensionUri, 'data'), onFailure);
  const diagnostics = new Diagnostics(contexts, onFailure);
  const across = new AcrossFiles(contexts, disks, onFailure);
  const all = vscode.Disposable.from(
    disks,
    documents,
    diagnostics,
    across,
    diagnostics.onDidJudge(document => across.schedule(document)),
    registerCodeActions(documents, diagnostics, across),
    registerCompletion(contexts, descriptions),
    registerHover(contexts, descriptions),
    registerShape(contexts),
    registerNotes(contexts, diagnostics.onDidJudge),
    registerMasters(documents),
    registerSwitch(documents),
    registerRuleDocs(extensionUri),
    new TargetStatus(contexts, diagnostics.onDidJudge),
  );
  return {
    dispose: () => {
      all.dispose();
    },
    judge: async (document, target) => {
      const context = isConf(document) ? await contexts.of(document) : undefined;
      if (context === undefined) return undefined;
      return contexts.files.settled(document.uri, () => {
        const world = contexts.world(document.uri);
        const judgedFor = target ?? context.target;
        const report = validate(context.document, { target: judgedFor, mode: context.mode, ...world });
        return Promise.resolve({
          parsed: context.document,
          mode: context.mode,
          target: judgedFor,
          workingDirectory: world.workingDirectory,
          report,
        });
      });
    },
  };
}
