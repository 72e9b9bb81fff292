/** What every check of values gets and gives. */
import type { Word } from '../scanner';
import type { Setting } from '../table';
import type { Span } from '../types';
import type { Entry, Judge } from './judge';

/** One value as the server gets it. Several may come from one word that is split again; they share its place. */
export interface Value {
  readonly text: string;
  readonly place: Span;
  readonly word: Word | undefined;
}

/** What a check gets; it answers whether the server accepts the line. */
export interface Checked {
  readonly judge: Judge;
  readonly entry: Entry;
  readonly setting: Setting;
  readonly values: readonly Value[];
}
export type Check = (checked: Checked) => boolean;

/** The name as the file writes it, for messages. */
export const nameIn = (entry: Entry): string => entry.statement.name;
