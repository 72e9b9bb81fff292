import * as vscode from 'vscode';
import type { EngineDescription, Host, ServerImage, Storage } from '../../engine/engine';
import type { EngineKind } from '../../model/instance';
import type { Translate } from '../../editor/translate';
import type { Answer, Choice, Step, Verdict } from '../../editor/wizard';
import { askText, back, choose } from '../../editor/wizard';
import { problemInWords, warningInWords } from '../../editor/words/request';
import type { RequestProblem } from '../../topology/sentinelRequest';
import { validateName, validatePassword } from '../../topology/sentinelRequest';

/** What every creation asks. */
export interface CommonAnswers {
  readonly name: string;
  readonly engine: EngineKind;
  /** Image reference, or the path of a server program. */
  readonly image: string;
  /** Whether the image has to be fetched first. */
  readonly fetch: boolean;
  readonly firstPort: number;
  /** Absent: one is generated. Empty: none. */
  readonly password?: string;
  readonly storage: Storage;
}

/** What the steps need to know of the world; looked up once before the first question. */
export interface Surroundings {
  readonly t: Translate;
  readonly taken: readonly string[];
  readonly images: readonly ServerImage[];
  readonly engine: EngineDescription;
  /** Machines of the swarm that the engine manages. */
  readonly hosts: readonly Host[];
  freePorts(first: number, count: number): Promise<readonly number[]>;
}

/** Offered when no image is here: fetched before the creation. */
const suggestions = ['redis:8.0', 'redis:7.4', 'valkey/valkey:8.1'];

export function verdict(t: Translate, problem: RequestProblem | undefined): Verdict {
  return problem && problemInWords(t, problem);
}

/** The answers with one more, unless the user went back or left. */
export function withAnswer<State, T>(
  state: State,
  answer: Answer<T>,
  add: (value: T) => Partial<State>,
): Answer<State> {
  if (answer === undefined || answer === back) return answer as typeof back | undefined;
  return { ...state, ...add(answer as T) };
}

/** @param prompt what the name is good for */
export function askName<State extends CommonAnswers>({ t, taken }: Surroundings, prompt: string): Step<State> {
  return async (state, frame) =>
    withAnswer(
      state,
      await askText(frame, {
        prompt,
        value: state.name,
        check: text => verdict(t, validateName(text, taken)),
      }),
      name => ({ name }) as Partial<State>,
    );
}

export function askImage<State extends CommonAnswers>(around: Surroundings): Step<State> {
  return around.engine.kind === 'docker' ? askDockerImage(around) : askProgram(around);
}

function askProgram<State extends CommonAnswers>({ images }: Surroundings): Step<State> {
  const choices = images.map((image): Choice<Image> => ({
    label: [image.product, image.version].filter(Boolean).join(' '),
    description: image.reference,
    iconPath: new vscode.ThemeIcon('server-process'),
    value: { image: image.reference, fetch: false },
  }));
  return async (state, frame) =>
    withAnswer(
      state,
      await choose<Image>(frame, {
        placeholder: vscode.l10n.t('Program that runs as plain processes'),
        choices,
        active: ({ image }) => image === state.image,
      }),
      value => value as Partial<State>,
    );
}

function askDockerImage<State extends CommonAnswers>({ images }: Surroundings): Step<State> {
  const local = images.map((image): Choice<Image> => ({
    label: image.reference,
    description: [image.product, image.version].filter(Boolean).join(' '),
    detail:
      image.sizeBytes === undefined ? '' : vscode.l10n.t('On this machine, {0} MB', Math.round(image.sizeBytes / 1e6)),
    iconPath: new vscode.ThemeIcon('package'),
    value: { image: image.reference, fetch: false },
  }));
  const known = new Set(images.map(({ reference }) => reference));
  const remote = suggestions
    .filter(reference => !known.has(reference))
    .map((reference): Choice<Image> => ({
      label: reference,
      detail: vscode.l10n.t('Is fetched first'),
      iconPath: new vscode.ThemeIcon('cloud-download'),
      value: { image: reference, fetch: true },
    }));
  const other: Choice<Image> = {
    label: vscode.l10n.t('Another image…'),
    iconPath: new vscode.ThemeIcon('edit'),
    value: { image: '', fetch: true },
  };
  const heading = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const choices = [
    heading(vscode.l10n.t('On this machine')),
    ...local,
    heading(vscode.l10n.t('From the registry')),
    ...remote,
    other,
  ];
  return async (state, frame) => {
    for (;;) {
      const answer = await choose<Image>(frame, {
        placeholder: vscode.l10n.t('Image that the servers run'),
        choices,
        active: ({ image }) => image === state.image,
      });
      if (answer === undefined || answer === back || answer.image !== '')
        return withAnswer(state, answer, value => value as Partial<State>);
      const typed = await askText(frame, {
        prompt: vscode.l10n.t('Image reference, with a redis-server or valkey-server inside'),
        value: '',
        placeholder: 'registry.example/redis:8.0',
        check: text =>
          /^[\w][\w.\-/:@]*$/.test(text) ? undefined : vscode.l10n.t('Give an image reference such as redis:8.0.'),
      });
      if (typed !== back)
        return withAnswer(state, typed, image => ({ image, fetch: !known.has(image) }) as Partial<State>);
    }
  };
}

