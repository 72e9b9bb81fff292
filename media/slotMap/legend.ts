import type { MapNode, MapShard } from '../../src/webviews/slotMapProtocol';
import { element, swatch } from './dom';
import type { Palette } from './palette';
import { css, mix, textured } from './palette';
import { bytes, count, word } from './words';

export interface LegendActions {
  /** The shard is brought out; undefined = none. */
  light(colour: number | undefined): void;
  reveal(node: string): void;
}

/** Says in words everything that the picture says; each row is a button. */
export function drawLegend(body: HTMLElement, shards: readonly MapShard[], lit: number | undefined, palette: Palette, actions: LegendActions): void {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['shard'] : undefined;
  body.replaceChildren(...shards.map(shard => {
    const pressed = lit === shard.colour;
    const choose = element('button', { type: 'button', class: 'shard', 'aria-pressed': String(pressed), 'data-shard': String(shard.colour), title: word('lightUp') },
      swatch((context, side) => paintSwatch(context, side, shard.colour, palette)), nodeText(shard.master));
    choose.addEventListener('click', () => {
      actions.light(pressed ? undefined : shard.colour);
      if (!pressed && shard.master.node !== undefined) actions.reveal(shard.master.node);
    });
    const row = element('tr', pressed ? { class: 'lit' } : {},
      element('th', { scope: 'row' }, choose),
      element('td', {}, ...shard.replicas.flatMap((replica, index) => [...(index > 0 ? [', '] : []), nodeText(replica)]), ...(shard.replicas.length === 0 ? [element('span', { class: 'warn' }, word('noReplica'))] : [])),
      element('td', { class: 'number', title: shard.ranges }, count(shard.slots)),
      element('td', { class: 'ranges' }, shortened(shard.ranges)),
      element('td', { class: 'number' }, shard.keys === undefined ? '–' : count(shard.keys)),
      element('td', { class: 'number' }, shard.bytes === undefined ? '–' : bytes(shard.bytes)));
    return row;
  }));
  if (focused !== undefined) body.querySelector<HTMLElement>(`button[data-shard="${focused}"]`)?.focus();
}

export function paintSwatch(context: CanvasRenderingContext2D, side: number, colour: number, palette: Palette): void {
  const hue = palette.shard(colour);
  const second = css(mix(hue, palette.background, palette.highContrast ? 0.42 : 0.3));
  for (let y = 0; y < side / 2; y++) {
    for (let x = 0; x < side / 2; x++) {
      context.fillStyle = textured(colour, x, y) ? second : css(hue);
      context.fillRect(x * 2, y * 2, 2, 2);
    }
  }
}

function nodeText(node: MapNode): HTMLElement {
  return element('span', {}, node.name, ...(node.state === 'ok' ? [] : [' ', element('span', { class: node.state === 'failed' ? 'bad' : 'warn' }, word(`state.${node.state}`))]));
}

function shortened(ranges: string): string {
  const parts = ranges.split(', ');
  return parts.length <= 3 ? ranges : `${parts.slice(0, 2).join(', ')} … ${word('more', count(parts.length - 2))}`;
}
