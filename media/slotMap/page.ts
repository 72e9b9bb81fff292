import { tagOfSlot } from '../../src/model/slots';
import type { HostMessage, MapShard, MapState, PageMessage } from '../../src/webviews/slotMapProtocol';
import { byId, element } from './dom';
import { paintField, SIDE, SLOTS } from './field';
import { drawFound, readKeys } from './finder';
import { drawLegend } from './legend';
import { paintOverlay } from './overlay';
import type { Palette } from './palette';
import { readPalette } from './palette';
import { paintRibbon } from './ribbon';
import { count, word } from './words';

/** What the page remembers while it is hidden: it asks for everything else again. */
export interface Remembered {
  readonly topology?: string;
  readonly text?: string;
  readonly lit?: number;
  readonly cursor?: number;
}

const empty: MapState = { title: '', level: 'unknown', reasons: [], shards: [], owners: [], disputes: [], open: [] };
/** A slot's keys are asked for when the pointer rests on it. */
const REST_MS = 180;

/** The page: one state, drawn whole on each change; the parts are cheap enough for that. */
export class Page {
  readonly #send: (message: PageMessage) => void;
  readonly #remember: (state: Remembered) => void;
  #state = empty;
  #owners = new Uint16Array(SLOTS);
  #heat: Float64Array | undefined;
  #palette: Palette = readPalette();
  #cell = 5;
  #cursor: number | undefined;
  #pinned = false;
  #anchor: number | undefined;
  #lit: number | undefined;
  #found: readonly number[] = [];
  #keys = new Map<number, number | undefined>();
  #resting: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  constructor(send: (message: PageMessage) => void, remember: (state: Remembered) => void, remembered: Remembered) {
    this.#send = send;
    this.#remember = remember;
    this.#lit = remembered.lit;
    this.#cursor = remembered.cursor;
    this.#pinned = remembered.cursor !== undefined;
    byId<HTMLInputElement>('keys').value = remembered.text ?? '';
    this.#listen();
    this.resize();
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'state':
        this.#state = message.state;
        this.#owners.fill(0);
        this.#paintRuns(message.state.owners);
        this.#keys.clear();
        this.#readKeys(false);
        break;
      case 'owners':
        this.#paintRuns(message.runs);
        break;
      case 'keys':
        this.#keys.set(message.slot, message.keys);
        break;
      case 'select-shard':
        this.#lit = message.colour;
        break;
      case 'heat':
        if (!this.#heat) return;
        message.figures.forEach((figure, index) => { (this.#heat as Float64Array)[message.first + index] = figure; });
        break;
    }
    this.draw();
  }

  /** At most once a frame. */
  draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.paint());
  }

