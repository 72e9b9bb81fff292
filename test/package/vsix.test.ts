// What users download: every file named, nothing that was not meant to ship, and how much it weighs.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { notices, noticesFile, shippedPackages } from '../../scripts/build/notices.mjs';
import { loadedWith, ofMainJob, sizesOf } from '../../scripts/build/sizes.mjs';
import type { Metafile } from '../../scripts/build/sizes.mjs';
import { vsix } from '../../scripts/setup/package.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { unzip } from '../support/unzip';

interface Manifest {
  readonly main: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly icon?: string;
  readonly name: string;
  readonly publisher: string;
  readonly engines: { readonly vscode: string };
}

/** What the lock file says of a package. */
interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
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

  test('every file has one reason in docs/release.md, and every reason a file', () => {
    const page = readFileSync(join(root, 'docs', 'release.md'), 'utf8');
    const reasons = [...page.matchAll(/^\| `([^`]+)` \| \S/gm)].map(match => match[1] ?? '');
    assert.ok(reasons.length > 10);
    const matches = (pattern: string, name: string): boolean =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(name);
    assert.deepEqual(
      {
        'files without a reason': names.filter(name => !reasons.some(reason => matches(reason, name))),
        'files with two': names.filter(name => reasons.filter(reason => matches(reason, name)).length > 1),
        'reasons without a file': reasons.filter(reason => !names.some(name => matches(reason, name))),
      },
      { 'files without a reason': [], 'files with two': [], 'reasons without a file': [] },
    );
  });

  const shipped = shippedPackages();
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked | undefined>>;
  };

  test('its notices are those of the packages in the bundle (else: npm run notices)', () => {
    assert.ok(shipped.includes('ioredis') && shipped.includes('docker-modem'), shipped.join());
    assert.equal(files.get(`extension/${noticesFile}`)?.toString(), notices(shipped));
  });

  test('each package in it is pinned by version and hash, and has no install script', () => {
    for (const name of shipped) {
      const locked = lock.packages[`node_modules/${name}`];
      const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as Locked;
      assert.equal(locked?.version, version, name);
      assert.match(locked.integrity ?? '', /^sha512-/, name);
      assert.notEqual(locked.hasInstallScript, true, name);
    }
  });

  test('is written against the API of the oldest VS Code that it says it runs in', () => {
    const minor = (text: string | undefined): string => /\d+\.\d+/.exec(text ?? '')?.[0] ?? 'none';
    const promised = minor(manifest.engines.vscode);
    assert.equal(minor(lock.packages['node_modules/@types/vscode']?.version), promised);
    // What `npm run test:oldest` installs: code-server 4.x carries VS Code 1.x.
    const { dependencies } = JSON.parse(
      readFileSync(join(root, 'scripts', 'vscode-host', 'oldest', 'package.json'), 'utf8'),
    ) as { readonly dependencies: Readonly<Record<string, string>> };
    assert.equal(minor(dependencies['code-server']).replace(/^4/, '1'), promised);
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
    { what: 'everything together', paths: Object.keys(meta.outputs), most: 975 },
  ];
  for (const { what, paths, most } of budgets) {
    test(`${what}: at most ${most} KiB of code`, async () => {
      const bytes = await weigh(paths);
      assert.ok(bytes <= most * 1024, `${(bytes / 1024).toFixed(1)} KiB`);
    });
  }

  test('what a page runs: one file of at most 250 KiB that asks for nothing but vscode', async () => {
    const bytes = await weigh(['web.js']);
    assert.ok(bytes <= 250 * 1024, `${(bytes / 1024).toFixed(1)} KiB`);
    const text = files.get('extension/dist/web.js')?.toString() ?? '';
    assert.deepEqual([...new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(match => match[1]))], ['vscode']);
    assert.doesNotMatch(text, /\bimport\(/);
    const page = JSON.parse(readFileSync(join(root, 'out', 'web.meta.json'), 'utf8')) as Metafile;
    assert.deepEqual(
      Object.keys(page.inputs).filter(
        input => !/^src\/(web\.ts$|manifest\.ts$|base\/|conf\/|editor\/|language\/)/.test(input),
      ),
      [],
    );
    assert.deepEqual(
      Object.values(page.outputs)
        .flatMap(({ imports }) => imports.map(({ path }) => path))
        .filter(path => path !== 'vscode'),
      [],
    );
  });

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
