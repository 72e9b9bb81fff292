import * as vscode from 'vscode';
import type { Step, Verdict } from '../../editor/wizard';
import { askText, back, choose } from '../../editor/wizard';
import { clusterNoteInWords } from '../../editor/words/cluster';
import { problemInWords } from '../../editor/words/request';
import { formatRanges } from '../../model/slots';
import { planCluster, splitSlots } from '../../topology/cluster/plan';
import { clusterSize, validateClusterCount, validateClusterPort } from '../../topology/cluster/request';
import type { Surroundings } from '../create/questions';
import { askFirstPort, askImage, askName, askPassword, askStorage, withAnswer } from '../create/questions';
import type { ClusterAnswers } from './answers';
import { clusterRequestOf, splitServers } from './answers';

export function clusterSteps(around: Surroundings): readonly Step<ClusterAnswers>[] {
  return [
    askName(around, vscode.l10n.t('Name of the cluster')),
    askImage(around),
    askMasters,
    askReplicas(around),
    askPort(around),
    askPassword(around),
    askStorage(around),
  ];
}

const askMasters: Step<ClusterAnswers> = async (state, frame) =>
  withAnswer(
    state,
    await choose(frame, {
      placeholder: vscode.l10n.t('How many masters share the 16384 slots?'),
      choices: [3, 4, 5, 6, 7, 9].map(value => ({
        label: vscode.l10n.t('{0} masters', value),
        description:
          value <= 5
            ? formatRanges(splitSlots(value), ' · ')
            : vscode.l10n.t('about {0} slots each', Math.round(16384 / value)),
        detail:
          value % 2 === 0
            ? `$(warning) ${vscode.l10n.t('An even number survives no more than {0} would', value - 1)}`
            : value === 3
              ? vscode.l10n.t('A majority remains when one of them is lost')
              : vscode.l10n.t('A majority remains when up to {0} are lost at the same time', (value - 1) / 2),
        value,
      })),
      active: value => value === state.masters,
    }),
    masters => ({ masters }),
  );

function askReplicas({ t }: Surroundings): Step<ClusterAnswers> {
  return async (state, frame) => {
    const { masters } = state;
    for (;;) {
      const answer = await choose<Pick<ClusterAnswers, 'replicas' | 'extra'> | 'other'>(frame, {
        placeholder: vscode.l10n.t('How many replicas stand behind each master?'),
        choices: [
          ...[0, 1, 2, 3].map(value => ({
            label:
              value === 0
                ? vscode.l10n.t('No replicas')
                : value === 1
                  ? vscode.l10n.t('1 replica each')
                  : vscode.l10n.t('{0} replicas each', value),
            description: vscode.l10n.t('{0} servers in all', masters * (value + 1)),
            detail:
              value === 0
                ? `$(warning) ${vscode.l10n.t('When a master is lost, its slots are down until it is back')}`
                : survivalInWords(t, masters, value, 0),
            value: { replicas: value, extra: 0 },
          })),
          {
            label: vscode.l10n.t('Another number of servers…'),
            detail: vscode.l10n.t(
              'Those left over become extra replicas of the first masters: {0} servers are {1} masters, one replica each, and one more',
              2 * masters + 1,
              masters,
            ),
            value: 'other' as const,
          },
        ],
        active: value => (value === 'other' ? state.extra > 0 : state.extra === 0 && value.replicas === state.replicas),
      });
      if (answer === undefined || answer === back || typeof answer !== 'string')
        return withAnswer(state, answer, value => value);
      const typed = await askText(frame, {
        prompt: vscode.l10n.t('Servers in all'),
        value: String(state.extra > 0 ? clusterSize(clusterRequestOf(state)) : 2 * masters + 1),
        check: text => serversInWords(t, masters, /^\d+$/.test(text) ? Number(text) : NaN),
      });
      if (typed !== back) return withAnswer(state, typed, text => splitServers(Number(text), masters));
    }
  };
}

/** Refuses what makes no cluster; else says who becomes what. */
function serversInWords(t: Surroundings['t'], masters: number, servers: number): Verdict {
  const { replicas, extra } = splitServers(servers, masters);
  if (!(servers >= masters)) return vscode.l10n.t('Give {0} or more: that many are masters.', masters);
  const problem = validateClusterCount('replicas', replicas) ?? validateClusterCount('extra', extra);
  if (problem) return problemInWords(t, problem);
  return {
    info: vscode.l10n.t(
      '{0} masters, {1} replicas each, {2} extra. {3}',
      masters,
      replicas,
      extra,
      survivalInWords(t, masters, replicas, extra),
    ),
  };
}

function survivalInWords(t: Surroundings['t'], masters: number, replicas: number, extra: number): string {
  const nodes = Array.from({ length: clusterSize({ masters, replicas, extra }) }, (_, index) => ({
    name: `redis-${index + 1}`,
    host: 'here',
  }));
  const [note] = planCluster(nodes, replicas, masters).notes;
  return note ? clusterNoteInWords(t, note) : '';
}

const askPort = ({ t, freePorts }: Surroundings): Step<ClusterAnswers> =>
  askFirstPort(async (first, state) => {
    const nodes = clusterSize(clusterRequestOf(state));
    const problem = validateClusterPort(first, nodes);
    if (problem) return problemInWords(t, problem);
    return { info: vscode.l10n.t('Servers: {0}', (await freePorts(first, nodes)).join(', ')) };
  });
