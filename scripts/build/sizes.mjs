// What the bundle weighs: by file, and by what activation loads.
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** @typedef {{ inputs: Record<string, unknown>, outputs: Record<string, { bytes: number, imports: { path: string, kind: string }[], inputs: Record<string, { bytesInOutput: number }>, entryPoint?: string }> }} Metafile */

/** The files that loading `file` loads at once: itself and its static imports. @param {Metafile} meta @param {string} file @returns {Set<string>} */
export function loadedWith(meta, file) {
  const seen = new Set([file]);
  for (const one of seen) {
    for (const { path, kind } of meta.outputs[one]?.imports ?? [])
      if (kind === 'import-statement' && path in meta.outputs) seen.add(path);
  }
  return seen;
}

/** Parts that making, seeing, healing and removing a Sentinel topology does without; diagnosis begins by itself when the first tree is there. What is not listed here counts as needed for it. */
const beyond = [
  /^src\/confLanguage\.ts$/,
  /src\/diagnosis\.ts$/,
  /src\/drillDesk\.ts$/,
  /src\/topology\/diagnose\/\w+\.ts$/,
  /^src\/commands\/remedies\.ts$/,
  /^src\/editor\/words\.ts$/,
  /src\/commands\/parts\/(?!main\.)\w+\.ts$/,
  /src\/webviews\/\w+\.ts$/,
  /src\/topology\/cluster\/\w+\.ts$/,
  /src\/engine\/docker\/containerActs\.ts$/,
  /src\/engine\/docker\/(?:pull|terminal)\.ts$/,
  /src\/engine\/docker\/swarm\/\w+\.ts$/,
  /src\/topology\/swarm\/\w+\.ts$/,
  /src\/commands\/create\/swarm\.ts$/,
  /src\/redis\/tunnelled\.ts$/,
  /src\/engine\/docker\/chooseContext\.ts$/,
  /src\/engine\/keptFolder\.ts$/, // README and Compose file that a folder is left with
];

/** The files that the main job loads from the first line to the last. @param {Metafile} meta @returns {Set<string>} */
export function ofMainJob(meta) {
  const begins = Object.entries(meta.outputs).filter(
    ([, { entryPoint }]) => entryPoint !== undefined && !beyond.some(pattern => pattern.test(entryPoint)),
  );
  return new Set(begins.flatMap(([file]) => [...loadedWith(meta, file)]));
}

/** @param {string} folder @returns {Promise<Map<string, number>>} bytes by name */
export async function sizesOf(folder) {
  const names = (await readdir(folder)).filter(name => name.endsWith('.js')).sort();
  return new Map(
    await Promise.all(
      names.map(async name => /** @type {[string, number]} */ ([name, (await stat(join(folder, name))).size])),
    ),
  );
}

const kib = /** @param {number} bytes */ bytes => `${(bytes / 1024).toFixed(1)} KiB`;

/**
 * The lines that `npm run build` prints.
 * @param {string} folder
 * @param {string} metaFile
 */
export async function describeSizes(folder, metaFile) {
  const meta = /** @type {Metafile} */ (JSON.parse(await readFile(metaFile, 'utf8')));
  const sizes = await sizesOf(folder);
  const main = [...loadedWith(meta, 'dist/extension.js')].reduce(
    (sum, file) => sum + (sizes.get(basename(file)) ?? 0),
    0,
  );
  const job = [...ofMainJob(meta)].reduce((sum, file) => sum + (sizes.get(basename(file)) ?? 0), 0);
  const page = sizes.get('web.js') ?? 0;
  const all = Object.keys(meta.outputs).reduce((sum, file) => sum + (sizes.get(basename(file)) ?? 0), 0);
  const lines = [...sizes].map(([name, bytes]) => `  ${kib(bytes).padStart(10)}  ${name}`);
  return [
    ...lines,
    `  ${kib(main).padStart(10)}  loaded at activation`,
    `  ${kib(job).padStart(10)}  loaded to make, see, heal and remove a Sentinel topology`,
    `  ${kib(all).padStart(10)}  of code in the extension host`,
    `  ${kib(page).padStart(10)}  in a page without a machine`,
  ].join('\n');
}
