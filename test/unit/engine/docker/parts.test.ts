import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { HumanError } from '../../../../src/base/errors';
import type { EngineFault } from '../../../../src/engine/engine';
import { tar } from '../../../../src/engine/docker/archive';
import { labelsOf, namesOf, ownershipOf, PREFIX } from '../../../../src/engine/docker/labels';
import { projectOf } from '../../../../src/engine/names';
import { makeOnce } from '../../../../src/engine/docker/once';
import { Progress } from '../../../../src/engine/docker/pull';
import { Seen } from '../../../../src/engine/docker/seen';
import { Demultiplexer } from '../../../../src/engine/docker/streams';
import { Collector, Lines } from '../../../../src/engine/text';
import {
  candidates,
  formatSubnet,
  freeSubnet,
  layOut,
  overlaps,
  parseSubnet,
  seedOf,
} from '../../../../src/engine/docker/subnets';

const ownership = {
  topologyId: '6b2b0f0e-4f2f-4d5c-9a5e-0c1d2e3f4a5b',
  topologyName: 'orders',
  topologyKind: 'sentinel',
  node: 'redis-1',
  owner: 'me',
  session: 's1',
  schema: 1,
} as const;

suite('engine/docker/labels', () => {
  test('what is written is read back', () => {
    assert.deepEqual(ownershipOf(labelsOf(ownership)), ownership);
    const { node: _, ...whole } = ownership;
    assert.deepEqual(ownershipOf(labelsOf(whole)), { ...ownership, node: '' });
  });

  const ours = labelsOf(ownership);
  const decoys: readonly (readonly [string, Record<string, string>])[] = [
    ['no labels', {}],
    [
      'another prefix',
      Object.fromEntries(
        Object.entries(ours).map(([name, value]) => [name.replace(PREFIX, 'redis-topology-x.'), value]),
      ),
    ],
    ['managed alone', { [`${PREFIX}managed`]: '1' }],
    ['managed is not 1', { ...ours, [`${PREFIX}managed`]: 'true' }],
    ['a topology that is no UUID', { ...ours, [`${PREFIX}topology`]: 'orders' }],
    ['an unknown kind', { ...ours, [`${PREFIX}kind`]: 'ring' }],
    ['no owner', { ...ours, [`${PREFIX}owner`]: '' }],
    ['a schema that is no number', { ...ours, [`${PREFIX}schema`]: 'x' }],
  ];
  for (const [what, labels] of decoys) test(`not ours: ${what}`, () => assert.equal(ownershipOf(labels), undefined));

  const projects: readonly (readonly [string, string])[] = [
    ['orders', 'orders'],
    ['My Orders', 'my-orders'],
    ['_x', 'x'],
    ['订单', 'redis'],
    ['a.b', 'a-b'],
  ];
  for (const [name, project] of projects) test(`project of ${name}`, () => assert.equal(projectOf(name), project));
  test('names of a node', () =>
    assert.deepEqual(namesOf('orders', 'redis-1'), {
      container: 'orders-redis-1',
      conf: 'orders-redis-1-conf',
      data: 'orders-redis-1-data',
    }));
});

