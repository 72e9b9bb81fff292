import type { Translate } from '../translate';

/** One sentence for each code of a union. A code without a sentence, or a sentence without a code, does not compile. */
export type Words<Union extends { readonly code: string }> = {
  readonly [Code in Union['code']]: (t: Translate, data: Extract<Union, { readonly code: Code }>) => string;
};

/** Puts `value` into words by `table`, which is complete for its type. */
export function inWords<Union extends { readonly code: string }>(
  table: Words<Union>,
  t: Translate,
  value: Union,
): string {
  const word = table[value.code as Union['code']] as (t: Translate, data: Union) => string;
  return word(t, value);
}
