// Few files instead of many. esbuild gives each set of parts that share code a file of its own: with eight parts beside the core, two dozen.
// A part that is only ever loaded by the core may as well say that it needs it: then what they share stays in the core's own file.
import { join, relative, sep } from 'node:path';
import { root } from '../setup/paths.mjs';

const core = join(root, 'src', 'core.ts');
const main = join(root, 'src', 'commands', 'parts', 'main.ts');

/** Loaded before the core, or without it: what these load must not bring it along. */
const without = [
  /^src\/extension\.ts$/,
  /^src\/register\w+\.ts$/,
  /^src\/commands\/run\.ts$/,
  /^src\/confLanguage\.ts$/,
  /^src\/language\//,
];

/** Parts of commands beyond the main job: what they share with it stays in its file. */
const onMain = /[\\/]commands[\\/]parts[\\/](?!main\.)\w+\.ts$/;

/** @type {import('esbuild').Plugin} */
export const standOnCore = {
  name: 'stand-on-core',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'resolved') return undefined;
      const from = relative(root, importer).split(sep).join('/');
      if (!from.startsWith('src/') || without.some(pattern => pattern.test(from))) return undefined;
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'resolved' });
      return found.errors.length > 0 ? found : { path: found.path, namespace: 'part' };
    });
    build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: `${[core, ...(onMain.test(path) ? [main] : [])].map(one => `import ${JSON.stringify(one)};`).join(' ')} export * from ${JSON.stringify(path)};`,
      resolveDir: root,
      loader: 'js',
    }));
  },
};
