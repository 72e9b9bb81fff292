import * as vscode from 'vscode';
import { createReplication, prepareReplication } from '../../topology/createReplication';
import type { ReplicationPlan } from '../../topology/replicationPlan';
import { SENTINEL_DEFAULTS } from '../../topology/sentinelRequest';
import { freeName } from '../create/freeName';
import { createByWizard } from '../create/wizard';
import type { Command } from '../kit';
import type { ReplicationAnswers } from './answers';
import { replicationRequestOf } from './answers';
import { replicationPreviewOf } from './preview';
import { replicationSteps } from './steps';

export const createReplicationCommand: Command = kit =>
  createByWizard<ReplicationAnswers, ReplicationPlan>(kit, {
    title: vscode.l10n.t('Create Replication Topology'),
    previewTitle: vscode.l10n.t('Replication topology (preview)'),
    questions: replicationSteps,
    first: ({ taken }, common) => ({
      ...common,
      name: freeName('mypair', taken),
      replicas: SENTINEL_DEFAULTS.replicas,
      shape: 'star',
      firstPort: SENTINEL_DEFAULTS.firstPort,
    }),
    prepare: answers => prepareReplication(kit.deps, replicationRequestOf(answers), AbortSignal.timeout(10_000)),
    preview: (plan, answers, swarm) => replicationPreviewOf(kit.t, plan, answers.fetch, swarm),
    create: (plan, password, signal, onProgress) =>
      createReplication(kit.deps, { plan, ...(password === undefined ? {} : { password }) }, signal, onProgress),
  });
