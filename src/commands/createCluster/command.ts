import * as vscode from 'vscode';
import { createCluster, prepareCluster } from '../../topology/cluster/createCluster';
import type { ClusterCreationPlan } from '../../topology/cluster/request';
import { CLUSTER_DEFAULTS } from '../../topology/cluster/request';
import { freeName } from '../create/freeName';
import { createByWizard } from '../create/wizard';
import type { Command } from '../kit';
import type { ClusterAnswers } from './answers';
import { clusterRequestOf } from './answers';
import { clusterPreviewOf } from './preview';
import { clusterSteps } from './steps';

export const createClusterCommand: Command = kit =>
  createByWizard<ClusterAnswers, ClusterCreationPlan>(kit, {
    title: vscode.l10n.t('Create Cluster Topology'),
    previewTitle: vscode.l10n.t('Cluster topology (preview)'),
    questions: clusterSteps,
    first: ({ taken }, common) => {
      const { masters, replicas, extra, firstPort } = CLUSTER_DEFAULTS;
      return { ...common, name: freeName('mycluster', taken), masters, replicas, extra, firstPort };
    },
    prepare: answers => prepareCluster(kit.deps, clusterRequestOf(answers), AbortSignal.timeout(10_000)),
    preview: (plan, answers, swarm) => clusterPreviewOf(kit.t, plan, answers.fetch, swarm),
    create: (plan, password, signal, onProgress) =>
      createCluster(kit.deps, { plan, ...(password === undefined ? {} : { password }) }, signal, onProgress),
  });
