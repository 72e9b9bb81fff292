import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import { isFault, textOf } from '../../base/errors';
import { back, askText, walk } from '../../editor/wizard';
import type { Step } from '../../editor/wizard';
import { urlProblemInWords } from '../../editor/words/existing';
import { kindInWords, levelInWords } from '../../editor/words/health';
import { silenceAtLength } from '../../editor/words/silence';
import { formatAddress } from '../../model/address';
import type { SilenceReason, Topology } from '../../model/snapshot';
import type { Endpoint } from '../../redis/client';
import { credentialsOf, packCredentials } from '../../redis/credentials';
import type { ExistingEntry } from '../../topology/existing/existingList';
import type { Credentials, ExistingUrl } from '../../topology/existing/url';
import { isUrlProblem, parseExistingUrl } from '../../topology/existing/url';
import type { Command, Kit } from '../kit';

interface Answers {
  readonly url: string;
  readonly name: string;
  /** Asked for when the servers want one that the URL does not hold. */
  readonly password: string;
}

/** Shows a topology that somebody else made, by a URL of one of its servers. Nothing is changed on it. */
export const addExisting: Command = async kit => {
  const title = vscode.l10n.t('Add Existing');
  const answers = await walk<Answers>(title, [askUrl(kit), askName(kit), askPassword(kit)], {
    url: '',
    name: '',
    password: '',
  });
  if (!answers) return;
  const url = parsed(answers.url);
  const entry = await kit.existing.add(
    {
      name: answers.name,
      kind: url.kind,
      seeds: url.seeds,
      sentinels: url.sentinels,
      ...(url.masterName === undefined ? {} : { masterName: url.masterName }),
      ...(await tlsOf(url)),
    },
    secretsOf(url, answers.password),
  );
  await kit.showView();
  await tell(kit, entry);
};

function parsed(text: string): ExistingUrl {
  const url = parseExistingUrl(text);
  if (isUrlProblem(url)) throw new TypeError(url.code); // the step before did not let it through
  return url;
}

function askUrl(kit: Kit): Step<Answers> {
  return async (state, frame) => {
    const answer = await askText(frame, {
      prompt: vscode.l10n.t(
        'URL of one of its servers; the others are found. A password is asked for, masked, when the URL holds none.',
      ),
      placeholder: 'redis://host:6379 · rediss://host:6379 · redis+sentinel://host:26379/mymaster',
      value: state.url,
      check: async text => {
        const url = parseExistingUrl(text);
        if (isUrlProblem(url)) return urlProblemInWords(kit.t, url);
        const known = kit.existing.withSeed(url.seeds);
        if (known) return vscode.l10n.t('It is shown already, as {0}.', known.name);
        const file = url.tls?.caFile;
        if (file !== undefined)
          return readFile(pathOf(file)).then(
            () => undefined,
            (error: unknown) =>
              vscode.l10n.t('The file with the certificate authority cannot be read: {0}', textOf(error)),
          );
        return {
          info: vscode.l10n.t('{0}: {1}', kindInWords(kit.t, url.kind), url.seeds.map(formatAddress).join(', ')),
        };
      },
    });
    return typeof answer === 'string'
      ? { ...state, url: answer, name: state.name === '' ? nameOf(parsed(answer)) : state.name }
      : answer;
  };
}

function nameOf({ masterName, seeds: [seed] }: ExistingUrl): string {
  return masterName ?? (seed === undefined ? '' : formatAddress(seed));
}

function askName(kit: Kit): Step<Answers> {
  return async (state, frame) => {
    const answer = await askText(frame, {
      prompt: vscode.l10n.t('Name to show it by'),
      value: state.name,
      check: text =>
        text.trim() === ''
          ? vscode.l10n.t('Give a name.')
          : kit.existing.entries.some(({ name }) => name === text.trim())
            ? vscode.l10n.t('A topology of this name exists already.')
            : undefined,
    });
    return typeof answer === 'string' ? { ...state, name: answer.trim() } : answer;
  };
}

/** Knocks at the first address; asks for a password when it is wanted and not given, until one fits or the user leaves it empty. */
function askPassword(kit: Kit): Step<Answers> {
  return async (state, frame) => {
    const url = parsed(state.url);
    const tls = await tlsOf(url);
    const reason = await knock(kit, url, tls, firstCredentials(url));
    if (reason !== 'password-required' && reason !== 'password-wrong') return state;
    const answer = await askText(frame, {
      prompt: vscode.l10n.t(
        'Password of {0}. Leave it empty to go on without.',
        url.seeds.map(formatAddress).join(', '),
      ),
      value: '',
      secret: true,
      check: async text =>
        text !== '' && (await knock(kit, url, tls, { ...firstCredentials(url), password: text })) === 'password-wrong'
          ? silenceAtLength['password-wrong'](kit.t)
          : undefined,
    });
    return answer === undefined || answer === back ? answer : { ...state, password: answer };
  };
}