suite('engine/docker/subnets', () => {
  const read: readonly (readonly [string, string | undefined])[] = [
    ['172.18.5.9/24', '172.18.5.0/24'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['1.2.3.4/32', '1.2.3.4/32'],
    ['fd00::/8', undefined],
    ['1.2.3/8', undefined],
    ['1.2.3.300/8', undefined],
    ['1.2.3.4/33', undefined],
  ];
  for (const [text, expected] of read)
    test(`reads ${text}`, () => assert.equal(parseSubnet(text) && formatSubnet(parseSubnet(text)!), expected));

  const pairs: readonly (readonly [string, string, boolean])[] = [
    ['10.0.0.0/8', '10.9.0.0/16', true],
    ['10.1.0.0/16', '10.2.0.0/16', false],
    ['172.18.1.0/24', '172.18.1.128/25', true],
    ['172.18.1.0/24', '172.18.0.0/16', true],
    ['0.0.0.0/0', '8.8.8.8/32', true],
    ['192.168.0.0/24', '192.168.1.0/24', false],
  ];
  for (const [a, b, expected] of pairs)
    test(`${a} and ${b}`, () => assert.equal(overlaps(parseSubnet(a)!, parseSubnet(b)!), expected));

  test('the one chosen overlaps nothing, whatever is taken; the seed turns the order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(13), fc.nat(255), fc.constantFrom(16, 20, 24))), fc.nat(), (taken, seed) => {
        const used = taken.map(([second, third, bits]) => parseSubnet(`172.${18 + second}.${third}.0/${bits}`)!);
        const chosen = freeSubnet(used, seed);
        assert.ok(chosen && used.every(other => !overlaps(chosen, other)));
      }),
    );
    assert.notDeepEqual([...candidates(1)][0], [...candidates(2)][0]);
    assert.equal(seedOf('a'), seedOf('a'));
  });

  test('when 172.x is full it goes on in 10.x; when all is full there is none', () => {
    const private172 = parseSubnet('172.16.0.0/12')!;
    assert.match(formatSubnet(freeSubnet([private172], 7)!), /^10\.(6[4-9]|[789]\d|1[01]\d|12[0-7])\.\d+\.0\/24$/);
    assert.equal(freeSubnet([private172, parseSubnet('10.0.0.0/8')!], 7), undefined);
  });

  test('fixed addresses and those for others lie apart', () => {
    const subnet = parseSubnet('172.20.7.0/24')!;
    assert.deepEqual(layOut(subnet, 3), {
      gateway: '172.20.7.1',
      addresses: ['172.20.7.2', '172.20.7.3', '172.20.7.4'],
      dynamicRange: '172.20.7.128/25',
    });
    assert.equal(layOut(subnet, 126).addresses.at(-1), '172.20.7.127');
    assert.throws(() => layOut(subnet, 127), RangeError);
  });
});

suite('engine/docker/archive', () => {
  test('folders and files with owner and mode, padded, closed by two empty blocks', () => {
    const bytes = tar(
      [
        { kind: 'folder', name: 'conf', mode: 0o750, uid: 999, gid: 999 },
        { kind: 'file', name: 'conf/redis.conf', mode: 0o600, uid: 999, gid: 12, content: 'port 1\n# ü' },
      ],
      1,
    );
    assert.equal(bytes.length, 512 * 5);
    const field = (block: number, at: number, length: number): string =>
      bytes.toString('latin1', block * 512 + at, block * 512 + at + length).replace(/\0.*$/s, '');
    assert.deepEqual([field(0, 0, 100), field(0, 100, 8), field(0, 156, 1)], ['conf/', '0000750', '5']);
    assert.deepEqual(
      [
        field(1, 0, 100),
        field(1, 100, 8),
        field(1, 108, 8),
        field(1, 116, 8),
        field(1, 124, 12),
        field(1, 156, 1),
        field(1, 257, 5),
      ],
      ['conf/redis.conf', '0000600', '0001747', '0000014', '00000000013', '0', 'ustar'],
    );
    assert.equal(bytes.toString('utf8', 1024, 1024 + 11), 'port 1\n# ü'.padEnd(10));
    for (const block of [0, 1]) {
      const head = Buffer.from(bytes.subarray(block * 512, block * 512 + 512));
      const sum = parseInt(field(block, 148, 6), 8);
      head.fill(' ', 148, 156);
      assert.equal(
        head.reduce((total, byte) => total + byte, 0),
        sum,
      );
    }
  });

  for (const name of ['../x', '/etc/passwd', 'a b', 'ü', '', 'a'.repeat(101)])
    test(`refuses the name ${JSON.stringify(name).slice(0, 20)}`, () =>
      assert.throws(() => tar([{ kind: 'file', name, mode: 0, uid: 0, gid: 0, content: '' }]), RangeError));
});

suite('engine/docker/streams', () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };

  test('frames cut anywhere give the same two streams', () => {
    const whole = Buffer.concat([
      frame(1, 'grüße\n'),
      frame(2, 'oh'),
      frame(1, ''),
      frame(2, ' no\nlast'),
      frame(1, 'x'.repeat(300)),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), cuts => {
        const kept = { 1: new Collector(10_000), 2: new Collector(10_000) };
        const frames = new Demultiplexer((stream, chunk) => kept[stream].add(chunk));
        const at = [0, ...[...cuts].sort((a, b) => a - b), whole.length];
        for (let index = 1; index < at.length; index++) frames.feed(whole.subarray(at[index - 1]!, at[index]!));
        assert.equal(kept[1].text(), `grüße\n${'x'.repeat(300)}`);
        assert.equal(kept[2].text(), 'oh no\nlast');
      }),
    );
  });

  test('what is no multiplexed stream is said', () => {
    assert.throws(
      () => new Demultiplexer(() => undefined).feed(Buffer.from('<html><body>')),
      /not a multiplexed stream/,
    );
  });

  test('lines, whatever the chunks; no newline at the end; a line without end in parts', () => {
    const bytes = Buffer.from('one\r\nzwei ü\n\nlast');
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
        const seen: string[] = [];
        const lines = new Lines(line => seen.push(line));
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        for (const part of [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]) lines.feed(part);
        lines.end();
        assert.deepEqual(seen, ['one', 'zwei ü', '', 'last']);
      }),
    );
    const parts: string[] = [];
    new Lines(line => parts.push(line), 10).feed(Buffer.from('x'.repeat(25)));
    assert.deepEqual(parts, ['x'.repeat(25)]);
  });

  test('a collector keeps the first bytes only', () => {
    const kept = new Collector(5);
    for (const part of ['abc', 'def', 'ghi']) kept.add(Buffer.from(part));
    assert.equal(kept.text(), 'abcde');
  });
});

