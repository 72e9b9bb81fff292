import * as vscode from 'vscode';
import { majorityOf } from '../../model/quorum';
import type { Step } from '../../editor/wizard';
import { choose } from '../../editor/wizard';
import { problemInWords, warningInWords } from '../../editor/words/request';
import { sentinelSurvival } from '../../topology/sentinelPlan';
import { validatePort, warningsOf } from '../../topology/sentinelRequest';
import type { Surroundings } from '../create/questions';
import { askFirstPort, askImage, askName, askPassword, askStorage, withAnswer } from '../create/questions';
import type { Answers } from './answers';
import { firstSentinelPort, requestOf } from './answers';

export function wizardSteps(around: Surroundings): readonly Step<Answers>[] {
  return [
    askName(around, vscode.l10n.t('Name of the topology; the sentinels know the master by it')),
    askImage(around),
    askReplicas,
    askSentinels(around),
    askPort(around),
    askPassword(around),
    askStorage(around),
  ];
}

const askReplicas: Step<Answers> = async (state, frame) =>
  withAnswer(
    state,
    await choose(frame, {
      placeholder: vscode.l10n.t('How many replicas copy the master?'),
      choices: [0, 1, 2, 3, 4, 5].map(value => ({
        label: value === 1 ? vscode.l10n.t('1 replica') : vscode.l10n.t('{0} replicas', value),
        detail:
          value === 0
            ? vscode.l10n.t('Nobody can take over when the master is lost')
            : value === 1
              ? vscode.l10n.t('Survives the loss of one master; until it is back there is no further replica')
              : vscode.l10n.t('Survives the loss of {0} masters one after another', value),
        value,
      })),
      active: value => value === state.replicas,
    }),
    replicas => ({ replicas }),
  );

function askSentinels({ t }: Surroundings): Step<Answers> {
  return async (state, frame) =>
    withAnswer(
      state,
      await choose(frame, {
        placeholder: vscode.l10n.t('How many sentinels watch the master?'),
        choices: [1, 2, 3, 4, 5, 7].map(value => {
          const quorum = majorityOf(value);
          const { sentinelLosses } = sentinelSurvival({ sentinels: value, quorum, replicas: state.replicas });
          const trap = warningsOf(requestOf({ ...state, sentinels: value })).find(
            ({ code }) => code === 'no-loss-survived' || code === 'even-number',
          );
          return {
            label: value === 1 ? vscode.l10n.t('1 sentinel') : vscode.l10n.t('{0} sentinels', value),
            description: vscode.l10n.t('quorum {0}', quorum),
            detail: trap
              ? `$(warning) ${warningInWords(t, trap)}`
              : sentinelLosses === 1
                ? vscode.l10n.t('Fails over even when 1 sentinel is lost with the master')
                : vscode.l10n.t('Fails over even when {0} sentinels are lost with the master', sentinelLosses),
            value,
          };
        }),
        active: value => value === state.sentinels,
      }),
      sentinels => ({ sentinels }),
    );
}

const askPort = ({ t, freePorts }: Surroundings): Step<Answers> =>
  askFirstPort(async (first, state) => {
    const servers = state.replicas + 1;
    const sentinelsFrom = firstSentinelPort(first, servers, state.sentinels);
    const problem = validatePort(first, servers) ?? validatePort(sentinelsFrom, state.sentinels);
    if (problem) return problemInWords(t, problem);
    const [ours, theirs] = await Promise.all([freePorts(first, servers), freePorts(sentinelsFrom, state.sentinels)]);
    return { info: vscode.l10n.t('Servers: {0} · sentinels: {1}', ours.join(', '), theirs.join(', ')) };
  });