  /** Now: also what a measurement calls. */
  paint(): void {
    this.#frame = 0;
    const { shards, disputes, open } = this.#state;
    const failed = new Set(shards.filter(shard => shard.master.state === 'failed').map(shard => shard.colour));
    paintField(byId('field'), { owners: this.#owners, failed, disputes, lit: this.#lit, heat: this.#heat }, this.#palette);
    paintOverlay(byId('overlay'), { owners: this.#owners, shards, open, cursor: this.#cursor, found: this.#found, selection: this.#selection() }, this.#palette, this.#cell);
    paintRibbon(byId('ribbon'), this.#owners, failed, this.#cursor, this.#palette);
    drawLegend(byId('shards'), shards, this.#lit, this.#palette, {
      light: colour => { this.#lit = colour; this.#kept(); },
      reveal: node => this.#send({ type: 'reveal', node }),
    });
    this.#drawHead();
    this.#drawDetails();
  }

  themeChanged(): void {
    this.#palette = readPalette();
    this.draw();
  }

  /** As large as fits, in whole device pixels a slot, so that no slot is wider than another. */
  resize(): void {
    const room = byId('room');
    const side = Math.max(384, Math.min(room.clientWidth, Math.max(384, innerHeight - room.getBoundingClientRect().top - 24)));
    this.#cell = Math.max(3, Math.floor((side / SIDE) * devicePixelRatio)) / devicePixelRatio;
    byId('map').style.setProperty('--side', `${this.#cell * SIDE}px`);
    this.draw();
  }

  #paintRuns(runs: readonly number[]): void {
    for (let i = 0; i + 2 < runs.length; i += 3) this.#owners.fill(runs[i + 2] as number, runs[i], (runs[i + 1] as number) + 1);
  }

  #listen(): void {
    const field = byId<HTMLElement>('map');
    field.addEventListener('pointermove', event => this.#point(this.#slotAt(event), event.buttons === 1));
    field.addEventListener('pointerdown', event => {
      const slot = this.#slotAt(event);
      if (slot === undefined) return;
      field.setPointerCapture(event.pointerId);
      this.#pinned = true;
      this.#anchor = event.shiftKey ? this.#anchor ?? slot : slot;
      this.#point(slot, true);
    });
    field.addEventListener('pointerleave', () => { if (!this.#pinned) this.#point(undefined, false); });
    field.addEventListener('keydown', event => this.#key(event));
    byId('ribbon').addEventListener('pointermove', event => this.#point(Math.min(SLOTS - 1, Math.max(0, Math.floor((event.offsetX / byId('ribbon').clientWidth) * SLOTS))), false));
    byId('keys').addEventListener('input', () => this.#readKeys(true));
    byId<HTMLInputElement>('heat').addEventListener('change', event => {
      const on = (event.target as HTMLInputElement).checked;
      this.#heat = on ? new Float64Array(SLOTS) : undefined;
      this.#send({ type: 'heat', on });
      this.draw();
    });
    addEventListener('resize', () => this.resize());
  }

  #slotAt(event: PointerEvent): number | undefined {
    const box = byId('map').getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / this.#cell);
    const y = Math.floor((event.clientY - box.top) / this.#cell);
    return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? y * SIDE + x : undefined;
  }

  /** @param hold the far end of the selection goes along */
  #point(slot: number | undefined, hold: boolean): void {
    if (!hold && this.#pinned && slot !== undefined && this.#selection()) return;
    if (slot === this.#cursor) return;
    this.#cursor = slot;
    if (!hold) this.#anchor = undefined;
    this.#askKeys();
    this.draw();
  }

  #key(event: KeyboardEvent): void {
    const from = this.#cursor ?? 0;
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE, PageUp: -16 * SIDE, PageDown: 16 * SIDE, Home: -from, End: SLOTS - 1 - from };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (event.shiftKey) this.#anchor ??= from;
      else this.#anchor = undefined;
      this.#pinned = true;
      this.#cursor = Math.min(SLOTS - 1, Math.max(0, from + (this.#cursor === undefined ? 0 : step)));
    } else if (event.key === 'Escape') {
      this.#anchor = undefined;
      this.#pinned = false;
      this.#lit = undefined;
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const [first, last] = this.#runOf(from);
      this.#anchor = first;
      this.#cursor = last;
    } else {
      return;
    }
    this.#askKeys();
    this.#kept();
  }

  /** The run of slots with the same owner around `slot`. */
  #runOf(slot: number): readonly [number, number] {
    let [first, last] = [slot, slot];
    while (first > 0 && this.#owners[first - 1] === this.#owners[slot]) first--;
    while (last < SLOTS - 1 && this.#owners[last + 1] === this.#owners[slot]) last++;
    return [first, last];
  }

  #selection(): readonly [number, number] | undefined {
    if (this.#anchor === undefined || this.#cursor === undefined || this.#anchor === this.#cursor) return undefined;
    return this.#anchor < this.#cursor ? [this.#anchor, this.#cursor] : [this.#cursor, this.#anchor];
  }

  #shardOf(slot: number): MapShard | undefined {
    const owner = this.#owners[slot] as number;
    return owner === 0 ? undefined : this.#state.shards.find(shard => shard.colour === owner - 1);
  }

  #askKeys(): void {
    clearTimeout(this.#resting);
    const slot = this.#cursor;
    if (slot === undefined || this.#keys.has(slot)) return;
    this.#resting = setTimeout(() => this.#send({ type: 'ask-keys', slot }), REST_MS);
  }

  #readKeys(go: boolean): void {
    const found = readKeys(byId<HTMLInputElement>('keys').value).slice(0, 20);
    this.#found = found.map(one => one.slot);
    drawFound(byId('found'), byId('verdict'), found, slot => {
      const shard = this.#shardOf(slot);
      return shard && { name: shard.master.name, replicas: shard.replicas.map(replica => replica.name) };
    }, slot => this.#fly(slot));
    const [first] = found;
    if (go && first) this.#fly(first.slot);
    else this.#kept();
  }

  #fly(slot: number): void {
    this.#cursor = slot;
    this.#anchor = undefined;
    this.#pinned = true;
    this.#askKeys();
    const finger = byId('finger');
    finger.style.left = `${((slot % SIDE) + 0.5) * this.#cell}px`;
    finger.style.top = `${(Math.floor(slot / SIDE) + 0.5) * this.#cell}px`;
    // Restarted by taking the class away and reading a measure; the style sheet leaves it still where motion is not wanted.
    finger.classList.remove('flying');
    void finger.offsetWidth;
    finger.classList.add('flying');
    this.#kept();
  }

  #kept(): void {
    this.#remember({
      text: byId<HTMLInputElement>('keys').value, ...(this.#lit === undefined ? {} : { lit: this.#lit }),
      ...(this.#cursor === undefined || !this.#pinned ? {} : { cursor: this.#cursor }),
    });
    this.draw();
  }

  #drawHead(): void {
    const { title, level, reasons, shards, open } = this.#state;
    byId('title').textContent = title;
    const health = byId('health');
    health.textContent = word(`level.${level}`);
    health.className = `level ${level}`;
    const covered = this.#owners.reduce((sum, owner) => sum + (owner === 0 ? 0 : 1), 0);
    byId('sum').textContent = word('sum', count(covered), count(shards.length), count(shards.reduce((sum, shard) => sum + (shard.keys ?? 0), 0)));
    byId('reasons').replaceChildren(...reasons.slice(0, 6).map(reason => element('li', {}, reason)));
    byId('open').replaceChildren(...open.slice(0, 12).map(({ slot, from, to }) => element('li', {}, word('openSlot', slot, from ?? '?', to ?? '?'))));
    byId('openPart').hidden = open.length === 0;
  }

  #moveButton(first: number, last: number): HTMLElement {
    const button = element('button', { type: 'button', class: 'act' }, word('move'));
    button.addEventListener('click', () => this.#send({ type: 'move', first, last }));
    return button;
  }

  /** The button is a new one after each drawing; whoever stood on it stays there. */
  #drawDetails(): void {
    const onButton = document.activeElement?.classList.contains('act') === true;
    this.#drawSlot();
    if (onButton) byId('details').querySelector<HTMLElement>('.act')?.focus();
  }

  #drawSlot(): void {
    const slot = this.#cursor;
    const selection = this.#selection();
    const details = byId('details');
    if (selection) {
      const [first, last] = selection;
      const owners = new Set<string>();
      for (let one = first; one <= last; one++) owners.add(this.#shardOf(one)?.master.name ?? word('nobody'));
      details.replaceChildren(line('selected', word('range', count(last - first + 1), first, last)), line('owner', [...owners].join(', ')), this.#moveButton(first, last));
      byId('spoken').textContent = word('range', count(last - first + 1), first, last);
      return;
    }
    if (slot === undefined) {
      details.replaceChildren(element('p', { class: 'hint' }, word('hint')));
      return;
    }
    const shard = this.#shardOf(slot);
    const [first, last] = this.#runOf(slot);
    const keys = this.#keys.has(slot) ? this.#keys.get(slot) : null;
    const dispute = this.#state.disputes.find(({ ranges }) => ranges.some((at, index) => index % 2 === 0 && at <= slot && (ranges[index + 1] as number) >= slot));
    const open = this.#state.open.find(entry => entry.slot === slot);
    details.replaceChildren(
      line('slot', String(slot)),
      line('owner', shard ? shard.master.name : word('nobody')),
      ...(shard && shard.replicas.length > 0 ? [line('replicas', shard.replicas.map(replica => replica.name).join(', '))] : []),
      line('inRange', word('range', count(last - first + 1), first, last)),
      line('keys', keys === null ? '…' : keys === undefined ? '–' : count(keys)),
      ...(this.#pinned ? [line('tag', `{${tagOf(slot)}}`)] : []),
      ...(open ? [line('moving', word('openSlot', slot, open.from ?? '?', open.to ?? '?'))] : []),
      ...(this.#pinned && shard ? [this.#moveButton(slot, slot)] : []),
      ...(dispute ? dispute.claims.map(claim => line('says', word('claim', claim.by.join(', '), claim.owner === 0 ? word('nobody') : claim.name))) : []),
    );
    byId('spoken').textContent = `${word('slotN', slot)}, ${shard ? shard.master.name : word('nobody')}`;
  }
}

const tags = new Map<number, string>();

/** Found by trying, some milliseconds the first time. */
function tagOf(slot: number): string {
  const known = tags.get(slot) ?? tagOfSlot(slot);
  tags.set(slot, known);
  return known;
}

function line(key: string, value: string): HTMLElement {
  return element('div', { class: 'line', 'data-part': key }, element('dt', {}, word(key)), element('dd', {}, value));
}
