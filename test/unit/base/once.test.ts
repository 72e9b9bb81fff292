import assert from 'node:assert/strict';
import { OncePer } from '../../../src/base/once';

suite('base/once', () => {
  test('who asks while it is under way waits for it; done, it is not done again', async () => {
    const once = new OncePer<string>();
    const [said, finish] = [[] as string[], [] as (() => void)[]];
    const work = (): Promise<void> => {
      said.push('begun');
      return new Promise(resolve => finish.push(resolve));
    };
    const first = once.run('a', work).then(() => said.push('first'));
    const second = once.run('a', work).then(() => said.push('second'));
    await new Promise(setImmediate);
    assert.deepEqual(said, ['begun']);
    finish[0]?.();
    await Promise.all([first, second]);
    await once.run('a', work);
    assert.deepEqual(said, ['begun', 'first', 'second']);
  });

  test('what failed is told to all who wait, and done anew for the next; keys are apart', async () => {
    const once = new OncePer<string>();
    let runs = 0;
    const fails = (): Promise<void> => Promise.reject(new Error(`no ${++runs}`));
    const both = await Promise.allSettled([once.run('a', fails), once.run('a', fails), once.run('b', fails)]);
    assert.deepEqual(
      both.map(one => (one.status === 'rejected' ? String(one.reason) : one.status)),
      ['Error: no 1', 'Error: no 1', 'Error: no 2'],
    );
    await once.run('a', () => Promise.resolve());
    await assert.rejects(once.run('b', fails), /no 3/);
  });
});
