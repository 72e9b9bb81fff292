// What users download: every file named, nothing that was not meant to ship, and how much it weighs.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { loadedWith, ofMainJob, sizesOf } from '../../scripts/build/sizes.mjs';
import type { Metafile } from '../../scripts/build/sizes.mjs';
import { vsix } from '../../scripts/setup/package.mjs';
import { root } from '../../scripts/setup/paths.mjs';

interface Manifest {
  readonly main: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly icon?: string;
  readonly name: string;
  readonly publisher: string;
}

/** The files of a zip archive, by its central directory. */
function unzip(file: string): Map<string, Buffer> {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed, nameLength, extraLength, commentLength, start] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const bytes = zip.subarray(data, data + packed);
    files.set(name, method === 0 ? bytes : inflateRawSync(bytes));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

suite('the VSIX', () => {
  const files = unzip(vsix);
  const names = [...files.keys()]
    .filter(name => name.startsWith('extension/'))
    .map(name => name.slice('extension/'.length))
    .sort();
  const manifest = JSON.parse(files.get('extension/package.json')?.toString() ?? '{}') as Manifest;
  const meta = JSON.parse(readFileSync(join(root, 'out', 'extension.meta.json'), 'utf8')) as Metafile;

  test('is under 1 MB', () => {
    assert.ok(statSync(vsix).size < 1_000_000, `${statSync(vsix).size} bytes`);
  });

  test('holds only what the allow-list means', () => {
    const meant =
      /^(package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE(\.txt)?|l10n\/bundle\.l10n(\.[\w-]+)?\.json|dist\/(media\/)?[\w-]+\.(js|css)|media\/[\w-]+\.(svg|png)|(syntaxes|snippets|data)\/[\w.-]+\.json|docs\/rules\/[\w-]+\.md|docs\/images\/workbench\.png)$/i;
    assert.deepEqual(
      names.filter(name => !meant.test(name)),
      [],
    );
  });

  test('holds every file that package.json names', () => {
    const named = [...JSON.stringify(manifest).matchAll(/"(\.\/[\w./-]+|(?:media|dist|syntaxes|snippets)\/[\w./-]+)"/g)]
      .map(match => (match[1] ?? '').replace(/^\.\//, ''))
      .filter(name => /\.\w+$/.test(name));
    assert.ok(named.includes('dist/extension.js'));
    assert.deepEqual(
      named.filter(name => !names.includes(name)),
      [],
    );
  });

  test('holds no source map, no source, no native module', () => {
    assert.deepEqual(
      names.filter(name => /\.(map|ts|node)$/.test(name)),
      [],
    );
    for (const name of names.filter(each => each.endsWith('.js'))) {
      assert.doesNotMatch(files.get(`extension/${name}`)?.toString() ?? '', /sourceMappingURL=/, name);
    }
  });

  test('names no machine, no path of one and no registry', () => {
    for (const name of names) {
      const text = files.get(`extension/${name}`)?.toString('latin1') ?? '';
      assert.doesNotMatch(
        text,
        /\/(?:home|root|work|tmp)\/[a-z]+\/(?:wt|main|src|node_modules)\b|registry\.npmjs\.org/,
        name,
      );
    }
  });

  const sizes = sizesOf(join(root, 'dist'));
  const weigh = async (paths: Iterable<string>): Promise<number> => {
    const bytes = await sizes;
    return [...paths].reduce((sum, path) => sum + (bytes.get(basename(path)) ?? Number.NaN), 0);
  };
  /** The file that begins the part of this name, with what it loads. */
  const part = (name: string): Set<string> => {
    const file = Object.keys(meta.outputs).find(path => basename(path).startsWith(`${name}-`));
    assert.ok(file, `no part is called ${name}`);
    return loadedWith(meta, file);
  };
  const language = part('confLanguage');
  const activation = loadedWith(meta, 'dist/extension.js');
  const budgets: readonly { readonly what: string; readonly paths: readonly string[]; readonly most: number }[] = [
    { what: 'activation', paths: [...activation], most: 30 },
    // What the claim was made of; replication, Cluster, the slot map, diagnosis and the language are parts of their own, loaded when one gets there.
    { what: 'the main job', paths: [...ofMainJob(meta)], most: 350 },
    { what: 'the language of conf files', paths: [...language], most: 250 },
    // No claim, but nobody's growth shall pass unseen: with all that came after the first slice it stands at 856.
    { what: 'everything together', paths: Object.keys(meta.outputs), most: 950 },
  ];
  for (const { what, paths, most } of budgets) {
    test(`${what}: at most ${most} KiB of code`, async () => {
      const bytes = await weigh(paths);
      assert.ok(bytes <= most * 1024, `${(bytes / 1024).toFixed(1)} KiB`);
    });
  }

  test('loads neither ioredis nor dockerode at activation', () => {
    const inputs = [...loadedWith(meta, 'dist/extension.js')]
      .flatMap(file => Object.entries(meta.outputs[file]?.inputs ?? {}))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => input);
    assert.deepEqual(
      inputs.filter(input => input.includes('node_modules')),
      [],
    );
  });

  test('its command-line programs start with a shebang and need no other file', () => {
    for (const file of Object.values(manifest.bin ?? {})) {
      const text = files.get(`extension/${file.replace(/^\.\//, '')}`)?.toString() ?? '';
      assert.match(text, /^#!\/usr\/bin\/env node\n/, file);
      assert.doesNotMatch(text, /require\("\.\.?\//, file);
    }
  });
});
