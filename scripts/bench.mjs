// Bundles and runs one bench: `npm run bench -- create [arguments]`. Each prints what it measured beside what it is measured against.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as esbuild from 'esbuild';

const names = readdirSync('bench').filter(file => file.endsWith('.ts')).map(file => basename(file, '.ts'));
const [name, ...words] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join('|')} [arguments]`);
  process.exit(2);
}
await esbuild.build({
  entryPoints: [join('bench', `${name}.ts`)], outdir: 'out/bench', bundle: true, platform: 'node', target: 'node20', format: 'cjs', sourcemap: 'inline', logLevel: 'warning',
  external: ['dockerode', 'ioredis'],
});
process.exit(spawnSync(process.execPath, ['--enable-source-maps', join('out', 'bench', `${name}.js`), ...words], { stdio: 'inherit' }).status ?? 1);
