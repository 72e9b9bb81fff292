/**
 * Takes secrets out of text that will be seen or kept: the values known to be secret, and what follows the words that Redis
 * puts before a password. Logs pass through here; they must never hold one.
 */
export class Redactor {
  readonly #known = new Set<string>();

  /** From now on `secret` is cut out wherever it stands. Short values are left alone: they would cut ordinary words. */
  learn(secret: string): void {
    if (secret.length >= 6) this.#known.add(secret);
  }

  redact(text: string): string {
    let result = text;
    for (const secret of this.#known) result = result.replaceAll(secret, '•••');
    return result.replace(afterKeyword, '$1•••').replace(inUrl, '$1•••@');
  }
}

const afterKeyword =
  /\b((?:requirepass|masterauth|sentinel-pass|auth-pass\s+\S+|REQUIREPASS|MASTERAUTH|REDISCLI_AUTH|AUTH)(?:[ =:]+|",))(?:"[^"]*"|[^\s",]+)/g;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;
