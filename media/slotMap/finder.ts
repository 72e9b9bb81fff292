import { hashTag, keySlot } from '../../src/model/slots';
import { element } from './dom';
import { word } from './words';

export interface Found {
  readonly key: string;
  readonly slot: number;
}

/** Several keys stand on lines or between blanks; one that holds a blank itself stands in quotes. */
export function readKeys(text: string): Found[] {
  const keys = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
  return keys.map(key => ({ key, slot: keySlot(key) }));
}

/** Under the field: each key with the part that counts brought out, its slot and home; and whether they may be used together. */
export function drawFound(
  list: HTMLElement,
  verdict: HTMLElement,
  found: readonly Found[],
  ownerOf: (slot: number) => { readonly name: string; readonly replicas: readonly string[] } | undefined,
  go: (slot: number) => void,
): void {
  list.replaceChildren(
    ...found.map(({ key, slot }) => {
      const owner = ownerOf(slot);
      const jump = element('button', { type: 'button', class: 'link', 'data-slot': String(slot) }, word('slotN', slot));
      jump.addEventListener('click', () => go(slot));
      return element(
        'li',
        {},
        keyText(key),
        ' → ',
        jump,
        owner
          ? ` · ${owner.name}${owner.replicas.length > 0 ? ` (${owner.replicas.join(', ')})` : ''}`
          : ` · ${word('nobody')}`,
      );
    }),
  );
  const slots = new Set(found.map(one => one.slot));
  verdict.textContent =
    found.length < 2 ? '' : slots.size === 1 ? word('oneSlot', found.length) : word('crossSlot', slots.size);
  verdict.className = slots.size > 1 ? 'warn' : 'good';
}

function keyText(key: string): HTMLElement {
  const tag = hashTag(key);
  const shown = element('code', {});
  if (!tag) shown.append(key);
  else
    shown.append(
      key.slice(0, tag.start),
      element('mark', { title: word('tagCounts') }, key.slice(tag.start, tag.end)),
      key.slice(tag.end),
    );
  return shown;
}
