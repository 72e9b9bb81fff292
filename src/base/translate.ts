/**
 * Puts an English sentence with `{0}`, `{1}` … into the user's language. `vscode.l10n.t` is one. Pure functions take it as
 * their first parameter, so that they are tested without an editor. The sentence must stand as a literal at the call:
 * scripts/l10n.mjs collects it from there.
 */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** The sentence as it stands in the code, with the values put in. */
export const english: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
