import fc from 'fast-check';

/** A good text with a few characters changed, cut, doubled or put in. */
export const mutated = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.constantFrom('drop', 'put', 'cut', 'double'),
          fc.string({ unit: 'binary', maxLength: 6 }),
        ),
        { maxLength: 6 },
      ),
    )
    .map(([text, edits]) => {
      let result = text;
      for (const [where, what, put] of edits) {
        const at = result.length === 0 ? 0 : where % result.length;
        if (what === 'drop') result = result.slice(0, at) + result.slice(at + 1 + put.length);
        else if (what === 'put') result = result.slice(0, at) + put + result.slice(at);
        else if (what === 'cut') result = result.slice(0, at);
        else result = result.slice(0, at) + result.slice(Math.max(0, at - 20));
      }
      return result;
    });
