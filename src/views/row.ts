/** What one row of the tree shows: plain data, so that rows are compared by value and only changed ones are redrawn. */
export interface Row {
  readonly label: string;
  readonly description: string;
  readonly icon: { readonly id: string; readonly color?: string };
  /** Markdown in which everything that others wrote is escaped. */
  readonly tooltip: string;
  readonly contextValue: string;
  /** The row read aloud, as a sentence. */
  readonly spoken: string;
  readonly badge?: Badge;
}

/** Small letters at the end of the row. The description says the same in words, so colour is never the only carrier. */
export interface Badge {
  /** At most two characters. */
  readonly letters: string;
  readonly tooltip: string;
  /** Id of a theme colour. */
  readonly color: string;
}

/** Joins the parts that there are with the separator of the tree's descriptions. */
export function parts(...texts: readonly (string | false | undefined)[]): string {
  return texts.filter(text => text !== undefined && text !== false && text !== '').join(' · ');
}
