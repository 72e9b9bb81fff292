/** Which words of a line are secrets: they are never shown anywhere but in the file itself. */
import type { Statement } from '../document';

const secretNames = new Set([
  'requirepass',
  'masterauth',
  'primaryauth',
  'tls-key-file-pass',
  'tls-client-key-file-pass',
]);
const secretStatements: Readonly<Record<string, number>> = { 'auth-pass': 3, 'sentinel-pass': 2 };

/** Whether word `index` of `statement` holds a secret (for `user` lines, a rule with a password or its hash). */
export function isSecret(statement: Statement, index: number): boolean {
  if (index === 0) return false;
  if (secretNames.has(statement.name)) return true;
  if (statement.name === 'sentinel') {
    const from = secretStatements[statement.words[1]?.value.toLowerCase() ?? ''];
    return from !== undefined && index >= from;
  }
  return statement.name === 'user' && index > 1 && /^[><#!]/.test(statement.words[index]?.value ?? '');
}

/** The values of a line as one text for people, secrets replaced. */
export function shownValues(statement: Statement, from = 1): string {
  return statement.words
    .slice(from)
    .map((word, at) => {
      if (!isSecret(statement, at + from)) return word.value === '' ? '""' : word.value;
      return statement.name === 'user' ? `${word.value.charAt(0)}•••` : '•••';
    })
    .join(' ');
}
