import type { MapPlan } from '../../src/webviews/slotMapProtocol';
import { byId, element, swatch } from './dom';
import { paintSwatch } from './legend';
import type { Palette } from './palette';
import { count, word } from './words';

export interface PlanProgress {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

/** The plan as a list, with what it means, and its buttons; while it runs, how far it is. */
export class PlanCard {
  readonly #onAct: (id: number, act: string) => void;
  #shown: MapPlan | undefined;
  #palette: Palette | undefined;

  constructor(onAct: (id: number, act: string) => void) {
    this.#onAct = onAct;
  }

  show(plan: MapPlan | undefined, progress: PlanProgress | undefined, palette: Palette): void {
    byId('planPart').hidden = plan === undefined;
    if (plan && (plan !== this.#shown || palette !== this.#palette)) this.#draw(plan, palette);
    [this.#shown, this.#palette] = [plan, palette];
    const bar = byId<HTMLProgressElement>('planBar');
    bar.hidden = byId('planSays').hidden = plan?.running !== true;
    bar.max = progress?.total ?? 1;
    bar.value = progress?.done ?? 0;
    byId('planSays').textContent = progress?.text ?? '';
  }

  #draw(plan: MapPlan, palette: Palette): void {
    byId('planTitle').textContent = plan.title;
    byId('planDetail').replaceChildren(...plan.detail.map(text => element('p', {}, text)));
    byId('planMoves').replaceChildren(
      ...plan.moves.map(move =>
        element(
          'tr',
          {},
          element(
            'th',
            { scope: 'row' },
            ...this.#end(move.from, move.fromName, palette),
            ' → ',
            ...this.#end(move.to, move.toName, palette),
          ),
          element('td', { class: 'number' }, count(move.slots)),
          element('td', { class: 'ranges' }, rangesText(move.ranges)),
          element('td', { class: 'number' }, move.keys === undefined ? '–' : count(move.keys)),
        ),
      ),
    );
    const wasNew = this.#shown?.id !== plan.id || this.#shown.running !== plan.running;
    byId('planActs').replaceChildren(
      ...plan.acts.map(({ id, label }, index) => {
        const button = element(
          'button',
          { type: 'button', class: index === 0 ? 'act' : 'act second', 'data-act': id },
          label,
        );
        button.addEventListener('click', () => this.#onAct(plan.id, id));
        return button;
      }),
    );
    if (wasNew) byId('planActs').querySelector<HTMLElement>('button')?.focus();
  }

  #end(owner: number, name: string, palette: Palette): (Node | string)[] {
    return [
      ...(owner === 0 ? [] : [swatch((context, side) => paintSwatch(context, side, owner - 1, palette))]),
      ` ${name === '' ? word('nobody') : name}`,
    ];
  }
}

function rangesText(ranges: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i + 1 < ranges.length && parts.length < 3; i += 2)
    parts.push(ranges[i] === ranges[i + 1] ? String(ranges[i]) : `${ranges[i]}–${ranges[i + 1]}`);
  const more = ranges.length / 2 - parts.length;
  return more > 0 ? `${parts.join(', ')} ${word('more', count(more))}` : parts.join(', ');
}
