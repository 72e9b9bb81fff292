import { mapLimit } from '../base/abort';
import { HumanError, isFault, textOf } from '../base/errors';
import type { Engine, Place } from '../engine/engine';
import type { VerbDeps } from './deps';
import { ownershipOf } from './journal';
import type { Journal } from './journal';
import { PASSWORD, renderFiles } from './plan';
import type { PlannedNode, TopologyPlan } from './plan';
import type { Seat } from './talk';
import type { TalkFault } from './talk';
import { isEmpty, removeInstances } from './undo';

/**
 * The part that every creation shares: secret, network, containers (or processes). Each act is in the journal before it happens, and each
 * may find that an earlier run did it already.
 */

export type BringUpFault =
  /** The given password was lost with the process that should have kept it; the creation can only be removed. */
  | { readonly code: 'secret-missing'; readonly name: string }
  /** The server didn't come up: what it said last, secrets cut out. */
  | {
      readonly code: 'node-failed';
      readonly node: string;
      readonly state: string;
      readonly exitCode?: number;
      readonly lines: readonly string[];
      readonly text: string;
    };

/** A planned node with its place; `started` resolves once the engine has started it. */
export interface RunningNode {
  readonly planned: PlannedNode;
  /** Of an engine on another machine, the way there is only known once `started` resolves. */
  seat: Seat;
  readonly started: Promise<void>;
  /** Set when `started` resolves. */
  instanceId: string;
  readonly setStarted: () => void;
}

/** Containers that are made and started at the same time; more are no faster on a few cores. */
const AT_ONCE = 3;
const LOG_LINES = 20;

/** Puts the password into the secret store before anything is made with it. */
export async function keepSecret(
  deps: VerbDeps,
  journal: Journal,
  plan: TopologyPlan,
  given: string | undefined,
): Promise<string | undefined> {
  if (plan.password === 'none') return undefined;
  const { topologyId } = journal.record;
  const kept = await deps.secrets.get(topologyId);
  if (kept !== undefined && journal.entry('secret') !== undefined) return kept;
  const password = plan.password === 'given' ? given : deps.randomPassword();
  if (password === undefined) throw new HumanError<BringUpFault>({ code: 'secret-missing', name: plan.name });
  await journal.act('secret', { act: 'forget-secret' }, () => deps.secrets.set(topologyId, password));
  return password;
}

/** Network and volumes. The addresses are only known from its answer, so a place whose answer was lost is made anew. */
export async function makePlace(
  deps: VerbDeps,
  journal: Journal,
  plan: TopologyPlan,
  signal: AbortSignal,
): Promise<Place> {
  const earlier = journal.entry('place');
  if (earlier?.state === 'done') return earlier.data as Place;
  const engine = deps.engine(plan.engine);
  const { topologyId } = journal.record;
  if (earlier !== undefined && !isEmpty(await engine.findOwned(topologyId, signal)))
    await engine.removePlace(topologyId, { data: true }, signal);
  signal.throwIfAborted();
  // Without the user's signal: an act whose answer is thrown away would have to be guessed at by the undo.
  return journal.act('place', { act: 'remove-place' }, () =>
    engine.createPlace({
      ownership: ownershipOf(journal.record),
      nodes: plan.nodes.map(node => node.name),
      storage: plan.storage,
    }),
  );
}

export function nodesOf(plan: TopologyPlan, place: Place): readonly RunningNode[] {
  return plan.nodes.map((planned, i) => {
    const host = place.addresses[i];
    if (host === undefined) throw new RangeError(`no address for ${planned.name}`);
    let setStarted: () => void = () => undefined;
    const started = new Promise<void>(resolve => {
      setStarted = resolve;
    });
    const seat: Seat = {
      name: planned.name,
      announced: { host, port: planned.port },
      reachable: { host: '127.0.0.1', port: planned.port },
    };
    return { planned, seat, started, setStarted, instanceId: '' };
  });
}

/** Makes and starts the nodes in the plan's order, a few at a time. */
export async function startNodes(
  deps: VerbDeps,
  journal: Journal,
  plan: TopologyPlan,
  place: Place,
  nodes: readonly RunningNode[],
  password: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const engine = deps.engine(plan.engine);
  const { afar } = await engine.describe(signal);
  const values = new Map(nodes.map(({ seat }) => [seat.name, seat.announced.host]));
  if (password !== undefined) values.set(PASSWORD, password);
  await mapLimit(nodes, AT_ONCE, async node => {
    signal.throwIfAborted();
    node.instanceId = await makeInstance(engine, journal, plan, place, node, values, signal);
    if (afar === true || plan.storage.kind === 'swarm')
      node.seat = { ...node.seat, reachable: { ...node.seat.announced, via: node.instanceId } };
    signal.throwIfAborted();
    await journal.act(`start ${node.seat.name}`, { act: 'nothing' }, () =>
      engine.start(node.instanceId, { topologyId: journal.record.topologyId }),
    );
    node.setStarted();
  });
}

async function makeInstance(
  engine: Engine,
  journal: Journal,
  plan: TopologyPlan,
  place: Place,
  { planned, seat }: RunningNode,
  values: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const step = `create ${planned.name}`;
  const { topologyId } = journal.record;
  const earlier = journal.entry(step);
  if (earlier !== undefined) {
    const { instances } = await engine.findOwned(topologyId, signal);
    const known = earlier.state === 'done' ? instances.find(instance => instance.id === earlier.data) : undefined;
    if (known !== undefined) return known.id;
    // Intended only: it may exist without its files. Made anew.
    await removeInstances(engine, topologyId, signal, planned.name);
  }
  return journal.act(step, { act: 'remove-node', node: planned.name }, () =>
    engine.create({
      ownership: { ...ownershipOf(journal.record), node: planned.name },
      program: planned.program,
      image: plan.image,
      place,
      address: seat.announced.host,
      port: planned.port,
      files: renderFiles(planned, values),
      storage: plan.storage,
      ...(planned.host === undefined ? {} : { host: planned.host.id }),
      ...(values.has(PASSWORD) ? { secret: values.get(PASSWORD) as string } : {}),
    }),
  );
}

/** Makes "it doesn't answer" into what the server said before it fell silent. Any other error is returned as it is. */
export async function explainSilence(
  deps: VerbDeps,
  plan: TopologyPlan,
  nodes: readonly RunningNode[],
  password: string | undefined,
  error: unknown,
): Promise<unknown> {
  if (!isFault(error, 'node-not-answering')) return error;
  const fault = error.fault as TalkFault;
  const node = nodes.find(({ seat }) => seat.name === fault.node);
  if (node === undefined || node.instanceId === '') return error;
  const engine = deps.engine(plan.engine);
  const lines: string[] = [];
  try {
    const instance = (await engine.list()).find(({ id }) => id === node.instanceId);
    await engine.logs(node.instanceId, { tail: LOG_LINES, follow: false }, line =>
      lines.push(password === undefined ? line : line.replaceAll(password, '***')),
    );
    const exitCode = instance?.exit?.code;
    return new HumanError<BringUpFault>(
      {
        code: 'node-failed',
        node: fault.node,
        state: instance?.state ?? 'gone',
        ...(exitCode === undefined ? {} : { exitCode }),
        lines,
        text: fault.text,
      },
      { cause: error },
    );
  } catch (second) {
    // The engine can't tell either: the silence itself is then what there is to say.
    return new HumanError<BringUpFault>(
      { code: 'node-failed', node: fault.node, state: 'unknown', lines, text: `${fault.text}; ${textOf(second)}` },
      { cause: error },
    );
  }
}