/** What the first server is asked with: a Sentinel may want other credentials than the data nodes. */
function firstCredentials(url: ExistingUrl): Credentials {
  return url.sentinels && url.sentinelCredentials.password !== undefined ? url.sentinelCredentials : url.credentials;
}

/** Why the first address does not talk to us; `undefined` when it does. */
async function knock(
  { deps }: Kit,
  { seeds: [address] }: ExistingUrl,
  tls: Pick<Endpoint, 'tls'>,
  credentials: Credentials,
): Promise<SilenceReason | undefined> {
  if (address === undefined) return undefined;
  const secret = packed(credentials);
  try {
    (await deps.connector.connect({ address, ...tls, ...credentialsOf(secret) }, { timeoutMs: 3000 })).dispose();
    return undefined;
  } catch (error) {
    if (isCancellation(error) || !isFault(error, 'redis-silent')) throw error;
    return 'reason' in error.fault ? (error.fault.reason as SilenceReason) : undefined;
  }
}

function packed({ username, password }: Credentials): string | undefined {
  return password === undefined
    ? undefined
    : packCredentials({ password, ...(username === undefined ? {} : { username }) });
}

function secretsOf(url: ExistingUrl, typed: string): { readonly data?: string; readonly sentinel?: string } {
  // what was typed answered the first server: a Sentinel's password is tried on the data nodes as well, where the URL has none for them
  const data = packed(
    typed === '' || (url.sentinels && url.credentials.password !== undefined)
      ? url.credentials
      : { ...url.credentials, password: typed },
  );
  const sentinel = packed(
    typed !== '' && url.sentinels ? { ...url.sentinelCredentials, password: typed } : url.sentinelCredentials,
  );
  return { ...(data === undefined ? {} : { data }), ...(sentinel === undefined ? {} : { sentinel }) };
}

/** Certificates are public, so they are kept with the entry: the file may move away. */
async function tlsOf({ tls }: ExistingUrl): Promise<Pick<ExistingEntry, 'tls'>> {
  if (tls === undefined) return {};
  return {
    tls: {
      verify: tls.verify,
      ...(tls.caFile === undefined ? {} : { ca: await readFile(pathOf(tls.caFile), 'utf8') }),
    },
  };
}

function pathOf(file: string): string {
  const path = file.replace(/^~(?=[/\\])/, homedir());
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return isAbsolute(path) || folder === undefined ? path : join(folder.fsPath, path);
}

/** What came of it: what was found, why nothing was, or that it is in the tree already. */
async function tell(kit: Kit, entry: ExistingEntry): Promise<void> {
  const shown = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Looking at {0}', entry.name) },
    () => found(kit, entry.id),
  );
  if (shown === undefined) {
    await kit.existing.remove(entry.id);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('These servers are in the view already: they belong to a topology that was made here.'),
    );
    return;
  }
  const answering = shown.nodes.filter(({ contact }) => contact.state === 'answering').length;
  if (answering > 0) {
    await kit.existing.change(entry.id, { kind: shown.kind });
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0}: {1}, {2}, {3} of {4} servers answer. It is only looked at; “Allow Changes…” opens it to acts.',
        shown.name,
        kindInWords(kit.t, shown.kind),
        levelInWords(kit.t, shown.health.level),
        answering,
        shown.nodes.length,
      ),
    );
    return;
  }
  const silent = shown.nodes.map(({ contact }) => contact).find(contact => contact.state === 'silent');
  const takeAway = vscode.l10n.t('Remove From View');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      '{0} does not answer. {1}',
      entry.name,
      silent?.state === 'silent' ? silenceAtLength[silent.reason](kit.t) : '',
    ),
    vscode.l10n.t('Keep'),
    takeAway,
  );
  if (answer === takeAway) await kit.existing.remove(entry.id);
}

/** Each round finds the servers that those of the round before speak of; a chain of replicas may be long, so it goes on while there is news. */
async function found({ inventory }: Kit, id: string): Promise<Topology | undefined> {
  let topology: Topology | undefined;
  for (let rounds = 0, before = -1; rounds < 8; rounds++) {
    topology = (await inventory.refresh()).topologies.find(one => one.id === id);
    const count = topology?.nodes.length ?? 0;
    if (count === before) break;
    before = count;
  }
  return topology;
}
