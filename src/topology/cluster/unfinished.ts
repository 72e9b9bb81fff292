/** What takes up or takes back a cut-off work on a cluster: loaded when there is one. */
export { runAddition } from './addNode';
export { runCluster } from './createCluster';
export { undoAddition } from './undoAddition';
