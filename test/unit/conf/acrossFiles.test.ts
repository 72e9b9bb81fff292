import assert from 'node:assert/strict';
import { validateTopology } from '../../../src/conf/acrossFiles';
import { parseDocument } from '../../../src/conf/document';
import { guessMode } from '../../../src/conf/mode';
import { defaultTarget } from '../../../src/conf/target';
import { validate } from '../../../src/conf/validate';
import { describe } from '../../../src/conf/words';

/** `file:code` of every finding over the files; a node's address in its topology is its file name. */
function found(files: Readonly<Record<string, string>>, addressed = true): string[] {
  const list = Object.entries(files).map(([title, text]) => {
    const document = parseDocument(text, title);
    return {
      document,
      title,
      report: validate(document, { target: defaultTarget, mode: guessMode(document) }),
      ...(addressed && { addresses: [title] }),
    };
  });
  const findings = validateTopology(list);
  for (const finding of findings)
    assert.doesNotMatch(describe(finding), /geheim|\{\w+\}/, 'a secret or a hole in a message');
  return findings.map(finding => `${finding.uri}:${finding.code.replace('topology-', '')}`);
}

const watch = (quorum: number, more = ''): string =>
  `port 26379\nsentinel resolve-hostnames yes\nsentinel monitor m n1 6379 ${String(quorum)}\n${more}`;
const node = (more = ''): string => `port 6379\n${more}`;
const replica = (more = ''): string => node(`replicaof n1 6379\n${more}`);
const id = (letter: string): string => `sentinel myid ${letter.repeat(40)}\n`;
const password = 'requirepass geheim\nmasterauth geheim\n';
const pass = 'sentinel auth-pass m geheim\n';

suite('several files of one topology', () => {
  const cases: readonly (readonly [name: string, files: Readonly<Record<string, string>>, codes: readonly string[]])[] =
    [
      [
        'three sentinels, a master, two replicas: nothing to say',
        {
          s1: watch(2, id('a')),
          s2: watch(2, id('b')),
          s3: watch(2, id('c')),
          n1: node(),
          n2: replica(),
          n3: replica(),
        },
        [],
      ],
      [
        'with passwords that agree',
        { s1: watch(2, pass), s2: watch(2, pass), s3: watch(2, pass), n1: node(password), n2: replica(password) },
        [],
      ],
      [
        'one myid in two files',
        { s1: watch(2, id('a')), s2: watch(2, id('a')), s3: watch(2), n1: node() },
        ['s1:myid-twice', 's2:myid-twice'],
      ],
      [
        'quorum above the majority',
        { s1: watch(3), s2: watch(3), s3: watch(3), n1: node() },
        ['s1:quorum-above-majority', 's2:quorum-above-majority', 's3:quorum-above-majority'],
      ],
      [
        'quorum above the number',
        { s1: watch(4), s2: watch(2), s3: watch(2), n1: node() },
        ['s1:quorum-too-high', 's2:quorum-differs', 's3:quorum-differs'],
      ],
      ['two sentinels', { s1: watch(2), s2: watch(2), n1: node() }, ['s1:sentinels-few']],
      ['a lone sentinel file says nothing of the others', { s1: watch(2), n1: node() }, []],
      [
        'unless it wrote them down',
        {
          s1: watch(
            4,
            `sentinel known-sentinel m 10.0.0.2 26379 ${'b'.repeat(40)}\nsentinel known-sentinel m 10.0.0.3 26379 ${'c'.repeat(40)}\n`,
          ),
          n1: node(),
        },
        ['s1:quorum-too-high'],
      ],
      ['a cluster node is watched', { s1: watch(2), n1: node('cluster-enabled yes\n') }, ['s1:monitors-cluster']],
      ['nobody is there', { s1: watch(2), n2: node() }, ['s1:monitors-unknown']],
      ['a replica is watched', { s1: watch(2), n1: node('replicaof n2 6379\n'), n2: node() }, ['s1:monitors-replica']],
      ['the sentinel has no password', { s1: watch(2), n1: node(password) }, ['s1:auth-sentinel']],
      [
        'the sentinel has another password',
        { s1: watch(2, 'sentinel auth-pass m other\n'), n1: node(password) },
        ['s1:auth-sentinel'],
      ],
      [
        'users of the master say more than a password can',
        { s1: watch(2, 'sentinel auth-user m u\nsentinel auth-pass m other\n'), n1: node(password) },
        [],
      ],
      ['the replica has no password', { n1: node(password), n2: replica('requirepass geheim\n') }, ['n2:auth-replica']],
      [
        'the replica has another password',
        { n1: node(password), n2: replica('requirepass geheim\nmasterauth other\n') },
        ['n2:auth-replica'],
      ],
      [
        'the replica has another password, and the servers wrote down the user default',
        {
          n1: node(
            `${password}user default on #addb0f5e7826c857d7376d1bd9bc33c0c544790a2eac96144a8af22b1298c940 ~* &* +@all\n`,
          ),
          n2: replica('masterauth other\n'),
        },
        ['n2:auth-replica'],
      ],
      [
        'the old master cannot come back',
        { n1: node('requirepass geheim\nmasterauth other\n'), n2: replica(password) },
        ['n2:auth-differs'],
      ],
      ['a password that nobody asks for', { n1: node(), n2: replica('masterauth geheim\n') }, []],
      [
        'renamed, and the sentinel not told',
        { s1: watch(2), n1: node('rename-command CONFIG xyz\n') },
        ['s1:renamed-for-sentinel'],
      ],
      [
        'renamed, and told',
        { s1: watch(2, 'sentinel rename-command m config xyz\n'), n1: node('rename-command CONFIG xyz\n') },
        [],
      ],
      ['renamed away', { s1: watch(2), n1: node('rename-command SLAVEOF ""\n') }, ['s1:renamed-for-sentinel']],
      ['a command that no sentinel sends', { s1: watch(2), n1: node('rename-command FLUSHALL ""\n') }, []],
      [
        'no replica may become master',
        { s1: watch(2), n1: node(), n2: replica('replica-priority 0\n') },
        ['s1:no-candidate'],
      ],
      [
        'more replicas asked for than there are',
        { n1: node('min-replicas-to-write 2\n'), n2: replica() },
        ['n1:min-replicas'],
      ],
      ['one port on many machines', { n1: node(), n2: replica(), n3: replica() }, []],
    ];
  for (const [name, files, codes] of cases) test(name, () => assert.deepEqual(found(files), codes));

  test('one port twice on this machine, told from a loopback address', () => {
    const local = {
      'a.conf': 'port 7000\n',
      'b.conf': 'port 7000\nreplicaof 127.0.0.1 7001\n',
      'c.conf': 'port 7001\n',
    };
    assert.deepEqual(found(local, false), ['b.conf:same-port']);
  });

  test('disabled by a comment', () => {
    assert.deepEqual(found({ s1: `# redis-conf-disable topology-monitors-unknown\n${watch(2)}`, n2: node() }), []);
  });
});
