// Bundles test/unit/**/*.test.ts and runs them with mocha, all in memory. `vscode` is deliberately not external: a unit
// test that reaches it does not build. Arguments go on to mocha: `npm run test:unit -- --grep quorum`.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

const files = readdirSync('test/unit', { recursive: true }).filter(name => name.endsWith('.test.ts')).map(name => join('test/unit', name));
rmSync('out/unit', { recursive: true, force: true });
await esbuild.build({
  entryPoints: files, outdir: 'out/unit', outbase: 'test/unit', bundle: true, platform: 'node', target: 'node20', format: 'cjs',
  sourcemap: 'inline', logLevel: 'warning', external: ['fast-check', 'vscode-textmate', 'vscode-oniguruma', 'dockerode', 'ioredis'],
});
const mocha = ['node_modules/mocha/bin/mocha.js', '--ui', 'tdd', '--enable-source-maps', '--recursive', 'out/unit', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, ['--enable-source-maps', ...mocha.filter(a => a !== '--enable-source-maps')], { stdio: 'inherit' }).status ?? 1);
