import * as vscode from 'vscode';
import { majorityOf } from '../../model/quorum';
import type { EngineDescription, ServerImage, Storage } from '../../engine/engine';
import type { Translate } from '../../editor/translate';
import type { Answer, Choice, Step, Verdict } from '../../editor/wizard';
import { askText, back, choose } from '../../editor/wizard';
import { problemInWords, warningInWords } from '../../editor/words/request';
import { sentinelSurvival } from '../../topology/sentinelPlan';
import type { RequestProblem } from '../../topology/sentinelRequest';
import { validateName, validatePassword, validatePort, warningsOf } from '../../topology/sentinelRequest';
import type { Answers } from './answers';
import { firstSentinelPort, requestOf } from './answers';

/** What the steps need to know of the world; looked up once before the first question. */
export interface Surroundings {
  readonly t: Translate;
  readonly taken: readonly string[];
  readonly images: readonly ServerImage[];
  readonly engine: EngineDescription;
  freePorts(first: number, count: number): Promise<readonly number[]>;
}

/** Offered when no image is here: fetched before the creation. */
const suggestions = ['redis:8.0', 'redis:7.4', 'valkey/valkey:8.1'];

export function wizardSteps(around: Surroundings): readonly Step<Answers>[] {
  return [askName(around), askImage(around), askReplicas, askSentinels(around), askPort(around), askPassword(around), askStorage(around)];
}

function verdict(t: Translate, problem: RequestProblem | undefined): Verdict {
  return problem && problemInWords(t, problem);
}

/** The answers with one more, unless the user went back or left. */
function withAnswer<T>(state: Answers, answer: Answer<T>, add: (value: T) => Partial<Answers>): Answer<Answers> {
  if (answer === undefined || answer === back) return answer as typeof back | undefined;
  return { ...state, ...add(answer as T) };
}

function askName({ t, taken }: Surroundings): Step<Answers> {
  return async (state, frame) => withAnswer(state, await askText(frame, {
    prompt: vscode.l10n.t('Name of the topology; the sentinels know the master by it'),
    value: state.name,
    check: text => verdict(t, validateName(text, taken)),
  }), name => ({ name }));
}

function askImage({ images }: Surroundings): Step<Answers> {
  const local = images.map((image): Choice<Image> => ({
    label: image.reference,
    description: [image.product, image.version].filter(Boolean).join(' '),
    detail: image.sizeBytes === undefined ? '' : vscode.l10n.t('On this machine, {0} MB', Math.round(image.sizeBytes / 1e6)),
    iconPath: new vscode.ThemeIcon('package'),
    value: { image: image.reference, fetch: false },
  }));
  const known = new Set(images.map(({ reference }) => reference));
  const remote = suggestions.filter(reference => !known.has(reference)).map((reference): Choice<Image> => ({
    label: reference, detail: vscode.l10n.t('Is fetched first'), iconPath: new vscode.ThemeIcon('cloud-download'), value: { image: reference, fetch: true },
  }));
  const other: Choice<Image> = { label: vscode.l10n.t('Another image…'), iconPath: new vscode.ThemeIcon('edit'), value: { image: '', fetch: true } };
  const heading = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const choices = [heading(vscode.l10n.t('On this machine')), ...local, heading(vscode.l10n.t('From the registry')), ...remote, other];
  return async (state, frame) => {
    for (;;) {
      const answer = await choose<Image>(frame, { placeholder: vscode.l10n.t('Image that the servers run'), choices, active: ({ image }) => image === state.image });
      if (answer === undefined || answer === back || answer.image !== '') return withAnswer(state, answer, value => value);
      const typed = await askText(frame, {
        prompt: vscode.l10n.t('Image reference, with a redis-server or valkey-server inside'), value: '', placeholder: 'registry.example/redis:8.0',
        check: text => /^[\w][\w.\-/:@]*$/.test(text) ? undefined : vscode.l10n.t('Give an image reference such as redis:8.0.'),
      });
      if (typed !== back) return withAnswer(state, typed, image => ({ image, fetch: !known.has(image) }));
    }
  };
}

interface Image { readonly image: string; readonly fetch: boolean }

const askReplicas: Step<Answers> = async (state, frame) => withAnswer(state, await choose(frame, {
  placeholder: vscode.l10n.t('How many replicas copy the master?'),
  choices: [0, 1, 2, 3, 4, 5].map(value => ({
    label: value === 1 ? vscode.l10n.t('1 replica') : vscode.l10n.t('{0} replicas', value),
    detail: value === 0 ? vscode.l10n.t('Nobody can take over when the master is lost')
      : value === 1 ? vscode.l10n.t('Survives the loss of one master; until it is back there is no further replica')
        : vscode.l10n.t('Survives the loss of {0} masters one after another', value),
    value,
  })),
  active: value => value === state.replicas,
}), replicas => ({ replicas }));

