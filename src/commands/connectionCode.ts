import * as vscode from 'vscode';
import { clients } from '../editor/connectionCode/clients';
import type { Client, Request, Secret } from '../editor/connectionCode/snippet';
import { PASSWORD_VARIABLE, SENTINEL_PASSWORD_VARIABLE } from '../editor/connectionCode/snippet';
import type { Step } from '../editor/wizard';
import { choose, walk } from '../editor/wizard';
import type { Node } from '../model/snapshot';
import { credentialsOf } from '../redis/credentials';
import type { Access, Standpoint } from '../topology/access';
import { accessOfNode, accessOfTopology, needsStandpoint } from '../topology/access';
import type { Place } from './ask';
import { nodeOf, topologyOf } from './ask';
import { withAnswer } from './create/questions';
import type { Command, Kit } from './kit';
import { secretOfNode } from '../topology/password';

type Way = 'copy' | 'insert' | 'open';

interface Answers {
  readonly client: Client;
  readonly from: Standpoint;
  readonly way: Way;
  /** Whether the password itself stands in the code. */
  readonly clear: boolean;
}

/** What the code is for: a whole topology, or one server. */
interface Subject {
  readonly name: string;
  readonly nodes: readonly Node[];
  access(from: Standpoint): ReturnType<typeof accessOfNode>;
  /** As {@link credentialsOf} reads it. */
  readonly secret: string | undefined;
  readonly sentinelSecret: string | undefined;
}

/** Gives code that connects a program to a topology or a single server, in the language of the user's program. */
export const copyConnectionCode: Command = async (kit, target) => {
  const subject = await subjectOf(kit, target);
  if (!subject) return;
  const remembered = kit.deps.records.get(lastClient);
  const initial: Answers = {
    client: clients.find(({ id }) => id === remembered) ?? (clients[0] as Client),
    from: 'here',
    way: 'copy',
    clear: false,
  };
  const steps = [askClient, ...(needsStandpoint(subject.nodes) ? [askStandpoint] : []), askWay(subject)];
  const answers = await walk(vscode.l10n.t('Connection Code for {0}', subject.name), steps, initial);
  if (!answers) return;
  await kit.deps.records.set(lastClient, answers.client.id);
  const access = subject.access(answers.from);
  if ('code' in access) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        'No server of {0} is reachable from here, so that there is no address to connect to.',
        subject.name,
      ),
    );
    return;
  }
  await deliver(answers, answers.client.render(kit.t, requestOf(access, subject, answers.clear)));
};

const lastClient = 'connection-code/client';

async function subjectOf(kit: Kit, target: Parameters<Command>[1]): Promise<Subject | undefined> {
  if (target?.kind === 'node') {
    const place = await nodeOf(kit, target, '');
    return place && nodeSubject(kit, place);
  }
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall the code connect to?'));
  if (!topology) return undefined;
  const { secrets } = kit.deps;
  const of = async (wanted: (node: Node) => boolean): Promise<string | undefined> => {
    for (const node of topology.nodes.filter(wanted)) {
      const secret = await secretOfNode(secrets, topology.id, node);
      if (secret !== undefined) return secret;
    }
    return undefined;
  };
  return {
    name: topology.name,
    nodes: topology.nodes,
    access: from => accessOfTopology(topology, from),
    secret: await of(({ role }) => role !== 'sentinel'),
    sentinelSecret: topology.kind === 'sentinel' ? await of(({ role }) => role === 'sentinel') : undefined,
  };
}

async function nodeSubject({ deps: { secrets } }: Kit, { node, topology }: Place): Promise<Subject> {
  const secret = await secretOfNode(secrets, topology?.id, node);
  return {
    name: node.name,
    nodes: [node],
    access: from => accessOfNode(node, from),
    secret,
    sentinelSecret: undefined,
  };
}

function requestOf(access: Access, subject: Subject, clear: boolean): Request {
  const { username, password } = credentialsOf(subject.secret);
  const { password: sentinelPassword } = credentialsOf(subject.sentinelSecret);
  const secret = (text: string, variable: string): Secret => (clear ? { text } : { variable });
  return {
    access,
    tls: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: secret(password, PASSWORD_VARIABLE) }),
    ...(sentinelPassword === undefined
      ? {}
      : {
          sentinelPassword: secret(
            sentinelPassword,
            sentinelPassword === password ? PASSWORD_VARIABLE : SENTINEL_PASSWORD_VARIABLE,
          ),
        }),
  };
}

const askClient: Step<Answers> = async (state, frame) =>
  withAnswer(
    state,
    await choose(frame, {
      placeholder: vscode.l10n.t('Which library does the program use?'),
      choices: clients.map(client => ({
        label: client.label,
        description:
          client.version === undefined
            ? client.language
            : vscode.l10n.t('{0} · version {1} and later', client.language, client.version),
        value: client,
      })),
      active: client => client === state.client,
    }),
    client => ({ client }),
  );

const askStandpoint: Step<Answers> = async (state, frame) =>
  withAnswer(
    state,
    await choose<Standpoint>(frame, {
      placeholder: vscode.l10n.t('Where does the program run?'),
      choices: [
        {
          label: vscode.l10n.t('On this machine'),
          detail: vscode.l10n.t('By published ports; announced addresses are mapped to them'),
          value: 'here',
        },
        {
          label: vscode.l10n.t('In a container of the same network'),
          detail: vscode.l10n.t('By the addresses that the servers announce'),
          value: 'network',
        },
      ],
      active: from => from === state.from,
    }),
    from => ({ from }),
  );

function askWay({ secret: kept, sentinelSecret }: Subject): Step<Answers> {
  return async (state, frame) => {
    const editor = vscode.window.activeTextEditor;
    const secret = (kept ?? sentinelSecret) !== undefined;
    const ways = (clear: boolean) => [
      { label: `$(copy) ${vscode.l10n.t('Copy to the clipboard')}`, value: { way: 'copy' as const, clear } },
      ...(editor
        ? [
            {
              label: `$(insert) ${vscode.l10n.t('Insert at the cursor')}`,
              description: vscode.workspace.asRelativePath(editor.document.uri),
              value: { way: 'insert' as const, clear },
            },
          ]
        : []),
      { label: `$(new-file) ${vscode.l10n.t('Open as a new file')}`, value: { way: 'open' as const, clear } },
    ];
    return withAnswer(
      state,
      await choose(frame, {
        placeholder: secret
          ? vscode.l10n.t('The code reads the password from the environment variable {0}', PASSWORD_VARIABLE)
          : vscode.l10n.t('What shall become of the code?'),
        choices: secret
          ? [
              ...ways(false),
              { label: vscode.l10n.t('With the password in clear text'), kind: vscode.QuickPickItemKind.Separator },
              ...ways(true),
            ]
          : ways(false),
        active: ({ way, clear }) => way === state.way && clear === state.clear,
      }),
      answer => answer,
    );
  };
}

async function deliver({ client, way }: Answers, text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (way === 'insert' && editor) {
    await editor.insertSnippet(new vscode.SnippetString().appendText(text));
    return;
  }
  if (way === 'open') {
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: client.languageId, content: text }),
    );
    return;
  }
  await vscode.env.clipboard.writeText(text);
  const documentation = vscode.l10n.t('Open Documentation');
  if (
    (await vscode.window.showInformationMessage(
      vscode.l10n.t('Copied the code for {0}.', client.label),
      documentation,
    )) === documentation
  )
    await vscode.env.openExternal(vscode.Uri.parse(client.documentation));
}
