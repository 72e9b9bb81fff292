/**
 * Every id that package.json also knows. A unit test (test/unit/manifest.test.ts) holds both together, so a command that
 * is declared but not registered, or the other way round, does not pass.
 */
export const commands = {
  createSentinel: 'redisTopology.createSentinel',
  createCluster: 'redisTopology.createCluster',
  createReplication: 'redisTopology.createReplication',
  addExisting: 'redisTopology.addExisting',
  removeFromView: 'redisTopology.removeFromView',
  adopt: 'redisTopology.adopt',
  createFromFolder: 'redisTopology.createFromFolder',
  allowChanges: 'redisTopology.allowChanges',
  lookOnly: 'redisTopology.lookOnly',
  finishCreation: 'redisTopology.finishCreation',
  remove: 'redisTopology.remove',
  stop: 'redisTopology.stop',
  start: 'redisTopology.start',
  restart: 'redisTopology.restart',
  kill: 'redisTopology.kill',
  pause: 'redisTopology.pause',
  unpause: 'redisTopology.unpause',
  failover: 'redisTopology.failover',
  makeReplicaOf: 'redisTopology.makeReplicaOf',
  promote: 'redisTopology.promote',
  showLogs: 'redisTopology.showLogs',
  openConsole: 'redisTopology.openConsole',
  copyAddress: 'redisTopology.copyAddress',
  copyConnectionCode: 'redisTopology.copyConnectionCode',
  enterPassword: 'redisTopology.enterPassword',
  forgetPassword: 'redisTopology.forgetPassword',
  exportCompose: 'redisTopology.exportCompose',
  explainReach: 'redisTopology.explainReach',
  switchContext: 'redisTopology.switchContext',
  refresh: 'redisTopology.refresh',
  showTimeline: 'redisTopology.showTimeline',
  watch: 'redisTopology.watch',
  showProblems: 'redisTopology.showProblems',
  fixProblem: 'redisTopology.fixProblem',
  verify: 'redisTopology.verify',
  disconnect: 'redisTopology.disconnect',
  connect: 'redisTopology.connect',
  drill: 'redisTopology.drill',
  showDrills: 'redisTopology.showDrills',
  showSlotMap: 'redisTopology.showSlotMap',
  moveSlots: 'redisTopology.moveSlots',
  rebalanceSlots: 'redisTopology.rebalanceSlots',
  drainNode: 'redisTopology.drainNode',
  addNode: 'redisTopology.addNode',
  addReplica: 'redisTopology.addReplica',
  removeNode: 'redisTopology.removeNode',
  checkCluster: 'redisTopology.checkCluster',
  fixCluster: 'redisTopology.fixCluster',
  fixOpenSlots: 'redisTopology.fixOpenSlots',
  assignUncovered: 'redisTopology.assignUncovered',
  repairAddresses: 'redisTopology.repairAddresses',
} as const;

/** Submenus of the rows' context menu. */
export const submenus = {
  break: 'redisTopology.break',
} as const;

/** Commands of the conf files' language, registered apart: they need no engine. */
export const confCommands = {
  check: 'redisTopology.conf.check',
  example: 'redisTopology.conf.example',
} as const;

/** Run by ourselves only, so package.json does not know it: a fix of a conf file was taken. The walkthrough waits for it. */
export const confMended = 'redisTopology.conf.mended';

/** Opens the walkthrough of package.json. */
export const walkthroughCommand = 'redisTopology.walkthrough';
/** Id of the walkthrough, behind that of the extension. */
export const walkthrough = 'start';

export const viewContainer = 'redisTopology';

export const views = {
  topologies: 'redisTopology.topologies',
} as const;

/** View types of the pages, each about one topology. VS Code keeps them over a reload of its window. */
export const pages = {
  slotMap: 'redisTopology.slotMap',
  problems: 'redisTopology.problems',
  watch: 'redisTopology.watch',
  drill: 'redisTopology.drill',
} as const;

export const settings = {
  dockerHost: 'redisTopology.docker.host',
  dockerContext: 'redisTopology.docker.context',
  tunnel: 'redisTopology.docker.tunnel',
  preferredEngine: 'redisTopology.create.engine',
  servers: 'redisTopology.process.servers',
  confirm: 'redisTopology.confirm',
} as const;

/** Settings of conf files, by resource. */
export const confSettings = {
  target: 'redisTopology.conf.target',
  followTopology: 'redisTopology.conf.followTopology',
  validate: 'redisTopology.conf.validate',
  rules: 'redisTopology.conf.rules',
  acrossFiles: 'redisTopology.conf.acrossFiles',
  inlayHints: 'redisTopology.conf.inlayHints',
  workingDirectory: 'redisTopology.conf.workingDirectory',
  buildTls: 'redisTopology.conf.build.tls',
} as const;

/** Keys for `when` clauses. */
export const contextKeys = {
  /** `connecting`, `answering`, or the code of the fault that keeps the engine from answering. */
  engine: 'redisTopology.engine',
  /** A creation was cut off and waits for "finish or remove". */
  unfinished: 'redisTopology.unfinished',
  /**
   * What topologies there are, as `sentinel.owned cluster.found`; `none` when there is none, and not set before anybody looked. The palette
   * leaves out what could be done with none of them.
   */
  shown: 'redisTopology.shown',
  /** The view is open and shows a topology. */
  seen: 'redisTopology.seen',
} as const;

export const colors = {
  master: 'redisTopology.masterForeground',
  replica: 'redisTopology.replicaForeground',
  sentinel: 'redisTopology.sentinelForeground',
} as const;
