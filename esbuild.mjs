// Builds what ships, into dist/: the extension (one small entry plus what is loaded on first use) and the command line.
// `--watch` rebuilds on change; `--dev` adds source maps, which never ship (see .vscodeignore).
import * as esbuild from 'esbuild';

const dev = process.argv.includes('--dev') || process.argv.includes('--watch');

/**
 * ssh2 (ssh:// hosts go through the system's ssh) and gRPC (BuildKit sessions only) would triple the bundle and
 * pull native modules in; dockerode works without either. A use would fail loudly, naming the module.
 */
const leftOut = /^(ssh2|cpu-features|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)(\/.*)?$/;
/** @type {esbuild.Plugin} */
const leaveOut = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: leftOut }, args => ({ path: args.path, namespace: 'left-out' }));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, args => ({
      contents: `module.exports = new Proxy({}, { get(_, key) { if (key === '__esModule' || typeof key === 'symbol') return undefined; throw new Error(${JSON.stringify(args.path)} + ' is not part of this extension'); } });`,
    }));
  },
};

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'info',
  plugins: [leaveOut],
};

/** Entry points that the extension host loads. `lazy/*` are required on first use, so that activation stays small. */
const builds = [
  {
    ...common,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    external: ['vscode'],
  },
];

if (process.argv.includes('--watch')) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map(options => esbuild.build(options)));
}
