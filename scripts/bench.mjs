// `npm run bench`: every claim, into docs/measured.md (scripts/bench/claims.mjs lists them); `npm run bench -- --claims ID …` some of them.
// `npm run bench -- NAME [arguments]` runs one script, bench/NAME.ts, and writes nothing; `--list` names them. `--pages` writes docs/measured.md
// and the README's lines again from what is kept.
// `--smoke` runs, for `npm test`, the quick form of those that have one. A script fails (exit code 1) when its claim is missed.
// The first lines of a script say what it needs: `needs: docker images` and `smoke: yes`, each in a comment line of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { readStore, record, writePages } from './bench/record.mjs';
import { leaveOut, lighten } from './build/libraries.mjs';
import { report, step } from './setup/console.mjs';
import { failedFiles } from './setup/outcome.mjs';
import { need } from './setup/parts.mjs';
import { root } from './setup/paths.mjs';

const folder = join(root, 'bench');
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter(name => name.endsWith('.ts'))
      .map(name => name.slice(0, -3))
      .sort()
  : [];

/** @param {string} name */
function head(name) {
  const text = readFileSync(join(folder, `${name}.ts`), 'utf8').slice(0, 2000);
  /** @param {string} key */
  const value = key => new RegExp(`^(?://| \\*) ${key}: (.*)$`, 'm').exec(text)?.[1]?.trim();
  return {
    title: /^(?:\/\/ |\/\*\*\s+\* )(.*)/.exec(text)?.[1] ?? '',
    needs: value('needs')?.split(/[ ,]+/) ?? [],
    smoke: value('smoke') === 'yes',
  };
}

/** Runs one script; gives its exit code.
 * @param {string} name
 * @param {string[]} args
 */
async function run(name, args) {
  for (const part of head(name).needs) await step(...need(part));
  const out = join(root, 'out', 'bench');
  rmSync(join(out, `${name}.js`), { force: true });
  await esbuild.build({
    entryPoints: [join(folder, `${name}.ts`)],
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
    external: ['vscode', 'playwright-core', 'esbuild'],
    plugins: [leaveOut, lighten],
    define: { 'import.meta.dirname': '""' },
  });
  if (!existsSync(join(root, 'out', 'node_modules')))
    symlinkSync('../node_modules', join(root, 'out', 'node_modules'), 'junction');
  return (
    spawnSync(process.execPath, ['--enable-source-maps', join(out, `${name}.js`), ...args], {
      stdio: 'inherit',
      cwd: root,
      env: { ...process.env, REDIS_TOPOLOGY_ROOT: root },
    }).status ?? 1
  );
}

const [name, ...args] = process.argv.slice(2);
try {
  if (name === '--smoke') {
    /** @type {Record<string, import('./setup/outcome.mjs').FileOutcome>} */
    const files = {};
    for (const one of names.filter(each => head(each).smoke)) {
      console.log(`\n-- ${one}`);
      const code = await run(one, ['--smoke']).catch(error => {
        report(error);
        return 1;
      });
      files[one] =
        code === 0
          ? { passed: 1, failures: [] }
          : { passed: 0, failures: [{ title: one, why: `ended with exit code ${code}` }] };
    }
    const file = process.env['REDIS_TOPOLOGY_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify({ files }));
    process.exitCode = failedFiles({ files }).length === 0 ? 0 : 1;
  } else if (name === undefined || name === '--claims') {
    process.exitCode = (await record(args)) ? 0 : 1;
  } else if (name === '--pages') {
    writePages(readStore());
  } else if (!names.includes(name)) {
    console.log(names.map(each => `${each.padEnd(24)}${head(each).title}`).join('\n'));
    process.exitCode = name === '--list' ? 0 : 2;
  } else {
    process.exitCode = await run(name, args);
  }
} catch (error) {
  report(error);
  process.exitCode = 1;
}
