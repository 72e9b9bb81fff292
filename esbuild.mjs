// Builds what ships, into dist/: the extension and the command line. `--watch` rebuilds on change; `--dev` leaves names
// as they are and adds source maps, which never ship (see .vscodeignore).
//
// The extension is one small file and parts that are loaded on first use. Every `import('./part')` in src/ begins such a
// part; code that two parts share is its own file, so that a class is the same class everywhere. esbuild splits ES modules
// only, so it splits first, and each file is then turned into the CommonJS that VS Code and Node load without a loader.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as esbuild from 'esbuild';
import { refuseCycles, toCommonJs } from './scripts/build/commonJs.mjs';
import { leaveOut, lighten } from './scripts/build/libraries.mjs';
import { standOnCore } from './scripts/build/parts.mjs';
import { describeSizes } from './scripts/build/sizes.mjs';

const dev = process.argv.includes('--dev') || process.argv.includes('--watch');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: !dev,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [leaveOut, lighten],
};

/**
 * `import * as vscode` becomes `require`. esbuild would copy the 400 names of `vscode` into a new object for every file that
 * imports it so, which is most of what activation costs; as neither `vscode` nor Node's modules have a default beside, no copy is needed.
 * @param {string} text
 */
function bareNamespaces(text) {
  return text.replace(/\bimport\s*\*\s*as\s+([\w$]+)\s+from\s*"(vscode|node:[\w/]+)"\s*;/g, 'const $1=require("$2");');
}

/** @type {esbuild.Plugin} */
const commonJs = {
  name: 'to-commonjs',
  setup(build) {
    build.onEnd(async ({ outputFiles = [], metafile }) => {
      if (metafile !== undefined) refuseCycles(metafile);
      await mkdir('dist', { recursive: true });
      for (const file of outputFiles) {
        const { code } = await esbuild.transform(dev ? bareNamespaces(file.text) : toCommonJs(file.text), {
          format: 'cjs',
          platform: 'node',
          target: 'node20',
          minify: !dev,
          legalComments: 'none',
          sourcemap: dev ? 'inline' : false,
          // `require` instead of `import()`: no second loader, and an answer in microseconds when it is loaded already.
          supported: { 'dynamic-import': false },
        });
        await writeFile(join('dist', basename(file.path)), code);
      }
    });
  },
};

/** @type {esbuild.BuildOptions} */
const extension = {
  ...common,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  chunkNames: '[name]-[hash]',
  format: 'esm',
  splitting: true,
  external: ['vscode'],
  mainFields: ['main', 'module'],
  metafile: true,
  write: false,
  ...(dev ? { sourcemap: 'inline' } : {}),
  plugins: [standOnCore, leaveOut, lighten, commonJs],
};

/** Each file of src/cli is a program of its own: one file, run by Node without VS Code. `redisConfLint.ts` → `redis-conf-lint.js`. */
const programs = existsSync('src/cli') ? readdirSync('src/cli').filter(name => name.endsWith('.ts')) : [];
/** @type {esbuild.BuildOptions} */
const commandLine = {
  ...common,
  entryPoints: Object.fromEntries(
    programs.map(name => [
      name.slice(0, -3).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`),
      join('src/cli', name),
    ]),
  ),
  outdir: 'dist',
  format: 'cjs',
  metafile: true,
  ...(dev ? { sourcemap: 'inline' } : {}),
};

/**
 * What a page without a machine runs (vscode.dev): one file. For `browser`, esbuild resolves none of Node's modules, so that what reaches one
 * does not build.
 * @type {esbuild.BuildOptions}
 */
const page = {
  ...common,
  entryPoints: { web: 'src/web.ts' },
  outdir: 'dist',
  format: 'cjs',
  platform: 'browser',
  target: 'es2022',
  external: ['vscode'],
  metafile: true,
  plugins: [],
  ...(dev ? { sourcemap: 'inline' } : {}),
};

/** Pages shown in webviews: media/<page>/main.ts → dist/media/<page>.js (a folder of their own: all that a page may load), with the style sheet that it imports beside it. */
const pages = existsSync('media')
  ? readdirSync('media').filter(name => existsSync(join('media', name, 'main.ts')))
  : [];
/** @type {esbuild.BuildOptions} */
const webviews = {
  ...common,
  entryPoints: Object.fromEntries(pages.map(name => [name, join('media', name, 'main.ts')])),
  outdir: 'dist/media',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  metafile: true,
  plugins: [],
  ...(dev ? { sourcemap: 'inline' } : {}),
};

await mkdir('out', { recursive: true });
await rm('dist', { recursive: true, force: true });
const builds = [
  extension,
  page,
  ...(programs.length > 0 ? [commandLine] : []),
  ...(pages.length > 0 ? [webviews] : []),
];
if (process.argv.includes('--watch')) {
  // The lines that .vscode/tasks.json waits for.
  /** @type {esbuild.Plugin} */
  const told = {
    name: 'told',
    setup(build) {
      build.onStart(() => console.log('build began'));
      build.onEnd(() => console.log('build ended'));
    },
  };
  for (const options of builds)
    await (await esbuild.context({ ...options, plugins: [...(options.plugins ?? []), told] })).watch();
} else {
  await Promise.all(
    builds.map(async options => {
      const { metafile } = await esbuild.build(options);
      const names = new Map([
        [extension, 'extension'],
        [page, 'web'],
        [commandLine, 'programs'],
        [webviews, 'pages'],
      ]);
      await writeFile(`out/${names.get(options)}.meta.json`, JSON.stringify(metafile));
    }),
  );
  console.log(await describeSizes('dist', 'out/extension.meta.json'));
}
