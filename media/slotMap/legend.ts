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

interface Row {
  readonly row: HTMLTableRowElement;
  /** What it shows, to compare by: a shard that did not change is the same object, or reads the same. */
  readonly shard: MapShard | undefined;
  readonly pressed: boolean;
}

/** Of a frame, so that a cluster of a thousand nodes gets its table without holding the map up. */
const SLICE_MS = 4;
/** So many stand in the same frame as the map; of more, all come after it. */
const AT_ONCE = 24;

/** The table that says in words everything the picture says. A row is made anew only when its shard changed, and only so many in one frame. */
export class Legend {
  readonly #body: HTMLElement;
  readonly #actions: LegendActions;
  readonly #rows = new Map<number, Row>();
  #shards: readonly MapShard[] = [];
  #lit: number | undefined;
  #palette: Palette | undefined;
  #frame = 0;

  constructor(body: HTMLElement, actions: LegendActions) {
    this.#body = body;
    this.#actions = actions;
  }

  /** Few rows stand at once, the rest follow in the frames after. */
  show(shards: readonly MapShard[], lit: number | undefined, palette: Palette): void {
    if (palette !== this.#palette)
      for (const [colour, { row }] of this.#rows) this.#rows.set(colour, { row, shard: undefined, pressed: false });
    [this.#shards, this.#lit, this.#palette] = [shards, lit, palette];
    cancelAnimationFrame(this.#frame);
    if (shards.length <= AT_ONCE) this.#go();
    else this.#frame = requestAnimationFrame(() => this.#go());
  }

  #go(): void {
    const palette = this.#palette;
    if (!palette) return;
    const began = performance.now();
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['shard'] : undefined;
    const wanted = new Set(this.#shards.map(({ colour }) => colour));
    for (const [colour, { row }] of this.#rows) {
      if (wanted.has(colour)) continue;
      row.remove();
      this.#rows.delete(colour);
    }
    let before: HTMLTableRowElement | undefined;
    for (const shard of this.#shards) {
      const pressed = shard.colour === this.#lit;
      const known = this.#rows.get(shard.colour);
      if (
        known === undefined ||
        known.pressed !== pressed ||
        (known.shard !== shard && JSON.stringify(known.shard) !== JSON.stringify(shard))
      ) {
        if (performance.now() - began > SLICE_MS) {
          this.#frame = requestAnimationFrame(() => this.#go());
          break;
        }
        const row = this.#rowOf(shard, pressed, palette);
        if (known) known.row.replaceWith(row);
        else if (before) before.after(row);
        else this.#body.prepend(row);
        this.#rows.set(shard.colour, { row, shard, pressed });
        before = row;
      } else {
        before = known.row;
      }
    }
    if (focused !== undefined && document.activeElement === document.body)
      this.#body.querySelector<HTMLElement>(`button[data-shard="${focused}"]`)?.focus();
  }

  #rowOf(shard: MapShard, pressed: boolean, palette: Palette): HTMLTableRowElement {
    const choose = element(
      'button',
      {
        type: 'button',
        class: 'shard',
        'aria-pressed': String(pressed),
        'data-shard': String(shard.colour),
        title: word('lightUp'),
      },
      swatch((context, side) => paintSwatch(context, side, shard.colour, palette)),
      nodeText(shard.master),
    );
    choose.addEventListener('click', () => {
      this.#actions.light(pressed ? undefined : shard.colour);
      if (!pressed && shard.master.node !== undefined) this.#actions.reveal(shard.master.node);
    });
    return element(
      'tr',
      pressed ? { class: 'lit' } : {},
      element('th', { scope: 'row' }, choose),
      element(
        'td',
        {},
        ...shard.replicas.flatMap((replica, index) => [...(index > 0 ? [', '] : []), nodeText(replica)]),
        ...(shard.replicas.length === 0 ? [element('span', { class: 'warn' }, word('noReplica'))] : []),
      ),
      element('td', { class: 'number', title: shard.ranges.slice(0, 400) }, count(shard.slots)),
      element('td', { class: 'ranges' }, shortened(shard.ranges)),
      element('td', { class: 'number' }, shard.keys === undefined ? '–' : count(shard.keys)),
      element('td', { class: 'number' }, shard.bytes === undefined ? '–' : bytes(shard.bytes)),
    );
  }
}

export function paintSwatch(context: CanvasRenderingContext2D, side: number, colour: number, palette: Palette): void {
  const hue = palette.shard(colour);
  const second = css(mix(hue, palette.background, palette.highContrast ? 0.42 : 0.3));
  context.fillStyle = css(hue);
  context.fillRect(0, 0, side, side);
  context.fillStyle = second;
  for (let y = 0; y < side / 2; y++)
    for (let x = 0; x < side / 2; x++) if (textured(colour, x, y)) context.fillRect(x * 2, y * 2, 2, 2);
}

function nodeText(node: MapNode): HTMLElement {
  return element(
    'span',
    {},
    node.name,
    ...(node.state === 'ok'
      ? []
      : [' ', element('span', { class: node.state === 'failed' ? 'bad' : 'warn' }, word(`state.${node.state}`))]),
  );
}

function shortened(text: string): string {
  const ranges = text.replaceAll('-', '–');
  const parts = ranges.split(', ', 1000);
  return parts.length <= 3 ? ranges : `${parts.slice(0, 2).join(', ')} … ${word('more', count(parts.length - 2))}`;
}
