import type { Snapshot } from '../model/snapshot';

/** The word by which the welcome views are chosen: `answering` when any engine does, else why not, else `connecting`. */
export function engineWord({ engines }: Snapshot): string {
  if (engines.some(({ state }) => state === 'answering')) return 'answering';
  if (engines.some(({ state }) => state === 'connecting')) return 'connecting';
  const down = engines.find(engine => engine.state === 'unavailable');
  return down?.state === 'unavailable' ? down.fault.code : 'connecting';
}
