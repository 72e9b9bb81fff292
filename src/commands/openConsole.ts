import * as vscode from 'vscode';
import type { Node } from '../model/snapshot';
import type { TerminalCommand } from '../engine/engine';
import type { Credentials } from '../redis/credentials';
import { credentialsOf } from '../redis/credentials';
import type { Place } from './ask';
import { nodeOf } from './ask';
import type { Command, Kit } from './kit';
import { secretOfNode } from '../topology/password';

/** Opens the server's own command line client in a terminal, logged in. The password goes by environment, never as an argument. */
export const openConsole: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Which server shall the console talk to?'),
    ({ contact }) => contact.state !== 'not-running',
  );
  if (!place) return;
  const { node, topology } = place;
  const secret = await secretOfNode(kit.deps.secrets, topology?.id, node);
  const command = await commandFor(kit, node, credentialsOf(secret));
  if (!command) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is not reachable from here, so that no console can be opened.', node.name),
    );
    return;
  }
  const message = masterOf(place);
  vscode.window
    .createTerminal({
      name: topology ? `${topology.name}/${node.name}` : node.name,
      shellPath: command.file,
      shellArgs: [...command.args],
      env: { ...command.env },
      iconPath: new vscode.ThemeIcon('database'),
      isTransient: true, // a restored terminal would lack the password
      ...(message === undefined ? {} : { message }),
    })
    .show();
};

/** A replica answers writes with READONLY, or sends them on in a cluster: whom to go to instead. */
function masterOf({ node, topology }: Place): string | undefined {
  const master = node.role === 'replica' ? topology?.nodes.find(({ id }) => id === node.masterId) : undefined;
  return master && vscode.l10n.t('{0} is a replica and refuses writes. Its master is {1}.', node.name, master.name);
}

async function commandFor(
  kit: Kit,
  node: Node,
  { username, password }: Partial<Credentials>,
): Promise<TerminalCommand | undefined> {
  const env = password === undefined ? {} : { REDISCLI_AUTH: password };
  const user = username === undefined ? [] : ['--user', username];
  const report = node.contact.state === 'answering' ? node.contact.report : undefined;
  const client = report?.product === 'valkey' ? 'valkey-cli' : 'redis-cli';
  const port = report?.tcpPort ?? node.announced?.port;
  if (node.instance && port !== undefined)
    return kit.deps.engine(node.instance.engine).terminal(node.instance.id, [client, '-p', String(port), ...user], env);
  return (
    node.reachable && {
      file: client,
      args: ['-h', node.reachable.host, '-p', String(node.reachable.port), ...user],
      env,
    }
  );
}
