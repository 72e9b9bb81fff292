// Collects every sentence that the extension says (`t('…')`, `l10n.t('…')`) into l10n/bundle.l10n.json, the file that translators
// start from. `--check` only tells whether the file is as the sources say; the unit tests ask the same.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const bundlePath = join('l10n', 'bundle.l10n.json');

/** Tables whose English texts are looked up by code (src/editor/words/confRule.ts): all texts of `phrases`, the `message`s of the rules. */
const tables = [/^src[\\/]conf[\\/]rules[\\/]/];
const lookedUp = join('src', 'editor', 'words', 'confRule.ts');

/** The sentences of all sources, sorted; a call of `t` whose sentence is no literal is an error, for no one could translate it. */
export function collectSentences() {
  /** @type {Set<string>} */
  const found = new Set();
  for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))) {
    const file = join('src', name);
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
    /** @param {ts.Node} node */
    const visit = node => {
      if (
        ts.isPropertyAssignment(node) &&
        tables.some(table => table.test(file)) &&
        (file.endsWith('phrases.ts') || node.name.getText() === 'message') &&
        ts.isStringLiteralLike(node.initializer)
      )
        found.add(node.initializer.text);
      if (ts.isCallExpression(node) && file !== lookedUp && isTranslate(node.expression)) {
        const [sentence] = node.arguments;
        for (const literal of sentence === undefined ? [] : literalsOf(sentence)) {
          if (literal === undefined)
            throw new Error(
              `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: the sentence must stand as a literal`,
            );
          found.add(literal);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found].sort();
}

/** @param {ts.Expression} callee */
function isTranslate(callee) {
  if (ts.isIdentifier(callee)) return callee.text === 't';
  return (
    ts.isPropertyAccessExpression(callee) &&
    callee.name.text === 't' &&
    ['l10n', 'vscode.l10n', 'kit'].includes(callee.expression.getText())
  );
}

/** A literal, or both sides of `a ? 'x' : 'y'`.
 * @param {ts.Expression} expression
 * @returns {(string | undefined)[]}
 */
function literalsOf(expression) {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression))
    return [...literalsOf(expression.whenTrue), ...literalsOf(expression.whenFalse)];
  return [undefined];
}

export function bundleText() {
  return `${JSON.stringify(Object.fromEntries(collectSentences().map(sentence => [sentence, sentence])), null, 2)}\n`;
}

/** Languages besides English, each complete: `npm run l10n` drops what is no longer said and tells what is missing. */
export const languages = ['zh-cn'];
export const translationPath = /** @param {string} language */ language => join('l10n', `bundle.l10n.${language}.json`);

/** @param {string} language */
function sync(language) {
  /** @type {Record<string, string>} */
  const before = JSON.parse(readFileSync(translationPath(language), 'utf8'));
  const said = collectSentences();
  const kept = Object.fromEntries(
    said.flatMap(sentence => (before[sentence] === undefined ? [] : [[sentence, before[sentence]]])),
  );
  writeFileSync(translationPath(language), `${JSON.stringify(kept, null, 2)}\n`);
  const missing = said.filter(sentence => before[sentence] === undefined);
  if (missing.length > 0)
    console.log(`${translationPath(language)} lacks:\n${missing.map(one => JSON.stringify(one)).join('\n')}`);
}

if (process.argv[1]?.endsWith('l10n.mjs')) {
  if (process.argv.includes('--check')) {
    if (readFileSync(bundlePath, 'utf8') !== bundleText()) throw new Error(`${bundlePath} is stale: npm run l10n`);
  } else {
    writeFileSync(bundlePath, bundleText());
    languages.forEach(sync);
  }
}
