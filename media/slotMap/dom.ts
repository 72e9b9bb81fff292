/** An element with text and attributes. Text only ever becomes text: whatever comes from a server cannot become markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found as T;
}

/** A small piece of a shard's colour and texture, for legend and details. */
export function swatch(paint: (context: CanvasRenderingContext2D, side: number) => void): HTMLCanvasElement {
  const canvas = element('canvas', { class: 'swatch', width: '16', height: '16', 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  if (context) paint(context, 16);
  return canvas;
}
