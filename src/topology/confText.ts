/**
 * Conf text as the server reads it (sdssplitargs: blanks separate, `"…"` with backslash escapes, no trailing comments).
 * Pure text; nothing here knows where a file will lie.
 */

/** One word, quoted only when the server's scanner would otherwise split or misread it. */
export function confWord(word: string): string {
  if (word !== '' && /^[^\s"'\\\x00-\x1f\x7f-\uffff#][^\s"'\\\x00-\x1f\x7f-\uffff]*$/.test(word)) return word;
  let text = '"';
  for (const byte of new TextEncoder().encode(word)) {
    const char = String.fromCharCode(byte);
    if (char === '"' || char === '\\') text += '\\' + char;
    else if (char === '\n') text += '\\n';
    else if (char === '\r') text += '\\r';
    else if (char === '\t') text += '\\t';
    else if (byte < 0x20 || byte > 0x7e) text += '\\x' + byte.toString(16).padStart(2, '0');
    else text += char;
  }
  return text + '"';
}

/** One directive on one line, without the newline. */
export function confLine(name: string, ...values: readonly (string | number)[]): string {
  return [name, ...values.map(value => confWord(String(value)))].join(' ');
}

/** Lines to a file; `undefined` lines are left out. */
export function confText(lines: readonly (string | undefined)[]): string {
  return lines.filter(line => line !== undefined).join('\n') + '\n';
}
