import * as vscode from 'vscode';
import { createSentinel, prepareSentinel } from '../../topology/createSentinel';
import type { SentinelPlan } from '../../topology/sentinelPlan';
import { SENTINEL_DEFAULTS } from '../../topology/sentinelRequest';
import { freeName } from '../create/freeName';
import { createByWizard } from '../create/wizard';
import type { Command } from '../kit';
import type { Answers } from './answers';
import { requestOf } from './answers';
import { previewOf } from './preview';
import { wizardSteps } from './steps';

export const createSentinelCommand: Command = kit =>
  createByWizard<Answers, SentinelPlan>(kit, {
    title: vscode.l10n.t('Create Sentinel Topology'),
    previewTitle: vscode.l10n.t('Sentinel topology (preview)'),
    questions: wizardSteps,
    first: ({ taken }, common) => {
      const { replicas, sentinels, firstPort } = SENTINEL_DEFAULTS;
      return { ...common, name: freeName('mymaster', taken), replicas, sentinels, firstPort };
    },
    prepare: answers => prepareSentinel(kit.deps, requestOf(answers), AbortSignal.timeout(10_000)),
    preview: (plan, answers, swarm) => previewOf(kit.t, plan, requestOf(answers), answers.fetch, swarm),
    create: (plan, password, signal, onProgress) =>
      createSentinel(kit.deps, { plan, ...(password === undefined ? {} : { password }) }, signal, onProgress),
  });
