import assert from 'node:assert/strict';
import { findCompose } from '../../../src/commands/composeTool';

suite('commands/composeTool: what Compose is called here', () => {
  const cases: readonly (readonly [title: string, there: readonly string[], expected: string | undefined])[] = [
    ['the plugin', ['docker compose version'], 'docker compose'],
    ['only the older program', ['docker-compose version'], 'docker-compose'],
    ['both', ['docker-compose version', 'docker compose version'], 'docker compose'],
    ['Podman', ['podman compose version'], 'podman compose'],
    ['none', [], undefined],
  ];
  for (const [title, there, expected] of cases)
    test(title, async () =>
      assert.equal(
        await findCompose((program, args) => Promise.resolve(there.includes([program, ...args].join(' ')))),
        expected,
      ),
    );

  test('programs that are not there are no failure', async () => {
    const asked: string[] = [];
    const tool = await findCompose((program, args) => {
      asked.push([program, ...args].join(' '));
      return Promise.resolve(false);
    });
    assert.deepEqual([tool, asked.length], [undefined, 3]);
  });
});
