import type { Address } from '../../model/address';
import { distinctAddresses, fromHere, sameAddress } from '../../model/address';
import type { Instance, PublishedPort } from '../../model/instance';
import { isLoopback } from '../../model/servers';
import type { Node, SilenceReason } from '../../model/snapshot';

/** What came of one attempt to talk to a server from this machine. */
export interface Attempt {
  readonly address: Address;
  readonly outcome: 'answers' | SilenceReason;
}

/** One server as it is reached, and as it is not. */
export interface Reach {
  readonly node: string;
  /** What Redis tells clients and peers. */
  readonly announced?: Address;
  /** What answers from this machine, the address to use first. */
  readonly here: readonly Address[];
  /** Networks of the engine in which the announced address is the server's own: containers there reach it. */
  readonly within: readonly string[];
  readonly attempts: readonly Attempt[];
  readonly finding: ReachFinding;
}

/** Why, in order of what must be mended first. */
export type ReachFinding =
  /** Clients that ask the topology for addresses get one that works from here. */
  | { readonly code: 'reach-fine' }
  /** It is reached, but not where it says: programs on this machine need an address map, or the server another announcement. */
  | {
      readonly code: 'reach-elsewhere';
      readonly announced: Address;
      readonly use: Address;
      readonly why: 'not-routable' | 'other-port' | 'nobody-there';
    }
  | { readonly code: 'reach-not-running' }
  | { readonly code: 'reach-paused' }
  /** Nothing is published, and its own address does not lead there from this machine. */
  | { readonly code: 'reach-not-published'; readonly port: number }
  /** The engine takes the connection and nobody inside does: bound to loopback inside, or another port. */
  | { readonly code: 'reach-bound-inside'; readonly address: Address; readonly port: number }
  /** It is there and does not talk to us. */
  | { readonly code: 'reach-closed-to-us'; readonly address: Address; readonly reason: SilenceReason }
  /** Published on loopback of the engine's own machine, which is another one. */
  | { readonly code: 'reach-engine-only'; readonly port: number }
  | { readonly code: 'reach-nowhere' };

/** Reasons of somebody who lives at that address: the way there is open. */
const alive: ReadonlySet<Attempt['outcome']> = new Set([
  'answers',
  'password-required',
  'password-wrong',
  'no-permission',
  'protected-mode',
  'tls',
  'not-redis',
]);

/** Where it is worth trying, each address once: what is announced, what is published, the addresses in networks, loopback for a process. */
export function addressesToTry(node: Pick<Node, 'announced' | 'reachable' | 'instance'>): readonly Address[] {
  const { instance, announced, reachable } = node;
  const port = announced?.port ?? reachable?.port;
  // Of an engine elsewhere, an address in its networks would lead to nobody, or to a stranger.
  const own = instance?.afar === true ? new Set(instance.networks.map(({ address }) => address)) : undefined;
  const found = [
    ...(announced && !own?.has(announced.host) ? [announced] : []),
    ...(reachable ? [reachable] : []),
    ...publishedAs(instance, port).map(({ outside }) => outside),
    ...(port === undefined
      ? []
      : (own ? [] : (instance?.networks ?? [])).flatMap(({ address }) =>
          address === undefined || address === '' ? [] : [{ host: address, port }],
        )),
  ].map(fromHere);
  return distinctAddresses(found);
}

/** Puts the attempts of one node together: pure, so that every case is a line of a test. */
export function explainReach(node: Pick<Node, 'name' | 'announced' | 'instance'>, attempts: readonly Attempt[]): Reach {
  const { announced, instance } = node;
  const direct = attempts.filter(({ address }) => address.via === undefined);
  const here = direct.filter(({ outcome }) => outcome === 'answers').map(({ address }) => address);
  const within =
    announced === undefined
      ? []
      : (instance?.networks ?? [])
          .filter(({ address, name }) => address === announced.host || (name === 'host' && isLoopback(announced.host)))
          .map(({ name }) => name);
  return {
    node: node.name,
    ...(announced ? { announced } : {}),
    here,
    within,
    attempts,
    finding: find(node, direct, here),
  };
}

function find(
  { announced, instance }: Pick<Node, 'announced' | 'instance'>,
  attempts: readonly Attempt[],
  here: readonly Address[],
): ReachFinding {
  if (instance?.state === 'paused') return { code: 'reach-paused' };
  if (instance && instance.state !== 'running' && instance.state !== 'restarting') return { code: 'reach-not-running' };
  const told = announced && attempts.find(({ address }) => sameAddress(address, fromHere(announced)));
  // A published port works on every platform, a container's own address on Linux only.
  const use = here.find(({ host }) => isLoopback(host)) ?? here[0];
  if (told?.outcome === 'answers') return { code: 'reach-fine' };
  if (use && announced)
    return { code: 'reach-elsewhere', announced, use, why: whyElsewhere(announced, use, instance, told) };
  if (use) return { code: 'reach-fine' };
  const closed = attempts.find(({ outcome }) => alive.has(outcome));
  if (closed) return { code: 'reach-closed-to-us', address: closed.address, reason: closed.outcome as SilenceReason };
  const port = announced?.port ?? instance?.ports[0]?.inside;
  const published = publishedAs(instance, port);
  const refused = attempts.find(
    ({ address, outcome }) =>
      (outcome === 'closed' || outcome === 'refused') &&
      published.some(({ outside }) => sameAddress(fromHere(outside), address)),
  );
  if (refused && port !== undefined) return { code: 'reach-bound-inside', address: refused.address, port };
  const open = published.filter(({ outside }) => outside.via === undefined);
  if (instance?.engine === 'docker' && open.length === 0 && port !== undefined)
    return published.length === 0 ? { code: 'reach-not-published', port } : { code: 'reach-engine-only', port };
  const silent = attempts.find(({ outcome }) => outcome === 'timeout') ?? attempts[0];
  return silent
    ? { code: 'reach-closed-to-us', address: silent.address, reason: silent.outcome as SilenceReason }
    : { code: 'reach-nowhere' };
}

function whyElsewhere(
  announced: Address,
  use: Address,
  instance: Instance | undefined,
  told: Attempt | undefined,
): 'not-routable' | 'other-port' | 'nobody-there' {
  if (isLoopback(announced.host) && announced.port !== use.port) return 'other-port';
  const own = (instance?.networks ?? []).some(({ address }) => address === announced.host);
  return own || told?.outcome === 'timeout' ? 'not-routable' : 'nobody-there';
}

function publishedAs(instance: Instance | undefined, port: number | undefined): readonly PublishedPort[] {
  return (instance?.ports ?? []).filter(({ inside }) => inside === port);
}
