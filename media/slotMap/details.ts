import { tagOfSlot } from '../../src/model/slots';
import type { HeatKind, MapDispute, MapOpenSlot, MapShard } from '../../src/webviews/slotMapProtocol';
import { element } from './dom';
import type { KeysLeft } from './trouble';
import { leftText } from './trouble';
import { bytes, count, word } from './words';

export interface SlotSight {
  readonly slot: number;
  readonly shard: MapShard | undefined;
  /** The run of slots of the same owner. */
  readonly run: readonly [first: number, last: number];
  /** Undefined while it is asked. */
  readonly keys: KeysLeft | undefined;
  readonly heat: { readonly kind: HeatKind; readonly figure: number } | undefined;
  readonly dispute: MapDispute | undefined;
  readonly open: MapOpenSlot | undefined;
  readonly goal: string | undefined;
  readonly pinned: boolean;
}

export interface DetailActions {
  move(first: number, last: number): void;
  reveal(node: string): void;
}

/** All about one slot. */
export function drawSlot(
  details: HTMLElement,
  { slot, shard, run: [first, last], keys, heat, dispute, open, goal, pinned }: SlotSight,
  actions: DetailActions,
): void {
  const lines = [
    line('slot', String(slot)),
    line('owner', shard ? ownerButton(shard, actions) : element('span', { class: 'bad' }, word('nobody'))),
    ...(shard && shard.master.state !== 'ok'
      ? [line('state', element('span', { class: 'bad' }, word(`state.${shard.master.state}`)))]
      : []),
    ...(shard && shard.replicas.length > 0
      ? [line('replicas', shard.replicas.map(replica => replica.name).join(', '))]
      : []),
    line('inRange', word('range', count(last - first + 1), first, last)),
    line('keys', keys === undefined ? '…' : keys.keys === undefined ? '–' : count(keys.keys)),
    ...(heat && heat.kind !== 'keys' ? [line(`heat.${heat.kind}`, figureText(heat.kind, heat.figure))] : []),
    ...(open
      ? [line('moving', [word('way', open.from ?? '?', open.to ?? '?'), leftText(keys)].filter(Boolean).join(' · '))]
      : []),
    ...(goal === undefined ? [] : [line('goal', goal)]),
    ...(dispute
      ? dispute.claims.map(claim =>
          line(
            'says',
            word('claim', claim.by.join(', '), claim.owner === 0 && claim.name === '' ? word('nobody') : claim.name),
          ),
        )
      : []),
    ...(pinned ? [line('tag', element('code', {}, `{${tagOf(slot)}}`))] : []),
  ];
  details.replaceChildren(
    element('dl', {}, ...lines),
    ...(pinned && shard ? [moveButton(slot, slot, actions, 'act second move')] : []),
  );
}

export function drawSelection(
  details: HTMLElement,
  [first, last]: readonly [number, number],
  owners: readonly string[],
  actions: DetailActions,
): void {
  const some = owners.slice(0, 4).join(', ');
  details.replaceChildren(
    element(
      'dl',
      {},
      line('selected', word('range', count(last - first + 1), first, last)),
      line('owner', owners.length <= 4 ? some : `${some} ${word('more', count(owners.length - 4))}`),
    ),
    moveButton(first, last, actions, 'act move'),
  );
}

/** What the keys do on the map. */
const hints: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['←', '↑', '→', '↓'], 'hint.move'],
  [['Shift', '→'], 'hint.select'],
  [['Enter'], 'hint.range'],
  [['Esc'], 'hint.leave'],
];

export function drawHint(details: HTMLElement): void {
  if (details.querySelector('.hints')) return;
  details.replaceChildren(
    element('p', { class: 'hint' }, word('hint')),
    element(
      'dl',
      { class: 'hints' },
      ...hints.map(([keys, does]) =>
        element(
          'div',
          { class: 'line' },
          element('dt', {}, ...keys.map(key => element('kbd', {}, key))),
          element('dd', {}, word(does)),
        ),
      ),
    ),
  );
}

export function figureText(kind: HeatKind, figure: number): string {
  switch (kind) {
    case 'keys':
      return count(figure);
    case 'cpu':
      return figure < 1000 ? `${count(figure)} µs` : `${count(Math.round(figure / 1000))} ms`;
    case 'in':
    case 'out':
    case 'memory':
      return bytes(figure);
  }
}

function ownerButton(shard: MapShard, actions: DetailActions): HTMLElement {
  const { name, node } = shard.master;
  if (node === undefined) return element('span', {}, name);
  const button = element('button', { type: 'button', class: 'link', title: word('reveal') }, name);
  button.addEventListener('click', () => actions.reveal(node));
  return button;
}

function moveButton(first: number, last: number, actions: DetailActions, looks: string): HTMLElement {
  const button = element('button', { type: 'button', class: looks }, word('move'));
  button.addEventListener('click', () => actions.move(first, last));
  return button;
}

const tags = new Map<number, string>();

/** Found by trying, some milliseconds the first time. */
function tagOf(slot: number): string {
  const known = tags.get(slot) ?? tagOfSlot(slot);
  tags.set(slot, known);
  return known;
}

function line(key: string, value: string | HTMLElement): HTMLElement {
  return element('div', { class: 'line', 'data-part': key }, element('dt', {}, word(key)), element('dd', {}, value));
}
