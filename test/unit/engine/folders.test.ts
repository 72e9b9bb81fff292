import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolders, removeFolders } from '../../../src/engine/folders';
import { Manifests } from '../../../src/engine/process/manifests';

const about = {
  topologyId: 'a',
  topologyName: 'orders',
  topologyKind: 'replication',
  owner: 'o',
  session: 's',
  schema: 1,
} as const;

suite('engine/folders: what an editor that was ended in the middle of a write leaves', () => {
  let home: string;
  setup(() => {
    home = mkdtempSync(join(tmpdir(), 'folders-'));
  });
  teardown(() => rmSync(home, { recursive: true }));

  test('half a README is no reason to keep the folder', async () => {
    const root = join(home, 'orders');
    await makeFolders(root, { ...about, nodes: ['redis-1'] }, undefined);
    writeFileSync(join(root, 'README.md.4711.new'), '');
    writeFileSync(join(root, 'compose.yaml.4711.new'), '# Wri');
    writeFileSync(join(root, '.redis-topology.json.4711.new'), '{');
    await removeFolders(root, 'a');
    assert.ok(!existsSync(root));
  });

  test('what is not ours stays, whatever it is called', async () => {
    const root = join(home, 'orders');
    await makeFolders(root, { ...about, nodes: ['redis-1'] }, undefined);
    const mine = ['README.md.new', 'README.md.x1.new', 'my-README.md.1.new'];
    for (const name of mine) writeFileSync(join(root, name), 'mine');
    await removeFolders(root, 'a');
    assert.deepEqual(readdirSync(root).sort(), [...mine].sort());
  });

  test('half a record of a topology goes with the record', async () => {
    const manifests = new Manifests(home);
    await manifests.addTopology('a', join(home, 'orders'));
    const half = join(home, 'topologies', 'a.json.4711.new');
    writeFileSync(half, '{');
    writeFileSync(join(home, 'topologies', 'b.json.4711.new'), '{');
    await manifests.removeTopology('a');
    assert.deepEqual(readdirSync(join(home, 'topologies')), ['b.json.4711.new']);
  });
});
