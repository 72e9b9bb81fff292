import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import type { Reply } from '../../../../src/redis/client';
import { ReplyError } from '../../../../src/redis/client';
import { Crew } from '../../../../src/topology/cluster/crew';
import type { CrewMember } from '../../../../src/topology/cluster/crew';
import { SlotMover } from '../../../../src/topology/cluster/slotMover';

const names = ['giver', 'taker', 'other', 'heir'] as const;
type Name = (typeof names)[number];
const idOf = (name: Name): string => 'abcd'[names.indexOf(name)]?.repeat(40) ?? '';
const portOf = (name: Name): number => 7000 + names.indexOf(name);

type Answer = Reply | ReplyError;
/** Replies to the commands that begin so, one after the other, the last one stays. A function is asked each time. */
type Script = Readonly<Record<string, readonly Answer[] | ((text: string) => Answer)>>;

/** A cluster of three masters and a replica of the taker, none of them real: `heard` are the orders, questions left out. */
class Stage {
  readonly heard: string[] = [];
  /** Slots of the taker that its replica knows of. */
  readonly known = new Set<number>();
  readonly #turns = new Map<string, number>();

  constructor(
    private readonly scripts: Partial<Readonly<Record<Name, Script>>>,
    private readonly withHeir: boolean,
  ) {}

  mover(): Promise<SlotMover> {
    const crew = new Crew(
      { topologyId: 't', name: 'orders', seats: [] },
      names.filter(name => name !== 'heir' || this.withHeir).map(name => this.#member(name)),
      [],
    );
    return SlotMover.between(crew, crew.member('giver'), crew.member('taker'), undefined);
  }

  #member(name: Name): CrewMember {
    const address = { host: '10.0.0.1', port: portOf(name) };
    return {
      name,
      id: idOf(name),
      announced: address,
      connection: {
        address,
        onClose: () => ({ dispose: () => undefined }),
        dispose: () => undefined,
        subscribe: () => Promise.reject(new Error('no')),
        call: () => Promise.reject(new Error('no')),
        pipeline: commands => Promise.resolve(commands.map(command => this.#answer(name, command.join(' ')))),
      },
    };
  }

  #answer(name: Name, text: string): Answer {
    if (/SETSLOT|MIGRATE|MEET/.test(text))
      this.heard.push(`${name}: ${text.replaceAll(idOf('giver'), 'GIVER').replaceAll(idOf('taker'), 'TAKER')}`);
    const script = this.scripts[name] ?? {};
    const key = Object.keys(script).find(start => text.startsWith(start));
    if (key !== undefined) {
      const of = script[key] as Script[string];
      if (typeof of === 'function') return of(text);
      const turn = this.#turns.get(`${name} ${key}`) ?? 0;
      this.#turns.set(`${name} ${key}`, turn + 1);
      return of[Math.min(turn, of.length - 1)] as Answer;
    }
    switch (text.split(' ').slice(0, 2).join(' ')) {
      case 'CLUSTER NODES':
        return this.#nodes(name);
      case 'CLUSTER INFO':
        return 'cluster_state:ok\r\ncluster_current_epoch:3\r\n';
      case 'INFO replication':
        return name === 'heir'
          ? 'role:slave\r\nmaster_link_status:up\r\nslave_repl_offset:9\r\n'
          : 'role:master\r\nmaster_repl_offset:9\r\n';
      case 'CONFIG GET':
        return ['cluster-node-timeout', '3000'];
      case 'CLUSTER GETKEYSINSLOT':
        return [];
      case 'CLUSTER COUNTKEYSINSLOT':
        return 0;
      case 'MEMORY USAGE':
        return 100;
      default:
        return 'OK';
    }
  }

  #nodes(by: Name): string {
    const slots: Partial<Record<Name, string>> = {
      giver: '0-99',
      taker: ['100-199', ...(by === 'heir' ? this.known : [])].join(' '),
      other: '200-16383',
    };
    return names
      .filter(name => name !== 'heir' || this.withHeir)
      .map(
        (name, index) =>
          `${idOf(name)} 10.0.0.1:${portOf(name)}@1${portOf(name)} ${name === by ? 'myself,' : ''}${name === 'heir' ? `slave ${idOf('taker')}` : 'master -'} 0 0 ${index + 1} connected ${slots[name] ?? ''}`,
      )
      .join('\n');
  }
}

const open = ['taker: CLUSTER SETSLOT 5 IMPORTING GIVER', 'giver: CLUSTER SETSLOT 5 MIGRATING TAKER'];
const migrate = (more = ''): string => `giver: MIGRATE 10.0.0.1 7001  0 1000 ${more}KEYS k`;
const handed = [
  'taker: CLUSTER SETSLOT 5 NODE TAKER',
  'giver: CLUSTER SETSLOT 5 NODE TAKER',
  'other: CLUSTER SETSLOT 5 NODE TAKER',
];
const oneKey = { 'CLUSTER GETKEYSINSLOT': [['k'], []] };

