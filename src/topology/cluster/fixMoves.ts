import { rangesOf, eachSlot } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { FixPlan, FixStep } from './fixPlan';

/** Slots of a fix that change hands or whose keys do, all between the same two masters. Without `from`: nobody has them. */
export interface FixMove {
  readonly from?: string;
  readonly to: string;
  readonly ranges: readonly SlotRange[];
  /** Keys that go; of slots that are assigned, those that the new owner has already. */
  readonly keys: number;
}

/** What of a plan can be drawn on a map of slots. */
export function fixMovesOf({ steps }: Pick<FixPlan, 'steps'>): readonly FixMove[] {
  const found = new Map<string, { from?: string; to: string; slots: number[]; keys: number }>();
  for (const step of steps) {
    const slots = slotsOf(step);
    if (slots.length === 0 || !('to' in step)) continue;
    const from = step.code === 'fix-assign' ? undefined : step.from.id;
    const key = `${from ?? ''} ${step.to.id}`;
    const known = found.get(key) ?? { ...(from === undefined ? {} : { from }), to: step.to.id, slots: [], keys: 0 };
    known.slots.push(...slots);
    if ('keys' in step) known.keys += step.keys;
    found.set(key, known);
  }
  return [...found.values()].map(({ slots, ...move }) => ({
    ...move,
    ranges: rangesOf([...new Set(slots)].sort((a, b) => a - b)),
  }));
}

/** The slots that a step is about. */
export function slotsOf(step: FixStep): readonly number[] {
  switch (step.code) {
    case 'fix-finish-move':
    case 'fix-bring-home':
    case 'fix-close':
      return [step.slot];
    case 'fix-assign':
    case 'fix-promote':
      return [...eachSlot(step.ranges)];
    default:
      return [];
  }
}
