import assert from 'node:assert/strict';
import type { EngineSignal, Instance } from '../../../../src/engine/engine';
import { Watcher } from '../../../../src/engine/process/watcher';
import { until } from '../../../support/naming';
import { processInstance } from '../../../support/processEngine';

suite('engine/process/watcher', () => {
  let looks = 0;
  let state: Instance['state'] = 'running';
  let heard: string[] = [];
  const listener = (signal: EngineSignal): void => {
    heard.push(signal.type === 'instance' ? signal.action : signal.type);
  };
  const made = (): Watcher => {
    [looks, state, heard] = [0, 'running', []];
    return new Watcher(
      () => {
        looks++;
        return Promise.resolve([processInstance('redis-1', 7000, { state })]);
      },
      { running: 1, idle: 1 },
    );
  };
  const moreLooks = (): Promise<unknown> => {
    const before = looks;
    return until('two more looks', () => looks > before + 1);
  };
  /** No look comes, though there is time for many. */
  async function quiet(): Promise<void> {
    await new Promise(resolve => {
      setTimeout(resolve, 10);
    }); // one may be under way
    const before = looks;
    await new Promise(resolve => {
      setTimeout(resolve, 50);
    });
    assert.equal(looks, before);
  }

  test('tells what it sees between two looks', async () => {
    const watcher = made();
    const watching = watcher.listen(listener);
    await moreLooks();
    state = 'exited';
    await until('the end is told', () => heard.includes('die'));
    assert.deepEqual(heard, ['connected', 'die']);
    watching.dispose();
    await quiet();
    watcher.dispose();
  });

  test('does not look while all who listen rest, and tells afterwards', async () => {
    const watcher = made();
    const [one, other] = [watcher.listen(listener), watcher.listen(() => undefined)];
    await moreLooks();
    one.rest?.(true);
    await moreLooks();
    other.rest?.(true);
    await quiet();
    state = 'paused';
    await quiet();
    assert.deepEqual(heard, ['connected']);
    one.rest?.(false);
    await until('the pause is told', () => heard.includes('pause'));
    other.dispose();
    one.dispose();
    one.rest?.(false);
    await quiet();
    watcher.dispose();
  });
});
