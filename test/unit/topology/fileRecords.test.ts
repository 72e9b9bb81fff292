import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileRecords } from '../../../src/topology/fileRecords';

suite('topology/fileRecords', () => {
  let folder: string;
  setup(() => {
    folder = mkdtempSync(join(tmpdir(), 'records-'));
  });
  teardown(() => rmSync(folder, { recursive: true }));

  test('what one process writes, another reads at once: keys of any characters', async () => {
    const [one, other] = [new FileRecords(join(folder, 'new', 'here')), new FileRecords(join(folder, 'new', 'here'))];
    assert.deepEqual([one.keys(), one.get('a')], [[], undefined]);
    const keys = ['journal:1-2', 'connection-code/client', 'ä ö .json', '%2F..'];
    for (const key of keys) void one.set(key, { key }); // safe when the call is over
    assert.deepEqual([...other.keys()].sort(), [...keys].sort());
    for (const key of keys) assert.deepEqual(other.get(key), { key });
    await other.delete('journal:1-2');
    await other.delete('never there');
    assert.deepEqual([one.get('journal:1-2'), one.keys().length], [undefined, 3]);
  });

  test('half a write, and a file that somebody spoiled, are no records', () => {
    const records = new FileRecords(folder);
    writeFileSync(join(folder, 'a.json.4711.new'), '{"a":');
    writeFileSync(join(folder, 'b.json'), '{"b":');
    assert.deepEqual([records.keys(), records.get('a'), records.get('b')], [['b'], undefined, undefined]);
  });

  test('a folder that cannot be written is a rejection that names it', async () => {
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(new FileRecords(join(folder, 'file')).set('a', 1), /file/);
    assert.deepEqual(readdirSync(folder), ['file']);
  });
});
