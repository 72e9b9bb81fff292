import type { commands } from '../manifest';

/** Commands that only look, or only change what this editor shows: they work in a workspace that is not trusted, too. All others have `isWorkspaceTrusted` in package.json. */
export const looks: ReadonlySet<keyof typeof commands> = new Set<keyof typeof commands>([
  'addExisting',
  'removeFromView',
  'lookOnly',
  'forgetPassword',
  'showLogs',
  'copyAddress',
  'copyConnectionCode',
  'explainReach',
  'switchContext',
  'refresh',
  'showTimeline',
  'watch',
  'showDrills',
  'showProblems',
  'checkCluster',
  'showSlotMap',
]);