function askSentinels({ t }: Surroundings): Step<Answers> {
  return async (state, frame) => withAnswer(state, await choose(frame, {
    placeholder: vscode.l10n.t('How many sentinels watch the master?'),
    choices: [1, 2, 3, 4, 5, 7].map(value => {
      const quorum = majorityOf(value);
      const { sentinelLosses } = sentinelSurvival({ sentinels: value, quorum, replicas: state.replicas });
      const trap = warningsOf(requestOf({ ...state, sentinels: value })).find(({ code }) => code === 'no-loss-survived' || code === 'even-number');
      return {
        label: value === 1 ? vscode.l10n.t('1 sentinel') : vscode.l10n.t('{0} sentinels', value),
        description: vscode.l10n.t('quorum {0}', quorum),
        detail: trap ? `$(warning) ${warningInWords(t, trap)}` : sentinelLosses === 1 ? vscode.l10n.t('Fails over even when 1 sentinel is lost with the master') : vscode.l10n.t('Fails over even when {0} sentinels are lost with the master', sentinelLosses),
        value,
      };
    }),
    active: value => value === state.sentinels,
  }), sentinels => ({ sentinels }));
}

function askPort({ t, freePorts }: Surroundings): Step<Answers> {
  return async (state, frame) => {
    const servers = state.replicas + 1;
    const check = async (text: string): Promise<Verdict> => {
      const first = /^\d+$/.test(text) ? Number(text) : NaN;
      const sentinelsFrom = firstSentinelPort(first, servers, state.sentinels);
      const problem = validatePort(first, servers) ?? validatePort(sentinelsFrom, state.sentinels);
      if (problem) return problemInWords(t, problem);
      const [ours, theirs] = await Promise.all([freePorts(first, servers), freePorts(sentinelsFrom, state.sentinels)]);
      return { info: vscode.l10n.t('Servers: {0} · sentinels: {1}', ours.join(', '), theirs.join(', ')) };
    };
    return withAnswer(state, await askText(frame, { prompt: vscode.l10n.t('First port; ports in use are passed over'), value: String(state.firstPort), check }), text => ({ firstPort: Number(text) }));
  };
}

function askPassword({ t }: Surroundings): Step<Answers> {
  return async (state, frame) => {
    for (;;) {
      const how = await choose<'generate' | 'type' | 'none'>(frame, {
        placeholder: vscode.l10n.t('Password of all servers and sentinels'),
        choices: [
          { label: vscode.l10n.t('Generate a password'), detail: vscode.l10n.t('32 random bytes, kept in the editor’s secret store'), iconPath: new vscode.ThemeIcon('key'), value: 'generate' },
          { label: vscode.l10n.t('Type a password…'), iconPath: new vscode.ThemeIcon('edit'), value: 'type' },
          { label: vscode.l10n.t('No password'), detail: `$(warning) ${warningInWords(t, { code: 'no-password' })}`, iconPath: new vscode.ThemeIcon('unlock'), value: 'none' },
        ],
        active: value => value === (state.password === undefined ? 'generate' : state.password === '' ? 'none' : 'type'),
      });
      if (how === undefined || how === back) return how;
      const { password: _, ...others } = state;
      if (how === 'generate') return others;
      if (how === 'none') return { ...others, password: '' };
      const typed = await askText(frame, {
        prompt: vscode.l10n.t('Password; it is kept in the editor’s secret store'), value: '', secret: true,
        check: text => text === '' ? vscode.l10n.t('Give a password, or go back and choose none.') : verdict(t, validatePassword(text)),
      });
      if (typed !== back) return withAnswer(state, typed, password => ({ password }));
    }
  };
}

function askStorage({ engine }: Surroundings): Step<Answers> {
  return async (state, frame) => {
    const folders = engine.sharesFiles ? (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file') : [];
    const choices: Choice<Storage>[] = folders.map(folder => ({
      label: vscode.l10n.t('Workspace folder'),
      description: `${folder.name}/redis/${state.name}`,
      detail: vscode.l10n.t('Conf files open in this editor, checked and completed as you type'),
      iconPath: new vscode.ThemeIcon('folder'),
      value: { kind: 'folder', root: vscode.Uri.joinPath(folder.uri, 'redis', state.name).fsPath },
    }));
    choices.push({ label: vscode.l10n.t('Docker volumes'), detail: vscode.l10n.t('Nothing is written into your folders'), iconPath: new vscode.ThemeIcon('archive'), value: { kind: 'volume' } });
    return withAnswer(state, await choose(frame, { placeholder: vscode.l10n.t('Where conf and data live'), choices, active: ({ kind }) => kind === state.storage.kind }), storage => ({ storage }));
  };
}
