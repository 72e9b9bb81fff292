import * as vscode from 'vscode';
import type { Step, Verdict } from '../../editor/wizard';
import { askText, choose } from '../../editor/wizard';
import { clusterNoteInWords } from '../../editor/words/cluster';
import { problemInWords } from '../../editor/words/request';
import { formatRanges } from '../../model/slots';
import { planCluster, splitSlots } from '../../topology/cluster/plan';
import { clusterSize, validateClusterPort } from '../../topology/cluster/request';
import type { Surroundings } from '../create/questions';
import { askImage, askName, askPassword, askStorage, withAnswer } from '../create/questions';
import type { ClusterAnswers } from './answers';
import { clusterRequestOf } from './answers';

export function clusterSteps(around: Surroundings): readonly Step<ClusterAnswers>[] {
  return [askName(around, vscode.l10n.t('Name of the cluster')), askImage(around), askMasters, askReplicas(around), askPort(around), askPassword(around), askStorage(around)];
}

const askMasters: Step<ClusterAnswers> = async (state, frame) => withAnswer(state, await choose(frame, {
  placeholder: vscode.l10n.t('How many masters share the 16384 slots?'),
  choices: [3, 4, 5, 6, 7, 9].map(value => ({
    label: vscode.l10n.t('{0} masters', value),
    description: value <= 5 ? formatRanges(splitSlots(value), ' · ') : vscode.l10n.t('about {0} slots each', Math.round(16384 / value)),
    detail: value % 2 === 0
      ? `$(warning) ${vscode.l10n.t('An even number survives no more than {0} would', value - 1)}`
      : vscode.l10n.t('A majority remains when up to {0} are lost at the same time', (value - 1) / 2),
    value,
  })),
  active: value => value === state.masters,
}), masters => ({ masters }));

function askReplicas({ t }: Surroundings): Step<ClusterAnswers> {
  return async (state, frame) => withAnswer(state, await choose(frame, {
    placeholder: vscode.l10n.t('How many replicas stand behind each master?'),
    choices: [0, 1, 2, 3].map(value => {
      const nodes = state.masters * (value + 1);
      const [note] = planCluster(Array.from({ length: nodes }, (_, index) => ({ name: `redis-${index + 1}`, host: 'here' })), value, state.masters).notes;
      return {
        label: value === 0 ? vscode.l10n.t('No replicas') : value === 1 ? vscode.l10n.t('1 replica each') : vscode.l10n.t('{0} replicas each', value),
        description: vscode.l10n.t('{0} servers in all', nodes),
        detail: value === 0 ? `$(warning) ${vscode.l10n.t('When a master is lost, its slots are down until it is back')}` : note ? clusterNoteInWords(t, note) : '',
        value,
      };
    }),
    active: value => value === state.replicas,
  }), replicas => ({ replicas }));
}

function askPort({ t, freePorts }: Surroundings): Step<ClusterAnswers> {
  return async (state, frame) => {
    const nodes = clusterSize(clusterRequestOf(state));
    const check = async (text: string): Promise<Verdict> => {
      const first = /^\d+$/.test(text) ? Number(text) : NaN;
      const problem = validateClusterPort(first, nodes);
      if (problem) return problemInWords(t, problem);
      return { info: vscode.l10n.t('Servers: {0}', (await freePorts(first, nodes)).join(', ')) };
    };
    return withAnswer(state, await askText(frame, { prompt: vscode.l10n.t('First port; ports in use are passed over'), value: String(state.firstPort), check }), text => ({ firstPort: Number(text) }));
  };
}
