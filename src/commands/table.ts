import type { commands } from '../manifest';
import { copyAddress } from './copyAddress';
import { createSentinelCommand } from './createSentinel/command';
import { failover } from './failover';
import { finishOrRemove } from './finishCreation';
import type { Command } from './kit';
import { ofClusters, ofMore, ofProblems, ofReplication } from './later';
import { kill, pause, restart, start, stop, unpause } from './lifecycle';
import { openConsole } from './openConsole';
import { refresh } from './refresh';
import { remove } from './remove';
import { showLogs } from './showLogs';
import { showTimeline } from './showTimeline';

/**
 * Every command by its key in the manifest: one that is missing here does not compile. What making, seeing and healing a Sentinel topology
 * does not need comes from a part that is loaded later: a line in `parts/`, and `ofClusters('name')` here.
 */
export const commandTable: { readonly [Key in keyof typeof commands]: Command } = {
  createSentinel: createSentinelCommand,
  createCluster: ofClusters('createClusterCommand'),
  createReplication: ofReplication('createReplicationCommand'),
  finishCreation: finishOrRemove,
  remove,
  stop,
  start,
  restart,
  kill,
  pause,
  unpause,
  failover,
  makeReplicaOf: ofReplication('makeReplicaOfCommand'),
  promote: ofReplication('promote'),
  showLogs,
  openConsole,
  copyAddress,
  copyConnectionCode: ofMore('copyConnectionCode'),
  exportCompose: ofMore('exportCompose'),
  explainReach: ofMore('explainReach'),
  enterPassword: ofMore('enterPassword'),
  forgetPassword: ofMore('forgetPassword'),
  refresh,
  showTimeline,
  showSlotMap: ofClusters('showSlotMap'),
  moveSlots: ofClusters('moveSlots'),
  rebalanceSlots: ofClusters('rebalanceSlots'),
  drainNode: ofClusters('drainNode'),
  addNode: ofClusters('addNode'),
  addReplica: ofClusters('addReplica'),
  removeNode: ofClusters('removeNode'),
  checkCluster: ofClusters('checkCluster'),
  fixCluster: ofClusters('fixCluster'),
  fixOpenSlots: ofClusters('fixOpenSlots'),
  assignUncovered: ofClusters('assignUncovered'),
  showProblems: ofProblems('showProblems'),
  fixProblem: ofProblems('fixProblem'),
  repairAddresses: ofClusters('repairAddresses'),
  addExisting: ofMore('addExisting'),
  removeFromView: ofMore('removeFromView'),
  allowChanges: ofMore('allowChanges'),
  lookOnly: ofMore('lookOnly'),
  verify: ofProblems('verify'),
  disconnect: ofProblems('disconnect'),
  connect: ofProblems('connect'),
  drill: ofProblems('drill'),
};

/** Commands that change servers: on a topology that was added to be looked at only, the user is asked first. */
export const acts: ReadonlySet<keyof typeof commands> = new Set<keyof typeof commands>([
  'stop',
  'start',
  'restart',
  'kill',
  'pause',
  'unpause',
  'failover',
  'makeReplicaOf',
  'promote',
  'openConsole',
  'moveSlots',
  'addNode',
  'addReplica',
  'removeNode',
  'fixCluster',
  'fixOpenSlots',
  'assignUncovered',
  'fixProblem',
  'rebalanceSlots',
  'drainNode',
  'repairAddresses',
  'verify',
  'disconnect',
  'connect',
  'drill',
]);
