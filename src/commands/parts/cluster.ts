/** What a cluster is made, grown, resharded and failed over with: loaded when the first of these is run. */
export { addNode, addReplica } from '../clusterNodes/add';
export { assignUncovered, checkCluster, fixCluster, fixOpenSlots } from '../clusterNodes/fix';
export { removeNode } from '../clusterNodes/remove';
export { repairAddresses } from '../clusterNodes/repair';
export { createClusterCommand } from '../createCluster/command';
export { failoverInCluster } from '../failoverCluster';
export { drainNode, moveSlots, rebalanceSlots } from '../moveSlots';
export { showSlotMap } from '../showSlotMap';
