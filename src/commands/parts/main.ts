/** What a Sentinel topology is made, stopped, healed and removed with: loaded when the first of these is run, so that the tree waits for none of it. */
export { copyAddress } from '../copyAddress';
export { createSentinelCommand } from '../createSentinel/command';
export { failover } from '../failover';
export { finishOrRemove } from '../finishCreation';
export { kill, pause, restart, start, stop, unpause } from '../lifecycle';
export { openConsole } from '../openConsole';
export { remove } from '../remove';
export { showLogs } from '../showLogs';
