/**
 * Folders by chance in full starts: main file, includes, ACL file. `npm run bench -- confFolders [seed] [count] [part of a server's target]`
 *
 * Exits 1 when we and a server disagree on error or no error, or on the line, where docs/conf-agreement.md has no reason.
 * needs: docker images
 */
import { parseTarget } from '../src/conf/target';
import { compareFolders } from '../test/support/confAgreement';
import { Folders } from '../test/support/confFolders';
import { startServers } from '../test/support/confStart';

const [seed = 1, count = 300] = process.argv.slice(2, 4).map(Number);
const part = process.argv[4] ?? '';
/** A refused line is taken out and the rest asked again, so often. */
const rounds = 3;

async function main(): Promise<void> {
  for (const server of startServers.filter(one => one.target.includes(part))) {
    const target = parseTarget(server.target);
    if (target === undefined) throw new Error(server.target);
    const folders = new Folders(target, seed);
    const began = Date.now();
    const total = { refused: 0, excused: 0, others: 0 };
    for (let done = 0; done < count; done += 100) {
      const { refused, excused, disagreements } = await compareFolders(
        server,
        Array.from({ length: Math.min(100, count - done) }, () => folders.next()),
        rounds,
      );
      total.refused += refused;
      total.excused += excused;
      total.others += disagreements.length;
      for (const one of disagreements)
        console.log(
          `  ours ${String(one.ours.line)} (${one.ours.errors.join(' ')}), theirs ${String(one.theirs.verdict)} (${one.theirs.message})\n    ${JSON.stringify({ ...one.probe, ...(one.probe.base64 !== undefined && { shown: Buffer.from(one.probe.base64, 'base64').toString() }) })}`,
        );
    }
    console.log(
      `${server.target}: ${String(count)} folders (${String(total.refused)} refused, ${String(total.excused)} for what depends on the machine), ${String(total.others)} disagreements, ${String(Date.now() - began)} ms`,
    );
    if (total.others > 0) process.exitCode = 1;
  }
}

void main();
