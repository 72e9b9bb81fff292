import type { commands } from '../manifest';
import { addNode, addReplica } from './clusterNodes/add';
import { assignUncovered, checkCluster, fixCluster, fixOpenSlots } from './clusterNodes/fix';
import { removeNode } from './clusterNodes/remove';
import { copyAddress } from './copyAddress';
import { createClusterCommand } from './createCluster/command';
import { createReplicationCommand } from './createReplication/command';
import { createSentinelCommand } from './createSentinel/command';
import { failover } from './failover';
import { finishOrRemove } from './finishCreation';
import type { Command } from './kit';
import { kill, pause, restart, start, stop, unpause } from './lifecycle';
import { moveSlots } from './moveSlots';
import { openConsole } from './openConsole';
import { enterPassword, forgetPassword } from './password';
import { refresh } from './refresh';
import { remove } from './remove';
import { makeReplicaOfCommand, promote } from './replicaOf';
import { showLogs } from './showLogs';
import { showSlotMap } from './showSlotMap';
import { showTimeline } from './showTimeline';

/** Every command by its key in the manifest: one that is missing here does not compile. */
export const commandTable: { readonly [Key in keyof typeof commands]: Command } = {
  createSentinel: createSentinelCommand,
  createCluster: createClusterCommand,
  createReplication: createReplicationCommand,
  finishCreation: finishOrRemove,
  remove,
  stop,
  start,
  restart,
  kill,
  pause,
  unpause,
  failover,
  makeReplicaOf: makeReplicaOfCommand,
  promote,
  showLogs,
  openConsole,
  copyAddress,
  enterPassword,
  forgetPassword,
  copyConnectionCode: async (kit, target) => (await import('./connectionCode')).copyConnectionCode(kit, target),
  exportCompose: async (kit, target) => (await import('./exportCompose')).exportCompose(kit, target),
  refresh,
  showTimeline,
  showSlotMap,
  moveSlots,
  addNode,
  addReplica,
  removeNode,
  checkCluster,
  fixCluster,
  fixOpenSlots,
  assignUncovered,
};
