import type { Command } from './kit';

/** Shows what happened, in order. */
export const showTimeline: Command = kit => {
  kit.showTimeline();
  return Promise.resolve();
};