interface Image {
  readonly image: string;
  readonly fetch: boolean;
}

/**
 * Asks for the first port of the servers, whole numbers only.
 * @param judge refuses it, or tells which ports will be taken
 */
export function askFirstPort<State extends CommonAnswers>(
  judge: (first: number, state: State) => Promise<Verdict>,
): Step<State> {
  return async (state, frame) =>
    withAnswer(
      state,
      await askText(frame, {
        prompt: vscode.l10n.t('First port; ports in use are passed over'),
        value: String(state.firstPort),
        check: text => judge(/^\d+$/.test(text) ? Number(text) : NaN, state),
      }),
      text => ({ firstPort: Number(text) }) as Partial<State>,
    );
}

export function askPassword<State extends CommonAnswers>({ t }: Surroundings): Step<State> {
  return async (state, frame) => {
    for (;;) {
      const how = await choose<'generate' | 'type' | 'none'>(frame, {
        placeholder: vscode.l10n.t('Password of all of them'),
        choices: [
          {
            label: vscode.l10n.t('Generate a password'),
            detail: vscode.l10n.t('32 random bytes, kept in the editor’s secret store'),
            iconPath: new vscode.ThemeIcon('key'),
            value: 'generate',
          },
          { label: vscode.l10n.t('Type a password…'), iconPath: new vscode.ThemeIcon('edit'), value: 'type' },
          {
            label: vscode.l10n.t('No password'),
            detail: `$(warning) ${warningInWords(t, { code: 'no-password' })}`,
            iconPath: new vscode.ThemeIcon('unlock'),
            value: 'none',
          },
        ],
        active: value =>
          value === (state.password === undefined ? 'generate' : state.password === '' ? 'none' : 'type'),
      });
      if (how === undefined || how === back) return how;
      const { password: _, ...others } = state;
      if (how === 'generate') return others as State;
      if (how === 'none') return { ...state, password: '' };
      const typed = await askText(frame, {
        prompt: vscode.l10n.t('Password; it is kept in the editor’s secret store'),
        value: '',
        secret: true,
        check: text =>
          text === ''
            ? vscode.l10n.t('Give a password, or go back and choose none.')
            : verdict(t, validatePassword(text)),
      });
      if (typed !== back) return withAnswer(state, typed, password => ({ password }) as Partial<State>);
    }
  };
}

export function askStorage<State extends CommonAnswers>({ engine, hosts }: Surroundings): Step<State> {
  return async (state, frame) => {
    const folders = engine.sharesFiles
      ? (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
      : [];
    const choices: Choice<Storage>[] = folders.map(folder => ({
      label: vscode.l10n.t('Workspace folder'),
      description: `${folder.name}/redis/${state.name}`,
      detail: vscode.l10n.t('Conf files open in this editor, checked and completed as you type'),
      iconPath: new vscode.ThemeIcon('folder'),
      value: { kind: 'folder', root: vscode.Uri.joinPath(folder.uri, 'redis', state.name).fsPath },
    }));
    choices.push({
      label: engine.kind === 'docker' ? vscode.l10n.t('Docker volumes') : vscode.l10n.t('The extension’s own folder'),
      detail: vscode.l10n.t('Nothing is written into your folders'),
      iconPath: new vscode.ThemeIcon('archive'),
      value: { kind: 'volume' },
    });
    if (hosts.length > 0) choices.push((await import('./swarm')).swarmChoice(hosts));
    return withAnswer(
      state,
      await choose(frame, {
        placeholder: vscode.l10n.t('Where conf and data live'),
        choices,
        active: ({ kind }) => kind === state.storage.kind,
      }),
      storage => ({ storage }) as Partial<State>,
    );
  };
}
