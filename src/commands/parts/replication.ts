/** Replication without Sentinels: loaded when the first of these is run. */
export { createReplicationCommand } from '../createReplication/command';
export { handOver } from '../handOver';
export { makeReplicaOfCommand, promote } from '../replicaOf';