suite('engine/docker/once', () => {
  const lost = (): never => {
    throw new HumanError<EngineFault>({ code: 'engine-lost', endpoint: 'x', text: 'cut' });
  };
  const taken = (): never => {
    throw new HumanError<EngineFault>({ code: 'name-taken', name: 'x' });
  };
  const cases: readonly (readonly [
    string,
    readonly (() => string)[],
    readonly (string | undefined)[],
    string,
    number,
  ])[] = [
    ['the first try answers', [() => 'a'], [], 'a', 1],
    ['lost, but found: not made again', [lost], ['a'], 'a', 1],
    ['lost, not found: made again', [lost, () => 'b'], [undefined], 'b', 2],
    ['lost, not yet listed, name taken, then listed', [lost, taken], [undefined, undefined, 'a'], 'a', 2],
    ["lost and the name is a stranger's", [lost, taken], [], 'engine-lost', 2],
    ['lost twice', [lost, lost], [], 'engine-lost', 2],
    ['refused', [taken], [], 'name-taken', 1],
  ];
  for (const [what, tries, finds, expected, made] of cases) {
    test(what, async function () {
      this.timeout(5000);
      let made_ = 0;
      let looked = 0;
      const outcome = await makeOnce(
        async () => tries[made_++]!(),
        async () => finds[looked++],
      ).catch((error: HumanError) => error.fault.code);
      assert.equal(outcome, expected);
      assert.equal(made_, made);
    });
  }
});

suite('engine/docker/seen', () => {
  test('kept until an event speaks of it; nothing that was asked before an event is kept after it', () => {
    const seen = new Seen<string>();
    const put = (id: string, between?: () => void): string | undefined => {
      const mark = seen.mark(id);
      between?.();
      seen.put(id, 'x', mark);
      return seen.get(id);
    };
    assert.equal(put('a'), 'x');
    seen.hear({ type: 'instance', id: 'b', action: 'die', at: 0 });
    assert.equal(seen.get('a'), 'x');
    seen.hear({ type: 'instance', id: 'a', action: 'die', at: 0 });
    assert.equal(seen.get('a'), undefined);
    assert.equal(
      put('a', () => seen.hear({ type: 'instance', id: 'a', action: 'start', at: 0 })),
      undefined,
    );
    assert.equal(
      put('a', () => seen.hear({ type: 'other', at: 0 })),
      undefined,
    );
    assert.equal(put('a'), 'x');
    seen.hear({ type: 'connected' });
    assert.equal(seen.get('a'), undefined);
    assert.equal(put('a'), 'x');
    seen.keepOnly(new Set());
    assert.equal(seen.get('a'), undefined);
  });
});

suite('engine/docker/pull', () => {
  test('adds up layers, never goes back, and hands out the failure', () => {
    const progress = new Progress();
    const line = (value: object): string | undefined => progress.read(JSON.stringify(value));
    assert.equal(progress.fraction, undefined);
    line({ status: 'Downloading', id: 'a', progressDetail: { current: 50, total: 100 } });
    assert.equal(progress.fraction, 0.5);
    line({ status: 'Downloading', id: 'b', progressDetail: { current: 0, total: 900 } });
    assert.equal(progress.fraction, 0.5);
    line({ status: 'Download complete', id: 'b', progressDetail: {} });
    assert.equal(progress.fraction, 0.95);
    line({ status: 'Pull complete', id: 'a', progressDetail: {} });
    assert.equal(progress.fraction, 1);
    assert.equal(progress.read('garbage'), undefined);
    assert.equal(line({ error: 'no', errorDetail: { message: 'manifest unknown' } }), 'manifest unknown');
  });
});
