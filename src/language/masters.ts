import * as vscode from 'vscode';
import { parseDocument } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { masterNameAt, masterNames, refuseName, sameMaster } from '../conf/features/masters';
import type { MasterName } from '../conf/features/masters';
import type { ConfDocuments } from './documents';
import { confFiles, folderOf } from './nearby';
import { rangeOf, sentinelConf } from './documents';

const selector: vscode.DocumentSelector = { language: sentinelConf };

/** More files than this of one name pattern are no topology. */
const mostFiles = 500;
const searchMs = 3000;

/** Go to definition, references, highlights and rename of the names under which sentinels know their masters, across files. */
export function registerMasters(documents: ConfDocuments): vscode.Disposable {
  const at = async (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ parsed: ConfDocument; name: MasterName } | undefined> => {
    const parsed = await documents.parsed(document);
    const name = parsed === undefined ? undefined : masterNameAt(parsed, position);
    return parsed === undefined || name === undefined ? undefined : { parsed, name };
  };
  const everywhere = async (found: {
    parsed: ConfDocument;
    name: MasterName;
  }): Promise<{ document: ConfDocument; place: MasterName }[]> => {
    const files = sameMaster(found.parsed, found.name.name, await sentinelFiles(documents, found.parsed));
    return files.flatMap(document =>
      masterNames(document)
        .filter(one => one.name === found.name.name)
        .map(place => ({ document, place })),
    );
  };
  const location = ({ document, place }: { document: ConfDocument; place: MasterName }): vscode.Location =>
    new vscode.Location(vscode.Uri.parse(document.uri, true), rangeOf(document, place));
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(selector, {
      provideDefinition: async (document, position) => {
        const found = await at(document, position);
        return found === undefined
          ? undefined
          : masterNames(found.parsed)
              .filter(one => one.defines && one.name === found.name.name)
              .map(place => location({ document: found.parsed, place }));
      },
    }),
    vscode.languages.registerReferenceProvider(selector, {
      provideReferences: async (document, position, context) => {
        const found = await at(document, position);
        return found === undefined
          ? undefined
          : (await everywhere(found)).filter(one => context.includeDeclaration || !one.place.defines).map(location);
      },
    }),
    vscode.languages.registerDocumentHighlightProvider(selector, {
      provideDocumentHighlights: async (document, position) => {
        const found = await at(document, position);
        return found === undefined
          ? undefined
          : masterNames(found.parsed)
              .filter(one => one.name === found.name.name)
              .map(
                one =>
                  new vscode.DocumentHighlight(
                    rangeOf(found.parsed, one),
                    one.defines ? vscode.DocumentHighlightKind.Write : vscode.DocumentHighlightKind.Read,
                  ),
              );
      },
    }),
    vscode.languages.registerRenameProvider(selector, {
      prepareRename: async (document, position) => {
        const found = await at(document, position);
        if (found === undefined) throw new Error(vscode.l10n.t('Only the name of a master can be renamed here.'));
        return { range: rangeOf(found.parsed, found.name), placeholder: found.name.name };
      },
      provideRenameEdits: async (document, position, newName) => {
        const found = await at(document, position);
        if (found === undefined) return undefined;
        const places = await everywhere(found);
        for (const file of new Set(places.map(one => one.document))) refuse(newName, found.name.name, file);
        const edit = new vscode.WorkspaceEdit();
        for (const one of places)
          edit.replace(vscode.Uri.parse(one.document.uri, true), rangeOf(one.document, one.place), newName);
        return edit;
      },
    }),
  );
}

function refuse(newName: string, oldName: string, file: ConfDocument): void {
  if (newName === oldName) return;
  switch (refuseName(newName, file)) {
    case 'characters':
      throw new Error(vscode.l10n.t('The name of a master may only hold letters, digits and . _ -'));
    case 'taken':
      throw new Error(
        vscode.l10n.t(
          '{0} already monitors a master called “{1}”.',
          vscode.workspace.asRelativePath(vscode.Uri.parse(file.uri, true)),
          newName,
        ),
      );
    case undefined:
      return;
  }
}

/** The open sentinel files, and those of the workspace that are called so. */
async function sentinelFiles(documents: ConfDocuments, own: ConfDocument): Promise<ConfDocument[]> {
  const found = new Map<string, ConfDocument>([[own.uri, own]]);
  for (const document of vscode.workspace.textDocuments) {
    if (document.languageId !== sentinelConf || found.has(document.uri.toString())) continue;
    const parsed = await documents.parsed(document);
    if (parsed !== undefined) found.set(parsed.uri, parsed);
  }
  for (const uri of await sentinelNames(vscode.Uri.parse(own.uri, true))) {
    if (found.has(uri.toString())) continue;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    found.set(uri.toString(), parseDocument(text, uri.toString()));
  }
  return [...found.values()];
}

/**
 * Those of the workspace. A virtual one need not be able to search, and then VS Code waits without end for somebody who can: after
 * {@link searchMs}, those near the file count.
 */
async function sentinelNames(own: vscode.Uri): Promise<readonly vscode.Uri[]> {
  const stop = new vscode.CancellationTokenSource();
  let late: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<undefined>(resolve => {
    late = setTimeout(resolve, searchMs, undefined);
  });
  try {
    const search = vscode.workspace.findFiles('**/*sentinel*.conf', '**/node_modules/**', mostFiles, stop.token);
    const found = await (own.scheme === 'file' ? search : Promise.race([search, gaveUp]));
    if (found !== undefined) return found;
    stop.cancel();
    const above = folderOf(folderOf(own));
    const inWorkspace = vscode.workspace.getWorkspaceFolder(above) !== undefined;
    return (await confFiles(inWorkspace ? above : folderOf(own), inWorkspace ? 2 : 0)).filter(uri =>
      /sentinel[^/]*\.conf$/.test(uri.path),
    );
  } finally {
    clearTimeout(late);
    stop.dispose();
  }
}
