// `node scripts/build/weigh.mjs [n]`: what the files of the last build are made of, heaviest first.
import { readFile } from 'node:fs/promises';

const most = Number(process.argv[2] ?? 15);
const meta = /** @type {import('./sizes.mjs').Metafile} */ (
  JSON.parse(await readFile('out/extension.meta.json', 'utf8'))
);
for (const [file, { bytes, inputs }] of Object.entries(meta.outputs)) {
  console.log(`\n${file} ${bytes}`);
  /** @type {Map<string, number>} */
  const folders = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const folder =
      /node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ??
      path
        .split('/')
        .slice(0, 3)
        .join('/')
        .replace(/\/[^/]+\.ts$/, '');
    folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  const rows = [...folders].sort((a, b) => b[1] - a[1]).slice(0, most);
  const parts = Object.entries(inputs)
    .map(([path, one]) => /** @type {[string, number]} */ ([path.replace(/.*node_modules\//, ''), one.bytesInOutput]))
    .sort((a, b) => b[1] - a[1])
    .slice(0, most);
  rows.forEach(([folder, size], index) =>
    console.log(
      `  ${String(size).padStart(7)} ${folder.padEnd(28)} ${String(parts[index]?.[1] ?? '').padStart(7)} ${parts[index]?.[0] ?? ''}`,
    ),
  );
}
