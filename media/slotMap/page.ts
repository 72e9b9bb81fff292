import type { HostMessage, MapPlan, MapShard, MapState, PageMessage } from '../../src/webviews/slotMapProtocol';
import { drawHint, drawSelection, drawSlot } from './details';
import { byId, element } from './dom';
import { paintField, SIDE, SLOTS } from './field';
import { drawFound, readKeys } from './finder';
import type { Found } from './finder';
import { Heat } from './heat';
import { Legend } from './legend';
import { paintLines } from './lines';
import { paintOverlay } from './overlay';
import type { Palette } from './palette';
import { readPalette } from './palette';
import type { PlanProgress } from './planCard';
import { PlanCard } from './planCard';
import { paintRibbon } from './ribbon';
import type { KeysLeft } from './trouble';
import { COUNTED, drawTrouble } from './trouble';
import { count, word } from './words';

/** What the page remembers while it is hidden: it asks for everything else again. */
export interface Remembered {
  readonly topology?: string;
  readonly text?: string;
  readonly lit?: number;
  readonly cursor?: number;
}

const empty: MapState = { title: '', level: 'unknown', reasons: [], shards: [], owners: [], disputes: [], open: [] };
/** A slot's keys are asked for when the pointer rests on it; those of open slots again and again, while they are seen. */
const REST_MS = 180;
const AGAIN_MS = 1000;

/** The page: one state; what follows the cluster is drawn when the cluster changes, what follows the hand on a layer of its own. */
export class Page {
  readonly #send: (message: PageMessage) => void;
  readonly #remember: (state: Remembered) => void;
  readonly #legend: Legend;
  readonly #planCard: PlanCard;
  readonly #heat: Heat;
  #state = empty;
  #told = false;
  #byOwner = new Map<number, MapShard>();
  #owners = new Uint16Array(SLOTS);
  #plan: MapPlan | undefined;
  #goals: Uint16Array | undefined;
  #progress: PlanProgress | undefined;
  #palette: Palette = readPalette();
  #palettes = 0;
  #cell = 5;
  /** Measured once: whoever asks while a frame is made has the whole page laid out for it. */
  #ribbonSize: readonly [width: number, height: number] = [0, 0];
  #cursor: number | undefined;
  #pinned = false;
  #anchor: number | undefined;
  #lit: number | undefined;
  #found: readonly Found[] = [];
  #keys = new Map<number, KeysLeft>();
  #resting: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #changed = true;
  #wordsFrame = 0;
  #overlaid = '';

