/**
 * The full comparison with the servers at hand: every generated line and file is judged by both.
 * `npm run bench -- confAgreement [seed] [lines] [files] [part of a server's name]`; exits 1 when a disagreement is not explained in docs/conf-agreement.md.
 */
import { compareFiles, compareLines } from '../test/support/confAgreement';
import type { Disagreement } from '../test/support/confAgreement';
import { oracles } from '../test/support/confOracle';
import type { Oracle } from '../test/support/confOracle';
import { parseTarget } from '../src/conf/target';

const [seed = 1, lines = 20000, files = 2000] = process.argv.slice(2, 5).map(Number);
const server = process.argv[5] ?? '';

function show(disagreements: readonly Disagreement[]): void {
  for (const one of disagreements.slice(0, 40)) {
    const line = (number: number): string => (number > 0 ? JSON.stringify(one.content.split('\n')[number - 1]) : '');
    console.log(
      `  ${one.sentinel ? 'sentinel ' : ''}ours ${String(one.ours)} (${one.code ?? 'fine'}) ${line(one.ours)}\n    theirs ${String(one.theirs.line)} (${one.theirs.text}) ${line(one.theirs.line)}`,
    );
  }
}

/** Servers that stand beside the ones found: NAME=TARGET=COMMAND, for binaries that were unpacked somewhere. */
function more(): Oracle[] {
  return (process.env['CONF_ORACLES'] ?? '')
    .split(';')
    .filter(text => text !== '')
    .map(text => {
      const [name = '', target = '', program = ''] = text.split('=');
      const parsed = parseTarget(target);
      if (parsed === undefined) throw new Error(`CONF_ORACLES: ${text}`);
      return { name, target: parsed, program, image: undefined };
    });
}

async function main(): Promise<void> {
  const asked = process.env['CONF_ORACLES'] === undefined ? oracles() : more();
  for (const oracle of asked.filter(one => one.name.includes(server))) {
    const began = Date.now();
    const byLine = await compareLines(oracle, seed, lines);
    console.log(
      `${oracle.name}: ${String(byLine.lines)} lines (${String(byLine.refused)} refused), ${String(byLine.disagreements.length)} disagreements, ${String(Date.now() - began)} ms`,
    );
    show(byLine.disagreements);
    const between = Date.now();
    const byFile = await compareFiles(oracle, seed + 1, files);
    console.log(
      `${oracle.name}: ${String(byFile.files)} files (${String(byFile.refused)} refused), ${String(byFile.disagreements.length)} disagreements, ${String(Date.now() - between)} ms`,
    );
    show(byFile.disagreements);
    if (byLine.disagreements.length + byFile.disagreements.length > 0) process.exitCode = 1;
  }
}

void main();