suite('topology/cluster/slotMover', () => {
  const cases: readonly [
    title: string,
    scripts: Partial<Readonly<Record<Name, Script>>>,
    moved: string,
    heard: readonly string[],
  ][] = [
    ['an empty slot', {}, '0 keys, 0 missing', [...open, ...handed]],
    [
      'a slot with a key',
      { giver: oneKey, taker: { 'CLUSTER COUNTKEYSINSLOT': [1] } },
      '1 keys, 0 missing',
      [...open, migrate(), ...handed],
    ],
    [
      'keys that came while it moved',
      { giver: { 'CLUSTER GETKEYSINSLOT': [['k'], ['k'], []] }, taker: { 'CLUSTER COUNTKEYSINSLOT': [2] } },
      '2 keys, 0 missing',
      [...open, migrate(), migrate(), ...handed],
    ],
    [
      'a key that is not at the taker when its slot is handed over',
      { giver: oneKey, taker: { 'CLUSTER COUNTKEYSINSLOT': [0] } },
      '1 keys, 1 missing',
      [...open, migrate(), ...handed],
    ],
    [
      'more keys at the taker than went there: they were written meanwhile',
      { giver: oneKey, taker: { 'CLUSTER COUNTKEYSINSLOT': [9] } },
      '1 keys, 0 missing',
      [...open, migrate(), ...handed],
    ],
    [
      'a copy that an interrupted run left at the taker is replaced',
      {
        giver: { ...oneKey, MIGRATE: [new ReplyError('BUSYKEY Target key name already exists.'), 'OK'] },
        taker: { 'CLUSTER COUNTKEYSINSLOT': [1] },
      },
      '1 keys, 0 missing',
      [...open, migrate(), migrate('REPLACE '), ...handed],
    ],
    [
      'the giver is another one than when the taker began to import: the taker is told, and waited for until it serves',
      {
        giver: {
          'CLUSTER GETKEYSINSLOT': [['k'], ['k'], []],
          MIGRATE: [new ReplyError('ERR Target instance replied with error: CLUSTERDOWN The cluster is down'), 'OK'],
        },
        taker: {
          'CLUSTER COUNTKEYSINSLOT': [1],
          'CLUSTER INFO': [
            'cluster_state:ok\r\ncluster_current_epoch:3',
            'cluster_state:fail',
            'cluster_state:fail',
            'cluster_state:ok',
          ],
        },
      },
      '1 keys, 0 missing',
      [
        ...open,
        migrate(),
        'taker: CLUSTER SETSLOT 5 NODE GIVER',
        'taker: CLUSTER SETSLOT 5 IMPORTING GIVER',
        migrate(),
        ...handed,
      ],
    ],
    [
      'an earlier run was cut off when the taker alone knew',
      { taker: { 'CLUSTER SETSLOT 5 IMPORTING': [new ReplyError("ERR I'm already the owner of hash slot 5")] } },
      '0 keys, 0 missing',
      [open[0] ?? '', ...handed],
    ],
    [
      'the giver gave it to a predecessor of the taker that died',
      { giver: { 'CLUSTER SETSLOT 5 MIGRATING': [new ReplyError("ERR I'm not the owner of hash slot 5")] } },
      '0 keys, 0 missing',
      [...open, ...handed],
    ],
    [
      'the giver became a replica with its last slot',
      { giver: { 'CLUSTER SETSLOT 5 NODE': [new ReplyError('ERR You can use SETSLOT only with masters.')] } },
      '0 keys, 0 missing',
      [...open, ...handed],
    ],
  ];
  for (const [title, scripts, moved, heard] of cases) {
    test(title, async () => {
      const stage = new Stage(scripts, false);
      const mover = await stage.mover();
      const { keys, missing } = await mover.move(5);
      await mover.settle();
      assert.equal(`${keys} keys, ${missing} missing`, moved);
      assert.deepEqual(stage.heard, heard);
    });
  }

  test('a giver that says it is not the owner, and has keys, is not passed over', async () => {
    const stage = new Stage(
      {
        giver: {
          'CLUSTER GETKEYSINSLOT': [['k']],
          'CLUSTER SETSLOT 5 MIGRATING': [new ReplyError("ERR I'm not the owner of hash slot 5")],
        },
      },
      false,
    );
    await assert.rejects((await stage.mover()).move(5), error => isFault(error, 'redis-refused'));
    assert.deepEqual(stage.heard, open);
  });

  const setNode = (line: string): boolean => line.includes('SETSLOT 5 NODE');
  test("the giver keeps the slot until the taker's replica knows of it: an heir that does not would leave it with the dead", async () => {
    const stage = new Stage({}, true);
    const mover = await stage.mover();
    await mover.move(5, 6);
    assert.deepEqual(stage.heard.filter(setNode), ['taker: CLUSTER SETSLOT 5 NODE TAKER']);
    const settled = mover.settle();
    await new Promise(resolve => setTimeout(resolve, 60));
    assert.deepEqual(stage.heard.filter(setNode), ['taker: CLUSTER SETSLOT 5 NODE TAKER']);
    assert.equal(stage.heard.at(-1), 'taker: CLUSTER MEET 10.0.0.1 7003'); // who is met is told at once
    stage.known.add(5);
    await settled;
    assert.deepEqual(stage.heard.filter(setNode), handed);
  });

  test('a run that fails leaves with the giver what the replica does not know', async () => {
    const stage = new Stage({ taker: { 'CLUSTER MEET': [new ReplyError('ERR gone')] } }, true);
    const mover = await stage.mover();
    await mover.move(5);
    await mover.settle(true);
    assert.deepEqual(stage.heard.filter(setNode), ['taker: CLUSTER SETSLOT 5 NODE TAKER']);
  });

  test('a replica that falls silent holds nothing up', async () => {
    const stage = new Stage(
      {
        heir: {
          'CLUSTER NODES': text =>
            stage.heard.some(setNode)
              ? new ReplyError('LOADING')
              : text === ''
                ? ''
                : `${idOf('heir')} 10.0.0.1:7003@17003 myself,slave ${idOf('taker')} 0 0 2 connected`,
        },
      },
      true,
    );
    const mover = await stage.mover();
    await mover.move(5);
    await mover.settle();
    assert.deepEqual(stage.heard.filter(setNode), handed);
  });
});
