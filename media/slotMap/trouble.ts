import type { Head } from '../../src/webviews/slotMapProtocol';
import { SLOTS } from './field';
import { element } from './dom';
import { count, word } from './words';

export interface KeysLeft {
  readonly keys?: number;
  readonly there?: number;
}

/** Open slots whose keys are counted while the list is seen. */
export const COUNTED = 8;
const MOST = 12;

/** Whatever is not as it should be, as a list in which each entry leads to its slot: slots of nobody, slots on which nodes differ, slots that stand open. */
export function drawTrouble(
  list: HTMLElement,
  { disputes, open }: Pick<Head, 'disputes' | 'open'>,
  owners: Uint16Array,
  keys: ReadonlyMap<number, KeysLeft>,
  go: (slot: number) => void,
): number {
  const entry = (kind: string, slot: number, title: string, text: string): HTMLElement => {
    const jump = element('button', { type: 'button', class: 'link' }, title);
    jump.addEventListener('click', () => go(slot));
    return element('li', { class: kind }, jump, element('span', { class: 'says' }, text));
  };
  const nobody = nobodysRuns(owners);
  const entries = [
    ...nobody.map(([first, last]) =>
      entry(
        'nobodys',
        first,
        rangeText(first, last),
        first === last ? word('nobodys.one') : word('nobodys', count(last - first + 1)),
      ),
    ),
    ...disputes.flatMap(({ ranges, claims }) => [
      entry(
        'disputed',
        ranges[0] ?? 0,
        rangesText(ranges),
        claims
          .map(claim =>
            word('claim', claim.by.join(', '), claim.owner === 0 && claim.name === '' ? word('nobody') : claim.name),
          )
          .join(' · '),
      ),
    ]),
    ...open.map(({ slot, from, to }) =>
      entry(
        'open',
        slot,
        word('slotN', slot),
        [word('way', from ?? '?', to ?? '?'), leftText(keys.get(slot))].filter(Boolean).join(' · '),
      ),
    ),
  ];
  list.replaceChildren(
    ...entries.slice(0, MOST),
    ...(entries.length > MOST ? [element('li', { class: 'quiet' }, word('more', count(entries.length - MOST)))] : []),
  );
  return entries.length;
}

export function leftText(told: KeysLeft | undefined): string {
  return told?.keys === undefined
    ? ''
    : told.there === undefined
      ? word('keysLeft', count(told.keys))
      : word('keysLeftThere', count(told.keys), count(told.there));
}

function nobodysRuns(owners: Uint16Array): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  if (owners.every(owner => owner === 0)) return runs; // there is no cluster (yet): nothing is missing
  for (let slot = 0; slot < SLOTS; slot++) {
    if (owners[slot] !== 0) continue;
    let last = slot;
    while (last + 1 < SLOTS && owners[last + 1] === 0) last++;
    runs.push([slot, last]);
    slot = last;
  }
  return runs;
}

function rangeText(first: number, last: number): string {
  return first === last ? word('slotN', first) : word('slotsN', first, last);
}

function rangesText(ranges: readonly number[]): string {
  const text = rangeText(ranges[0] ?? 0, ranges[1] ?? 0);
  return ranges.length <= 2 ? text : `${text} ${word('more', count(ranges.length / 2 - 1))}`;
}
