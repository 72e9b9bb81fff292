import assert from 'node:assert/strict';
import { Lazy } from '../../../src/base/lazy';

suite('lazy', () => {
  const counted = (): { lazy: Lazy<{ dispose(): void }>; made: number; disposed: number } => {
    const count = { made: 0, disposed: 0, lazy: undefined as unknown as Lazy<{ dispose(): void }> };
    count.lazy = new Lazy(() => {
      count.made++;
      return Promise.resolve({
        dispose: () => {
          count.disposed++;
        },
      });
    });
    return count;
  };

  test('makes once, on first use', async () => {
    const count = counted();
    assert.equal(count.made, 0);
    assert.equal(await count.lazy.get(), await count.lazy.get());
    assert.equal(count.made, 1);
  });

  test('after a reset it is let go of and made anew', async () => {
    const count = counted();
    await count.lazy.get();
    count.lazy.reset();
    await count.lazy.get();
    assert.deepEqual([count.made, count.disposed], [2, 1]);
  });

  test('tells that it was made', async () => {
    const count = counted();
    let told = 0;
    count.lazy.onDidMake(() => {
      told++;
    });
    await count.lazy.get();
    assert.equal(told, 1);
  });

  test('what is ready after disposal is let go of at once', async () => {
    const count = counted();
    const late = count.lazy.get();
    count.lazy.dispose();
    await assert.rejects(late, { name: 'AbortError' });
    assert.ok(count.disposed >= 1);
  });

  test('a failure is told, and the next use tries again', async () => {
    let tries = 0;
    const lazy = new Lazy(() =>
      ++tries === 1 ? Promise.reject(new Error('no')) : Promise.resolve({ dispose: () => undefined }),
    );
    await assert.rejects(lazy.get(), /no/);
    await lazy.get();
    assert.equal(tries, 2);
  });
});
