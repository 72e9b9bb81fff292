import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as oniguruma from 'vscode-oniguruma';
import * as textmate from 'vscode-textmate';

/**
 * Each fixture's tokens are compared with the snapshot beside it: one line of source, then one line a token with its
 * scopes. `UPDATE_SNAPSHOTS=1 npm run test:unit -- --grep grammar` writes them anew; read the difference before committing.
 */
const folder = 'test/fixtures/grammar';

suite('grammar', () => {
  let registry: textmate.Registry;
  suiteSetup(async () => {
    await oniguruma.loadWASM(readFileSync('node_modules/vscode-oniguruma/release/onig.wasm'));
    registry = new textmate.Registry({
      onigLib: Promise.resolve({
        createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
        createOnigString: text => new oniguruma.OnigString(text),
      }),
      loadGrammar: scope => {
        const file = `syntaxes/${scope.replace('source.', '')}.tmLanguage.json`;
        return Promise.resolve(textmate.parseRawGrammar(readFileSync(file, 'utf8'), file));
      },
    });
  });

  for (const file of readdirSync(folder).filter(name => !name.endsWith('.snap'))) {
    test(file, async () => {
      const grammar = await registry.loadGrammar(`source.${file.split('.').at(-1)}`);
      assert.ok(grammar);
      const seen = snapshot(grammar, readFileSync(join(folder, file), 'utf8'));
      const path = join(folder, `${file}.snap`);
      if (process.env['UPDATE_SNAPSHOTS']) writeFileSync(path, seen);
      assert.equal(seen, readFileSync(path, 'utf8'));
    });
  }

  test('the grammars are those of the directive table', () => {
    const run = spawnSync(process.execPath, ['scripts/grammar.mjs', '--check'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  });
});

function snapshot(grammar: textmate.IGrammar, text: string): string {
  let stack = textmate.INITIAL;
  const out: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    out.push(`> ${line}`);
    for (const token of result.tokens) {
      const part = line.slice(token.startIndex, token.endIndex);
      if (part.trim() !== '') out.push(`  ${JSON.stringify(part)} ${token.scopes.slice(1).join(' ')}`);
    }
  }
  return out.join('\n') + '\n';
}
