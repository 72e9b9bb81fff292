import type { HeatKind, HostMessage } from '../../src/webviews/slotMapProtocol';
import { figureText } from './details';
import { byId, element } from './dom';
import { heatOf, SLOTS } from './field';
import type { Palette } from './palette';
import { css } from './palette';
import { word } from './words';

/** The heat layer: what is chosen, and the figures that have come so far. */
export class Heat {
  readonly #onChoose: (kind: HeatKind | undefined) => void;
  #kind: HeatKind | undefined;
  #figures: Float64Array | undefined;

  constructor(onChoose: (kind: HeatKind | undefined) => void) {
    this.#onChoose = onChoose;
    const choice = byId<HTMLSelectElement>('heat');
    choice.addEventListener('change', () => {
      this.#kind = choice.value === '' ? undefined : (choice.value as HeatKind); // the options are made of kinds below
      this.#figures = this.#kind && new Float64Array(SLOTS);
      this.#onChoose(this.#kind);
    });
    this.offer(['keys'], false);
  }

  get figures(): Float64Array | undefined {
    return this.#figures;
  }

  /** What the servers can tell. */
  offer(kinds: readonly HeatKind[], more: boolean): void {
    const choice = byId<HTMLSelectElement>('heat');
    choice.replaceChildren(
      element('option', { value: '' }, word('heat.off')),
      ...kinds.map(kind => element('option', { value: kind }, word(`heat.${kind}`))),
      ...(more ? [element('option', { value: '-', disabled: '' }, word('heatMore'))] : []),
    );
    choice.value = this.#kind ?? '';
  }

  /** Whether they are of what is chosen. */
  take({ kind, first, figures }: HostMessage & { readonly type: 'heat' }): boolean {
    if (kind !== this.#kind || !this.#figures) return false;
    this.#figures.set(figures.slice(0, SLOTS - first), first);
    return true;
  }

  at(slot: number): { readonly kind: HeatKind; readonly figure: number } | undefined {
    return this.#kind && this.#figures ? { kind: this.#kind, figure: this.#figures[slot] as number } : undefined;
  }

  /** The scale: from nothing to the most. */
  draw(palette: Palette): void {
    const scale = byId('heatScale');
    scale.hidden = this.#kind === undefined;
    if (this.#kind === undefined || !this.#figures) return;
    const most = this.#figures.reduce((a, b) => Math.max(a, b), 0);
    byId('heatMost').textContent = figureText(this.#kind, most);
    const bar = byId<HTMLCanvasElement>('heatBar');
    const context = bar.getContext('2d');
    for (let x = 0; context && x < bar.width; x++) {
      context.fillStyle = css(heatOf(palette, 0, x / (bar.width - 1)));
      context.fillRect(x, 0, 1, bar.height);
    }
  }
}
