import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessEngine } from '../../../src/engine/process';
import { Manifests } from '../../../src/engine/process/manifests';
import { processTable } from '../../../src/engine/process/processTable';
import { Runner } from '../../../src/engine/process/runner';
import { newOwnership, OWNER, removeAll } from './place';

suite('engine/process: how a process ended is written down', function () {
  this.timeout(30_000);
  let home: string;
  let engine: ReturnType<typeof createProcessEngine>;
  let expect: ReturnType<typeof newOwnership>;
  let root: string;
  let id: string;

  setup(async () => {
    home = await mkdtemp(join(tmpdir(), 'process-end-'));
    engine = createProcessEngine({ owner: OWNER, home });
    expect = newOwnership();
    root = join(home, 'there');
    const storage = { kind: 'folder', root } as const;
    const place = await engine.createPlace({ ownership: expect, nodes: ['a'], storage });
    const [port = 0] = await engine.freePorts(21_900, 1);
    const content = `port ${port}\nbind 127.0.0.1\ndir ${engine.insidePaths(storage, 'a').data}\n`;
    id = await engine.create({
      ownership: { ...expect, node: 'a' },
      program: 'redis',
      image: 'redis-server',
      place,
      address: '127.0.0.1',
      port,
      files: [{ name: 'redis.conf', content }],
      storage,
    });
  });
  teardown(async () => {
    await removeAll(engine, expect.topologyId);
    engine.dispose();
    await rm(home, { recursive: true, force: true });
  });

  for (const [when, turns] of [
    ['before', 0],
    ['while', 6],
  ] as const) {
    test(`an instance removed ${when} its end is written down leaves no record behind`, async () => {
      // A busy disk: the record is read for the note of the end, and the answer is held up.
      let onRead: (() => void) | undefined;
      let goOn = (): void => undefined;
      const gate = new Promise<void>(resolve => {
        goOn = resolve;
      });
      class SlowManifests extends Manifests {
        override async find(wanted: string): ReturnType<Manifests['find']> {
          const found = await super.find(wanted);
          if (onRead === undefined) return found;
          onRead();
          await gate;
          return found;
        }
      }
      const manifests = new SlowManifests(home);
      let onEnd = (): void => undefined;
      const ended = new Promise<void>(resolve => {
        onEnd = resolve;
      });
      const runner = new Runner(manifests, processTable(), () => Promise.resolve(undefined), onEnd);
      await runner.start(id, expect);
      const held = await runner.held(id, expect);
      const read = new Promise<void>(resolve => {
        onRead = resolve;
      });
      process.kill(
        (JSON.parse(await readFile(join(root, 'a', 'instance.json'), 'utf8')) as { process: { pid: number } }).process
          .pid,
        'SIGKILL',
      );
      await read;
      if (turns > 0) goOn();
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      runner.forget(id);
      await manifests.remove(held);
      goOn();
      await ended;
      assert.deepEqual(
        (await readdir(join(root, 'a'))).filter(name => name.startsWith('instance.json')),
        [],
      );
      assert.deepEqual(await engine.list(), []);
    });
  }
});
