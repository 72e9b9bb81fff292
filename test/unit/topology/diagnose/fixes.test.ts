import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import { editLines, setDirectives, undoEdits } from '../../../../src/topology/diagnose/fixes/confEdit';
import { planFix } from '../../../../src/topology/diagnose/fixes/plan';
import { stepInWords, fixInWords } from '../../../../src/editor/words/fixes';
import { plain } from '../../../support/plain';
import { sentinelTopology, snapshotOf } from '../../../support/snapshots';

suite('diagnose: conf files are edited and put back', () => {
  const edit = [{ line: 2, was: 'bind 127.0.0.1 ::1', now: '# bind 127.0.0.1 ::1' }];
  for (const end of ['\n', '\r\n']) {
    test(`line ends ${JSON.stringify(end)} stay`, () => {
      const text = ['port 6379', 'bind 127.0.0.1 ::1', ''].join(end);
      const changed = editLines(text, 'redis.conf', edit);
      assert.equal(changed, ['port 6379', '# bind 127.0.0.1 ::1', ''].join(end));
      assert.equal(editLines(changed, 'redis.conf', undoEdits(edit)), text);
    });
  }
  test('a line that somebody changed meanwhile is not touched', () =>
    assert.throws(
      () => editLines('port 6379\nbind *\n', 'redis.conf', edit),
      (error: unknown) => isFault(error, 'conf-changed'),
    ));

  const directives: readonly (readonly [title: string, before: string, after: string])[] = [
    [
      'the last line of the name counts and is replaced, others go',
      'requirepass a\nport 1\nrequirepass b\n',
      'port 1\nrequirepass new\n',
    ],
    ['what is not there comes at the end', '# only comments', '# only comments\nrequirepass new\n'],
    ['a comment that looks like it stays', '# requirepass foobared\n', '# requirepass foobared\nrequirepass new\n'],
  ];
  for (const [title, before, after] of directives)
    test(title, () => assert.equal(setDirectives(before, new Map([['requirepass', 'new']])), after));
  test('limits of buffers: one line a class', () =>
    assert.equal(
      setDirectives(
        'client-output-buffer-limit normal 0 0 0\nport 6379\nclient-output-buffer-limit replica 1 1 1\n',
        new Map([['client-output-buffer-limit', 'normal 0 0 0 slave 4096 1024 60']]),
      ),
      'port 6379\nclient-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit slave 4096 1024 60\n',
    ));
  test('slaveof is replicaof', () =>
    assert.equal(
      setDirectives('slaveof 1.2.3.4 5\n', new Map([['replicaof', '10.0.0.2 6379']])),
      'replicaof 10.0.0.2 6379\n',
    ));
});

suite('diagnose: plans', () => {
  const snapshot = snapshotOf(sentinelTopology());
  test('the backlog, and what may wait for a replica where that is less', () => {
    const raise = { code: 'raise-backlog', node: 'redis-1', bytes: 67108864 } as const;
    const told = (fix: Parameters<typeof planFix>[2]) =>
      planFix(snapshot, 't1', fix).steps.map(step =>
        step.act === 'config-set'
          ? `${step.setting} ${step.value}`
          : step.act === 'keep'
            ? step.settings.join()
            : step.act,
      );
    assert.deepEqual(told(raise), ['repl-backlog-size 67108864', 'repl-backlog-size']);
    assert.deepEqual(told({ ...raise, buffers: 'normal 0 0 0 slave 268435456 67108864 60' }), [
      'repl-backlog-size 67108864',
      'client-output-buffer-limit normal 0 0 0 slave 268435456 67108864 60',
      'repl-backlog-size,client-output-buffer-limit',
    ]);
  });
  test('a password comes to everybody before anybody asks for it, to the master last', () => {
    const { steps, warnings } = planFix(snapshot, 't1', { code: 'set-password', nodes: ['redis-1'] });
    assert.deepEqual(
      steps.map(step => `${step.act} ${'node' in step ? step.node : ''}`),
      [
        'set-masterauth redis-1',
        'set-masterauth redis-2',
        'set-masterauth redis-3',
        'set-requirepass redis-2',
        'set-requirepass redis-3',
        'set-requirepass redis-1',
        'keep redis-2',
        'keep redis-3',
        'keep redis-1',
      ],
    );
    assert.deepEqual(warnings, [{ code: 'clients-need-password' }]);
  });
  test('words of a plan hold no secret and name the nodes', () => {
    const { steps } = planFix(snapshot, 't1', { code: 'set-password', nodes: ['redis-1'] });
    assert.deepEqual(
      stepInWords(plain, steps[0] as never, id => id.toUpperCase()),
      'On REDIS-1: CONFIG SET masterauth (the password)',
    );
    assert.equal(
      fixInWords(
        plain,
        {
          code: 'edit-conf',
          node: 'redis-1',
          path: '/c',
          edits: [{ line: 1, was: 'dir /x', now: '# dir /x' }],
          then: 'start',
        },
        id => id,
      ),
      'Comment out “dir /x”',
    );
  });
});
