import { isDeadline, until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import type { Place } from '../../engine/engine';
import { ReplyError } from '../../redis/client';
import { explainSilence, nodesOf, startNodes } from '../bringUp';
import type { Creation } from '../creation';
import { PATIENCE } from '../crew';
import type { VerbDeps } from '../deps';
import { Journal, journalsOf, ownershipOf } from '../journal';
import type { OnProgress } from '../ports';
import { Steps } from '../steps';
import type { StepProgress } from '../steps';
import { Talk } from '../talk';
import { deafPairs } from './agreement';
import type { ClusterLack } from './agreement';
import type { AdditionPlan, AdditionStep } from './addPlan';
import { withCrew } from './crew';
import type { Crew, CrewMember } from './crew';
import { copyFunctions } from './functions';
import type { JoinFault } from './join';
import { lacksOfNewcomer } from './newcomer';
import { undoAddition } from './undoAddition';
import { ask, meet } from './wire';

export type AdditionProgress = StepProgress<AdditionStep>;
export type AdditionReport = Creation<AdditionStep, AdditionCheck>;

export type AdditionCheck =
  /** Every answering node lists it in its role, with links both ways, and it sees the same slots. */
  | { readonly code: 'newcomer-agreed'; readonly node: string; readonly nodes: number }
  | { readonly code: 'newcomer-follows'; readonly node: string; readonly master: string }
  | { readonly code: 'newcomer-functions'; readonly node: string; readonly libraries: readonly string[] };

export type AddFault =
  /** A creation, removal or addition of this topology is under way, or was cut off and waits to be finished. */
  { readonly code: 'topology-busy'; readonly name: string };

const DEADLINE_MS = 30_000;
/** A first synchronisation of real data takes its time; the user can cancel the waiting. */
const FOLLOW_MS = 600_000;

/** Makes the node and joins it, or leaves the cluster as it was: on failure and on cancel it is forgotten by all and removed. */
export async function addNode(
  deps: VerbDeps,
  plan: AdditionPlan,
  signal: AbortSignal,
  onProgress: OnProgress<AdditionProgress>,
): Promise<AdditionReport> {
  signal.throwIfAborted();
  const { topologyId, name } = plan.target;
  if (journalsOf(deps.records).some(record => record.topologyId === topologyId))
    throw new HumanError<AddFault>({ code: 'topology-busy', name });
  const journal = await Journal.begin(deps, {
    verb: 'add',
    topologyId,
    session: deps.uuid(),
    name,
    kind: 'cluster',
    engine: plan.engine,
    plan,
  });
  let report: AdditionReport;
  try {
    report = await runAddition(deps, journal, plan, signal, onProgress);
  } catch (error) {
    await undoAddition(deps, journal);
    throw error;
  }
  await journal.close();
  return report;
}

/** Runs the steps; what an earlier run did is found. Undoing is the caller's. */
export async function runAddition(
  deps: VerbDeps,
  journal: Journal,
  plan: AdditionPlan,
  signal: AbortSignal,
  onProgress: OnProgress<AdditionProgress>,
): Promise<AdditionReport> {
  const steps = new Steps(plan.steps, () => deps.now(), onProgress);
  const [planned] = plan.nodes;
  if (!planned) throw new RangeError('nothing planned');
  const engine = deps.engine(plan.engine);
  const password = plan.password === 'none' ? undefined : await deps.secrets.get(plan.target.topologyId);
  const place = await steps.run('room', async () => {
    const earlier = journal.entry('room');
    return earlier?.state === 'done'
      ? (earlier.data as Place)
      : journal.act('room', { act: 'remove-room', node: planned.name }, () =>
          engine.extendPlace({
            ownership: { ...ownershipOf(journal.record), node: planned.name },
            storage: plan.storage,
          }),
        );
  });
  const [node] = nodesOf(plan, place);
  if (!node) throw new RangeError('no node');
  const talk = new Talk(deps.connector, password);
  const checks: AdditionCheck[] = [];
  try {
    await steps.run('server', async () => {
      await startNodes(deps, journal, plan, place, [node], password, signal);
      await talk.to(node.seat, { ...PATIENCE, signal });
    });
    await withCrew(deps, { ...plan.target, seats: [...plan.target.seats, node.seat] }, signal, async crew => {
      const newcomer = crew.member(node.seat.name);
      await steps.run('join', () => join(crew, newcomer, journal, signal));
      if (plan.role === 'master') {
        const libraries = await steps.run('functions', () => copyFunctions(crew, newcomer, signal));
        if (libraries.length > 0) checks.push({ code: 'newcomer-functions', node: newcomer.name, libraries });
      } else {
        await steps.run('follow', () =>
          journal.act('follow', { act: 'nothing' }, () =>
            follow(newcomer, plan.of?.id ?? '', plan.of?.name ?? '', signal),
          ),
        );
      }
      const nodes = await steps.run('known', () => agreed(crew, newcomer, plan.of?.id, signal));
      checks.unshift({ code: 'newcomer-agreed', node: newcomer.name, nodes });
      if (plan.of) checks.push({ code: 'newcomer-follows', node: newcomer.name, master: plan.of.name });
    });
  } catch (error) {
    throw await explainSilence(deps, plan, [node], password, error);
  } finally {
    talk.dispose();
  }
  const { seat, instanceId } = node;
  return {
    topologyId: plan.target.topologyId,
    name: plan.name,
    steps: steps.times,
    totalMs: steps.totalMs,
    checks,
    nodes: [{ name: seat.name, role: plan.role, instanceId, announced: seat.announced, reachable: seat.reachable }],
  };
}

/** Meets everybody; returns when all answering nodes have links with it, both ways. */
async function join(crew: Crew, newcomer: CrewMember, journal: Journal, signal: AbortSignal): Promise<void> {
  const others = crew.members.filter(member => member !== newcomer);
  const { seen } = await crew.look(signal);
  const own = seen.find(one => one.name === newcomer.name)?.report;
  const ids = new Set(others.map(({ id }) => id));
  const known = own?.nodes.filter(line => line.id !== newcomer.id && !line.flags.includes('handshake')) ?? [];
  const cluster = new Set(
    seen.flatMap(one => (one.name === newcomer.name ? [] : one.report.nodes.map(line => line.id))),
  );
  if (known.some(line => !ids.has(line.id) && !cluster.has(line.id)))
    throw new HumanError<JoinFault>({
      code: 'node-in-cluster',
      node: newcomer.name,
      knows: known.map(({ id }) => id),
      slots: 0,
    });
  const [keys] = await ask(newcomer.connection, [['DBSIZE']], signal);
  if (typeof keys === 'number' && keys > 0 && known.length === 0)
    throw new HumanError<JoinFault>({ code: 'node-holds-keys', node: newcomer.name, keys });
  // Masters with the same epoch are told apart by a collision protocol only; a node that knows nobody may be given one of its own.
  if (known.length === 0) {
    const epoch = Math.max(0, ...seen.map(one => one.report.currentEpoch)) + 1;
    if (own?.currentEpoch === 0)
      await ask(newcomer.connection, [['CLUSTER', 'SET-CONFIG-EPOCH', String(epoch)]], signal);
  }
  await journal.act('identity', { act: 'nothing' }, () => Promise.resolve(newcomer.id));
  await journal.act('join', { act: 'forget-member', node: newcomer.name }, async () => {
    let told = 0;
    await until('all know the new node', { everyMs: 20, deadlineMs: DEADLINE_MS, signal }, async inner => {
      if (performance.now() - told > 1500) {
        told = performance.now();
        await meet(newcomer, others, inner); // a handshake can be lost; meeting again does no harm
      }
      const sight = await crew.look(inner);
      return deafTo(crew, newcomer, sight.seen).length === 0 ? true : undefined;
    }).catch(async (error: unknown) => {
      if (!isDeadline(error)) throw error;
      const pairs = deafTo(crew, newcomer, (await crew.look(signal)).seen);
      throw new HumanError<JoinFault>(
        {
          code: 'cluster-cannot-talk',
          pairs: pairs.map(({ from, to }) => {
            const seat = crew.member(to);
            return { from, to, host: seat.announced.host, port: seat.announced.port + 10_000 };
          }),
        },
        { cause: error },
      );
    });
    return newcomer.id;
  });
}

function deafTo(
  crew: Crew,
  newcomer: CrewMember,
  seen: Parameters<typeof deafPairs>[1],
): readonly { from: string; to: string }[] {
  return deafPairs(crew.members, seen).filter(({ from, to }) => from === newcomer.name || to === newcomer.name);
}

/** Makes `replica` follow the master of that id: again and again until it knows it. Any other refusal is the end. */
export async function follow(
  replica: CrewMember,
  masterId: string,
  masterName: string,
  signal: AbortSignal,
): Promise<void> {
  await until(
    `${replica.name} replicates ${masterName}`,
    { everyMs: 50, deadlineMs: DEADLINE_MS, signal },
    async inner => {
      const [reply] = await replica.connection.pipeline([['CLUSTER', 'REPLICATE', masterId]], { signal: inner });
      if (!(reply instanceof ReplyError)) return true;
      if (!/unknown node/i.test(reply.text))
        throw new HumanError<JoinFault>({
          code: 'cluster-replicate-refused',
          node: replica.name,
          master: masterName,
          text: reply.text,
        });
      return undefined;
    },
  );
}

/** Returns how many nodes agree. The news is carried by meeting again, which gossip would take seconds for. */
async function agreed(
  crew: Crew,
  newcomer: CrewMember,
  masterId: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  let lacks: readonly ClusterLack[] = [];
  let told = performance.now();
  try {
    return await until(
      'all see the new node',
      { everyMs: 20, deadlineMs: masterId === undefined ? DEADLINE_MS : FOLLOW_MS, signal },
      async inner => {
        const sight = await crew.look(inner);
        lacks = lacksOfNewcomer(sight, newcomer.name, newcomer.id, masterId);
        if (lacks.length === 0) return sight.seen.length;
        if (performance.now() - told > 400) {
          told = performance.now();
          const ignorant = new Set(
            lacks.flatMap(lack => (lack.code === 'role' && lack.by !== newcomer.name ? [lack.by] : [])),
          );
          const forgotten = new Set(
            lacks.flatMap(lack =>
              lack.code === 'slots' ||
              (lack.code === 'role' && lack.by === newcomer.name && lack.node !== newcomer.name)
                ? [lack.node]
                : [],
            ),
          );
          await meet(
            newcomer,
            [...ignorant].map(name => crew.member(name)),
            inner,
          );
          await Promise.all(
            [...forgotten].flatMap(name => crew.find(name) ?? []).map(member => meet(member, [newcomer], inner)),
          );
        }
        return undefined;
      },
    );
  } catch (error) {
    if (isDeadline(error)) throw new HumanError<JoinFault>({ code: 'cluster-not-whole', lacks }, { cause: error });
    throw error;
  }
}
