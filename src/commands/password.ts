import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import { isFault } from '../base/errors';
import { withProgress } from '../editor/progress';
import type { Step } from '../editor/wizard';
import { askText, back, walk } from '../editor/wizard';
import { errorInWords } from '../editor/words';
import { formatAddress } from '../model/address';
import type { Node, SilenceReason } from '../model/snapshot';
import type { RedisFault } from '../redis/client';
import type { Credentials } from '../redis/credentials';
import { keepPassword, secretKeyOf, wantsPassword } from '../topology/password';
import { nodeOf } from './ask';
import type { Command, Kit } from './kit';
import { runTold } from './run';

/** Asks for the password of a server that wants one, tries it there at once, and keeps the one that it accepts. */
export const enterPassword: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Whose password do you know?'), wantsPassword);
  if (!place) return;
  const { node } = place;
  if (!node.reachable) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be reached from here.', node.name));
    return;
  }
  const login = await walk<Login>(
    vscode.l10n.t('Password of {0} ({1})', node.name, formatAddress(node.reachable)),
    [askPassword(kit, node), askUser(kit, node)],
    { password: '' },
  );
  if (!login) return;
  const { taken: _, ...credentials } = login;
  await kit.inventory.refresh();
  // It is open now: who asked for that (a table that is measured again) does not wait for an answer about the others.
  void runTold(kit.log, `the password of ${node.name}, elsewhere`, () => offerOthers(kit, node, credentials));
};

/** Forgets the password that is kept for a server; from then on it is asked without one. */
export const forgetPassword: Command = async (kit, target) => {
  const kept = new Set<string>();
  for (const node of allNodes(kit))
    if ((await kit.deps.secrets.get(secretKeyOf(node))) !== undefined) kept.add(node.id);
  // One that was generated for a topology of ours is written nowhere else: it goes with the topology.
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Whose password shall be forgotten?'),
    node => !node.instance?.ownership && kept.has(node.id),
  );
  if (!place) return;
  await kit.deps.secrets.delete(secretKeyOf(place.node));
  await kit.inventory.refresh();
  vscode.window.setStatusBarMessage(vscode.l10n.t('The password of {0} is forgotten', place.node.name), 3000);
};

interface Login extends Credentials {
  /** The server let these in already. */
  readonly taken?: boolean;
}

/** Most servers know one password and no names: it is tried for the default user, and the name asked only when that is refused. */
function askPassword(kit: Kit, node: Node): Step<Login> {
  return async (_, frame) => {
    let taken = false;
    const password = await askText(frame, {
      prompt: vscode.l10n.t('Password; it is kept in the editor’s secret store'),
      value: '',
      secret: true,
      check: text => (text === '' ? vscode.l10n.t('Give the password.') : undefined),
      confirm: async text => {
        kit.redactor.learn(text);
        const error = await tryThere(kit, node, { password: text });
        taken = error === undefined;
        return taken || refuses(error) ? undefined : errorInWords(kit.t, error);
      },
    });
    return password === undefined || password === back ? password : { password, taken };
  };
}

function askUser(kit: Kit, node: Node): Step<Login> {
  return async (state, frame) => {
    if (state.taken === true) return state;
    const username = await askText(frame, {
      prompt: vscode.l10n.t(
        'The default user is not let in with it. Name of the user, or go back and give another password',
      ),
      value: state.username ?? '',
      check: text =>
        text === ''
          ? vscode.l10n.t('Give the name.')
          : /[\s\0]/.test(text)
            ? vscode.l10n.t('A user’s name has no blanks.')
            : undefined,
      confirm: async text => {
        const error = await tryThere(kit, node, { username: text, password: state.password });
        if (error === undefined) return undefined;
        return refuses(error)
          ? vscode.l10n.t('The server refuses it. Check the password, too.')
          : errorInWords(kit.t, error);
      },
    });
    return username === undefined || username === back ? username : { username, password: state.password };
  };
}

/** Keeps what the server accepts; else what it said against it. */
async function tryThere(kit: Kit, node: Node, credentials: Credentials): Promise<unknown> {
  try {
    await keepPassword(kit.deps, node, credentials, AbortSignal.timeout(10_000));
    return undefined;
  } catch (error) {
    if (!isCancellation(error)) kit.log.error(`password of ${node.name}`, error);
    return error;
  }
}

const lockedOut: ReadonlySet<SilenceReason> = new Set(['password-wrong', 'password-required']);

/** Whether it is the credentials that the server minds. */
function refuses(error: unknown): boolean {
  return (
    isFault(error, 'redis-silent') &&
    lockedOut.has((error.fault as Extract<RedisFault, { readonly code: 'redis-silent' }>).reason)
  );
}

/** Servers of one topology mostly share a password; it is tried on others only when the user says so. */
async function offerOthers(kit: Kit, node: Node, credentials: Credentials): Promise<void> {
  const others = allNodes(kit).filter(
    other => other.id !== node.id && other.reachable !== undefined && wantsPassword(other),
  );
  if (others.length === 0) return;
  const button = vscode.l10n.t('Try It There Too');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      '{0} is open now. {1} more servers want a password: {2}.',
      node.name,
      others.length,
      others.map(({ name }) => name).join(', '),
    ),
    button,
  );
  if (answer !== button) return;
  const refused = await withProgress(vscode.l10n.t('Logging in at {0} servers', others.length), async signal => {
    const tried = await Promise.all(
      others.map(async other => ({
        other,
        error: await keepPassword(kit.deps, other, credentials, signal).then(
          () => undefined,
          (error: unknown) => error,
        ),
      })),
    );
    signal.throwIfAborted();
    return tried.filter(({ error }) => error !== undefined).map(({ other }) => other.name);
  });
  await kit.inventory.refresh();
  if (refused.length > 0)
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Not taken by {0}: each of them wants its own.', refused.join(', ')),
    );
}

function allNodes({ inventory: { snapshot } }: Pick<Kit, 'inventory'>): readonly Node[] {
  return [...snapshot.topologies.flatMap(({ nodes }) => nodes), ...snapshot.others];
}
