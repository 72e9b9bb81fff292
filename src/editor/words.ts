import type { DeadlineFault } from '../base/abort';
import type { Fault } from '../base/errors';
import { HumanError, textOf } from '../base/errors';
import type { EngineFault } from '../engine/engine';
import type { RedisFault } from '../redis/client';
import type { MendFault } from '../topology/diagnose/fixes/run';
import type { DrillFaultCode } from '../topology/drill/drill';
import type { NetworkFault } from '../topology/network';
import type { NodeGoneFault } from '../topology/inventoryPort';
import type { Translate } from './translate';
import type { ClusterFault } from './words/cluster';
import { clusterFaults } from './words/cluster';
import type { FixFault } from '../topology/cluster/fix';
import { clusterFixFaults } from './words/clusterFix';
import type { ComposeFault } from './words/exports';
import { composeFaults } from './words/exports';
import type { ClusterShapeFault } from './words/clusterNodes';
import { clusterShapeFaults } from './words/clusterNodes';
import { engineFaults } from './words/engineFaults';
import { drillFaults } from './words/drillFaults';
import { mendFaults } from './words/mendFaults';
import type { ReadOnlyFault } from '../topology/existing/readOnly';
import { existingFaults } from './words/readOnly';
import { networkFaults } from './words/networkFaults';
import type { ReplicationFault } from './words/replication';
import type { RecreateFault } from '../topology/recreate';
import { recreateFaults } from './words/recreate';
import { replicationFaults } from './words/replication';
import type { RepairFault } from '../topology/repair/repair';
import { repairFaults } from './words/repair';
import { redisFaults } from './words/silence';
import type { Words } from './words/table';
import type { VerbFault } from './words/verbFaults';
import { inWords } from './words/table';
import { verbFaults } from './words/verbFaults';

/** Every fault that the core can throw. A new union is added here, and the compiler asks for its words. */
export type KnownFault =
  | EngineFault
  | RedisFault
  | DeadlineFault
  | NodeGoneFault
  | VerbFault
  | ClusterFault
  | ClusterShapeFault
  | FixFault
  | RepairFault
  | ReplicationFault
  | ComposeFault
  | MendFault
  | RecreateFault
  | ReadOnlyFault
  | NetworkFault
  | DrillFaultCode;

const faults: Words<KnownFault> = {
  ...engineFaults,
  ...redisFaults,
  ...verbFaults,
  ...clusterFaults,
  ...clusterShapeFaults,
  ...clusterFixFaults,
  ...repairFaults,
  ...replicationFaults,
  ...composeFaults,
  ...mendFaults,
  ...recreateFaults,
  ...existingFaults,
  ...networkFaults,
  ...drillFaults,
  deadline: (t, f) =>
    t(
      '“{0}” took longer than {1} s and was given up. The log has the details; try again.',
      f.what,
      Math.round(f.ms / 100) / 10,
    ),
  'node-gone': (t, f) => t('The node {0} is no longer there. Refresh the view.', f.node),
};

/** What `error` means and what to do next, in one or two sentences. Whatever has no code of ours is told as it is. */
export function errorInWords(t: Translate, error: unknown): string {
  if (error instanceof HumanError) return faultInWords(t, error.fault);
  return t('Something unexpected happened: {0}. The log has the details.', textOf(error));
}

/** Like {@link errorInWords}, for faults that come as values (the status of an engine). */
export function faultInWords(t: Translate, fault: Fault): string {
  if (isKnown(fault)) return inWords(faults, t, fault);
  return t('Something unexpected happened: {0}. The log has the details.', fault.code);
}

function isKnown(fault: Fault): fault is KnownFault {
  return Object.hasOwn(faults, fault.code);
}