  constructor(send: (message: PageMessage) => void, remember: (state: Remembered) => void, remembered: Remembered) {
    this.#send = send;
    this.#remember = remember;
    this.#lit = remembered.lit;
    this.#cursor = remembered.cursor;
    this.#pinned = remembered.cursor !== undefined;
    byId<HTMLInputElement>('keys').value = remembered.text ?? '';
    this.#legend = new Legend(byId('shards'), {
      light: colour => this.#light(colour),
      reveal: node => this.#send({ type: 'reveal', node }),
    });
    this.#planCard = new PlanCard((id, act) => this.#send({ type: 'plan-act', id, act }));
    this.#heat = new Heat(kind => {
      this.#send(kind === undefined ? { type: 'heat' } : { type: 'heat', kind });
      this.draw();
    });
    this.#listen();
    this.resize();
    this.#readKeys(false);
    setInterval(() => {
      for (const { slot } of document.hidden ? [] : this.#state.open.slice(0, COUNTED))
        this.#send({ type: 'ask-keys', slot });
    }, AGAIN_MS);
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'state':
        this.#told = true;
        this.#state = message.state;
        this.#owners.fill(0);
        this.#paintRuns(message.state.owners);
        this.#keys.clear();
        break;
      case 'change': {
        const { runs, shards, gone, type: _type, ...head } = message;
        const colours = new Set([...gone, ...shards.map(({ colour }) => colour)]);
        this.#state = {
          ...this.#state,
          ...head,
          shards: [...this.#state.shards.filter(({ colour }) => !colours.has(colour)), ...shards].sort(
            (a, b) => a.colour - b.colour,
          ),
        };
        this.#paintRuns(runs);
        for (let i = 0; i + 2 < runs.length; i += 3)
          for (const slot of this.#keys.keys())
            if (slot >= (runs[i] as number) && slot <= (runs[i + 1] as number)) this.#keys.delete(slot);
        break;
      }
      case 'keys':
        this.#keys.set(message.slot, message);
        return this.#state.open.some(({ slot }) => slot === message.slot) ? this.draw() : this.#drawHand();
      case 'select-shard':
        this.#lit = message.colour;
        break;
      case 'heat-kinds':
        return this.#heat.offer(message.kinds, message.more);
      case 'heat':
        if (!this.#heat.take(message)) return;
        break;
      case 'plan':
        this.#plan = message.plan;
        this.#progress = undefined;
        this.#goals = message.plan && goalsOf(message.plan);
        break;
      case 'plan-progress':
        if (message.id !== this.#plan?.id) return;
        this.#progress = message;
        this.#paintRuns(message.gone); // they have arrived: the servers said so, the next snapshot will, too
        break;
    }
    if (message.type === 'state' || message.type === 'change') {
      this.#byOwner = new Map(this.#state.shards.map(shard => [shard.colour + 1, shard]));
    }
    this.draw();
  }

  /** All, at most once a frame. */
  draw(): void {
    this.#changed = true;
    this.#drawHand();
  }

  /** What follows the hand. */
  #drawHand(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.paint());
  }

  /** The picture first: elements are made and laid out in the frame after it, so that no table keeps the map waiting. */
  paint(): void {
    this.#frame = 0;
    const { shards, disputes, open } = this.#state;
    if (this.#changed) {
      const failed = new Set(shards.filter(shard => shard.master.state === 'failed').map(shard => shard.colour));
      paintField(
        byId('field'),
        { owners: this.#owners, failed, disputes, lit: this.#lit, heat: this.#heat.figures, plan: this.#goals },
        this.#palette,
      );
      paintLines(
        byId('lines'),
        { owners: this.#owners, shards, open, disputes, plan: this.#plan },
        this.#palette,
        this.#cell,
      );
      paintRibbon(byId('ribbon'), this.#ribbonSize, { owners: this.#owners, byOwner: this.#byOwner }, this.#palette);
      cancelAnimationFrame(this.#wordsFrame);
      this.#wordsFrame = requestAnimationFrame(() => this.#write());
    }
    const hand = { cursor: this.#cursor, found: this.#found.map(({ slot }) => slot), selection: this.#selection() };
    const overlay = JSON.stringify([hand, this.#cell, devicePixelRatio, this.#palettes]);
    if (overlay !== this.#overlaid) {
      this.#overlaid = overlay;
      paintOverlay(byId('overlay'), hand, this.#palette, this.#cell);
      const here = byId('here');
      here.hidden = this.#cursor === undefined;
      here.style.transform = `translateX(${(((this.#cursor ?? 0) + 0.5) / SLOTS) * this.#ribbonSize[0]}px)`;
    }
    if (!this.#changed) this.#drawDetails();
    this.#changed = false;
  }

  /** What the picture shows, in words. */
  #write(): void {
    this.#drawHead();
    this.#drawFound();
    this.#planCard.show(this.#plan, this.#progress, this.#palette);
    this.#heat.draw(this.#palette);
    this.#drawDetails();
    this.#legend.show(this.#state.shards, this.#lit, this.#palette);
  }

  themeChanged(): void {
    this.#palette = readPalette();
    this.#palettes++;
    this.draw();
  }

  /** As large as fits, in whole device pixels a slot, so that no slot is wider than another. */
  resize(): void {
    const room = byId('room').parentElement?.clientWidth ?? 0;
    const beside = room > 780 ? room - 340 : room;
    const side = Math.max(
      256,
      Math.min(beside, Math.max(384, innerHeight - byId('room').getBoundingClientRect().top - scrollY - 24)),
    );
    this.#cell = Math.max(2, Math.floor((side / SIDE) * devicePixelRatio)) / devicePixelRatio;
    document.documentElement.style.setProperty('--side', `${this.#cell * SIDE}px`);
    const ribbon = byId('ribbon');
    this.#ribbonSize = [ribbon.clientWidth, ribbon.clientHeight];
    this.draw();
  }

  #paintRuns(runs: readonly number[]): void {
    for (let i = 0; i + 2 < runs.length; i += 3)
      this.#owners.fill(runs[i + 2] as number, runs[i], (runs[i + 1] as number) + 1);
  }

  #listen(): void {
    const field = byId<HTMLElement>('map');
    field.addEventListener('pointermove', event => this.#point(this.#slotAt(event), event.buttons === 1));
    field.addEventListener('pointerdown', event => {
      const slot = this.#slotAt(event);
      if (slot === undefined || event.button !== 0) return;
      field.setPointerCapture(event.pointerId);
      this.#pinned = true;
      this.#anchor = event.shiftKey ? (this.#anchor ?? slot) : slot;
      this.#point(slot, true);
      this.#drawHand();
    });
    field.addEventListener('dblclick', () => {
      const shard = this.#cursor === undefined ? undefined : this.#shardOf(this.#cursor);
      this.#light(shard && shard.colour !== this.#lit ? shard.colour : undefined);
      if (shard?.master.node !== undefined && this.#lit !== undefined)
        this.#send({ type: 'reveal', node: shard.master.node });
    });
    field.addEventListener('pointerleave', () => {
      if (!this.#pinned) this.#point(undefined, false);
    });
    field.addEventListener('keydown', event => this.#key(event));
    const ribbon = byId('ribbon');
    const slotOnRibbon = (event: MouseEvent): number =>
      Math.min(SLOTS - 1, Math.max(0, Math.floor((event.offsetX / ribbon.clientWidth) * SLOTS)));
    ribbon.addEventListener('pointermove', event => this.#point(slotOnRibbon(event), false));
    ribbon.addEventListener('click', event => this.#fly(slotOnRibbon(event)));
    byId('keys').addEventListener('input', () => this.#readKeys(true));
    byId('fix').addEventListener('click', () => this.#send({ type: 'fix' }));
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
    this.#drawHand();
  }

  #key(event: KeyboardEvent): void {
    const from = this.#cursor ?? 0;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -SIDE,
      ArrowDown: SIDE,
      PageUp: -16 * SIDE,
      PageDown: 16 * SIDE,
      Home: -from,
      End: SLOTS - 1 - from,
    };
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
      if (this.#lit !== undefined) this.#light(undefined);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const [first, last] = this.#runOf(from);
      this.#anchor = first;
      this.#cursor = last;
      this.#pinned = true;
    } else {
      return;
    }
    this.#askKeys();
    this.#say();
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
    return this.#byOwner.get(this.#owners[slot] as number);
  }

  #light(colour: number | undefined): void {
    this.#lit = colour;
    this.#kept();
    this.draw();
  }

  #askKeys(): void {
    clearTimeout(this.#resting);
    const slot = this.#cursor;
    if (slot === undefined || this.#keys.has(slot)) return;
    this.#resting = setTimeout(() => this.#send({ type: 'ask-keys', slot }), REST_MS);
  }

  #readKeys(go: boolean): void {
    this.#found = readKeys(byId<HTMLInputElement>('keys').value).slice(0, 20);
    this.#drawFound();
    const [first] = this.#found;
    if (go && first) this.#fly(first.slot);
    else this.#kept();
  }

  #drawFound(): void {
    drawFound(
      byId('found'),
      byId('verdict'),
      this.#found,
      slot => {
        const shard = this.#shardOf(slot);
        return shard && { name: shard.master.name, replicas: shard.replicas.map(replica => replica.name) };
      },
      slot => this.#fly(slot),
    );
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
    this.#say();
    this.#kept();
  }

  #kept(): void {
    this.#remember({
      text: byId<HTMLInputElement>('keys').value,
      ...(this.#lit === undefined ? {} : { lit: this.#lit }),
      ...(this.#cursor === undefined || !this.#pinned ? {} : { cursor: this.#cursor }),
    });
    this.#drawHand();
  }

  #drawHead(): void {
    const { title, level, reasons, shards } = this.#state;
    byId('title').textContent = title === '' ? word('pageTitle') : title;
    const health = byId('health');
    health.hidden = !this.#told || shards.length === 0;
    health.textContent = word(`level.${level}`);
    health.className = `level ${level}`;
    const covered = this.#owners.reduce((sum, owner) => sum + (owner === 0 ? 0 : 1), 0);
    byId('sum').textContent =
      shards.length === 0
        ? ''
        : word(
            'sum',
            count(covered),
            count(shards.filter(shard => shard.slots > 0).length),
            count(shards.reduce((sum, shard) => sum + (shard.keys ?? 0), 0)),
          );
    document.documentElement.classList.toggle('nothing', covered === 0); // a change of the body's classes is a change of the theme
    byId('empty').textContent =
      covered > 0 ? '' : word(!this.#told ? 'empty.waiting' : shards.length === 0 ? 'empty.gone' : 'empty.slots');
    byId('table').hidden = shards.length === 0;
    byId('reasons').hidden = reasons.length === 0;
    byId('reasons').replaceChildren(...reasons.slice(0, 6).map(reason => element('li', {}, reason)));
    byId('troublePart').hidden =
      drawTrouble(byId('trouble'), this.#state, this.#owners, this.#keys, slot => this.#fly(slot)) === 0;
  }

  /** The buttons are new ones after each drawing; whoever stood on one stays there. */
  #drawDetails(): void {
    const details = byId('details');
    const selector = details.contains(document.activeElement)
      ? document.activeElement?.classList.contains('move') === true
        ? '.move'
        : 'button'
      : undefined;
    const selection = this.#selection();
    const actions = {
      move: (first: number, last: number) => this.#send({ type: 'move', first, last }),
      reveal: (node: string) => this.#send({ type: 'reveal', node }),
    };
    if (selection) drawSelection(details, selection, this.#ownersIn(selection), actions);
    else if (this.#cursor === undefined) drawHint(details);
    else {
      const slot = this.#cursor;
      const goal = this.#goals?.[slot] ?? 0;
      drawSlot(
        details,
        {
          slot,
          shard: this.#shardOf(slot),
          run: this.#runOf(slot),
          keys: this.#keys.get(slot),
          heat: this.#heat.at(slot),
          pinned: this.#pinned,
          goal: goal === 0 || goal === this.#owners[slot] ? undefined : this.#byOwner.get(goal)?.master.name,
          dispute: this.#state.disputes.find(({ ranges }) =>
            ranges.some((at, index) => index % 2 === 0 && at <= slot && (ranges[index + 1] as number) >= slot),
          ),
          open: this.#state.open.find(entry => entry.slot === slot),
        },
        actions,
      );
    }
    if (selector !== undefined) details.querySelector<HTMLElement>(selector)?.focus();
  }

  #ownersIn([first, last]: readonly [number, number]): readonly string[] {
    const owners = new Set(this.#owners.subarray(first, last + 1));
    return [...owners].map(owner => this.#byOwner.get(owner)?.master.name ?? word('nobody'));
  }

  /** For screen readers, when a key or a button moved the cursor; the pointer moves too fast to be spoken of. */
  #say(): void {
    const selection = this.#selection();
    const slot = this.#cursor;
    byId('spoken').textContent = selection
      ? word('range', count(selection[1] - selection[0] + 1), ...selection)
      : slot === undefined
        ? ''
        : `${word('slotN', slot)}, ${this.#shardOf(slot)?.master.name ?? word('nobody')}`;
  }
}

function goalsOf({ moves }: MapPlan): Uint16Array {
  const goals = new Uint16Array(SLOTS);
  for (const { to, ranges } of moves)
    for (let i = 0; i + 1 < ranges.length; i += 2) goals.fill(to, ranges[i], (ranges[i + 1] as number) + 1);
  return goals;
}
