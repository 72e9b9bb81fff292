// Servers made by hand, and what is said to them, to bring about what goes wrong besides the pitfalls of the notes.
import type { Topology } from '../../src/model/snapshot';
import type { What } from '../../src/topology/diagnose/problem';
import type { HandMade } from './handMade';
import { testPort, until } from './naming';

/** One thing that went wrong: how long after the fact it was found, and how its mending was seen on the server. */
export interface Told {
  readonly code: What['code'];
  readonly ms: number;
  readonly mended: string;
}

export interface BeyondCase {
  readonly name: string;
  run(hand: HandMade): Promise<readonly Told[]>;
}

export const signal = new AbortController().signal;

export async function say(
  hand: HandMade,
  short: string,
  ...commands: readonly (readonly string[])[]
): Promise<unknown> {
  const connection = await hand.inventory.connectionTo(hand.node(short).id);
  try {
    let last: unknown;
    for (const command of commands) last = await connection.call(command, { timeoutMs: 10_000 });
    return last;
  } finally {
    connection.dispose();
  }
}

/** A server in a container of its own, in the network of the others; its conf, if any, is mounted with its folder. */
export async function server(
  hand: HandMade,
  short: string,
  args: readonly string[] = [],
  more: readonly string[] = [],
  conf = false,
): Promise<void> {
  await hand.create(
    short,
    [
      '--network',
      hand.name('net'),
      '-p',
      `127.0.0.1:${await testPort()}:6379`,
      ...(conf ? ['-v', `${hand.folder}/${short}/conf:/etc/redis`] : []),
      ...more,
    ],
    ['redis-server', ...(conf ? ['/etc/redis/redis.conf'] : ['--protected-mode', 'no', ...args])],
  );
}

export async function answers(hand: HandMade, short: string): Promise<void> {
  await until(`${short} answers`, () => {
    try {
      return hand.node(short).contact.state === 'answering';
    } catch {
      return false; // not listed yet
    }
  });
}

export const linked = async (hand: HandMade, short: string): Promise<true> =>
  until(
    `${short} is linked`,
    async () => /master_link_status:up/.test(String(await say(hand, short, ['INFO', 'replication']))) || undefined,
    30_000,
  );

/** All are there and nothing is wrong with them, be it that the loss of one would not be survived. */
export async function healthy(hand: HandMade, topology: () => Topology | undefined, nodes: number): Promise<void> {
  await until(
    `${nodes} nodes, healthy`,
    () => topology()?.nodes.length === nodes && topology()?.health.reasons.every(({ code }) => code === 'no-replica'),
    60_000,
  ).catch((error: unknown) => {
    const there = hand.inventory.snapshot.topologies.map(({ kind, nodes: of, health }) => [
      kind,
      of.map(({ name, role, contact }) => `${name} ${role} ${contact.state}`),
      health.reasons,
    ]);
    throw new Error(JSON.stringify(there), { cause: error });
  });
}
