import * as vscode from 'vscode';
import type { Step } from '../../editor/wizard';
import { choose } from '../../editor/wizard';
import { problemInWords } from '../../editor/words/request';
import { validatePort } from '../../topology/sentinelRequest';
import type { Surroundings } from '../create/questions';
import { askFirstPort, askImage, askName, askPassword, askStorage, withAnswer } from '../create/questions';
import type { ReplicationAnswers, Shape } from './answers';
import { followsOf } from './answers';

export function replicationSteps(around: Surroundings): readonly Step<ReplicationAnswers>[] {
  return [
    askName(around, vscode.l10n.t('Name of the topology')),
    askImage(around),
    askReplicas,
    askShape,
    askPort(around),
    askPassword(around),
    askStorage(around),
  ];
}

const askReplicas: Step<ReplicationAnswers> = async (state, frame) =>
  withAnswer(
    state,
    await choose(frame, {
      placeholder: vscode.l10n.t('How many replicas copy the master?'),
      choices: [1, 2, 3, 4, 5].map(value => ({
        label: value === 1 ? vscode.l10n.t('1 replica') : vscode.l10n.t('{0} replicas', value),
        detail: vscode.l10n.t(
          'Nobody takes over by itself when the master is lost: that takes sentinels, or your Failover',
        ),
        value,
      })),
      active: value => value === state.replicas,
    }),
    replicas => ({ replicas }),
  );

const askShape: Step<ReplicationAnswers> = async (state, frame) =>
  withAnswer(
    state,
    await choose<Shape>(frame, {
      placeholder: vscode.l10n.t('Whom do the replicas follow?'),
      choices: [
        { label: vscode.l10n.t('All follow the master'), value: 'star' as const },
        {
          label: vscode.l10n.t('A chain'),
          detail: vscode.l10n.t('Each follows the one before it; the master has one to feed only'),
          value: 'chain' as const,
        },
        {
          label: vscode.l10n.t('One passes on'),
          detail: vscode.l10n.t('The first follows the master, the others follow the first'),
          value: 'relay' as const,
        },
      ].map(choice => ({ ...choice, description: arrows(followsOf(choice.value, state.replicas)) })),
      active: value => value === state.shape,
    }),
    shape => ({ shape }),
  );

/** `redis-2 → redis-1, redis-3 → redis-2` */
function arrows(follows: readonly number[]): string {
  return follows.map((parent, i) => `redis-${i + 2} → redis-${parent + 1}`).join(', ');
}

const askPort = ({ t, freePorts }: Surroundings): Step<ReplicationAnswers> =>
  askFirstPort(async (first, state) => {
    const servers = state.replicas + 1;
    const problem = validatePort(first, servers);
    if (problem) return problemInWords(t, problem);
    return { info: vscode.l10n.t('Servers: {0}', (await freePorts(first, servers)).join(', ')) };
  });
