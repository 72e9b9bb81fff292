import { deadline, delay, mapLimit } from '../base/abort';
import { HumanError } from '../base/errors';
import type { Engine, OwnedObjects } from '../engine/engine';
import type { VerbDeps } from './deps';
import type { Journal, JournalRecord, UndoFault } from './journal';
import { undoFaultOf } from './journal';

/** A hanging engine must not keep the user waiting for ever; the journal stays, so it can be tried again. */
const UNDO_MS = 120_000;
const LATE_MS = 300;

/**
 * Takes back everything that the journal says was done **or intended**, newest first, then looks whether anything with the
 * topology's label is left (a create whose answer was lost) and removes that too. Runs without the user's signal: an undo is
 * never cancelled half-way. Throws an {@link UndoFault} when something stands; the journal is then kept.
 */
export async function undoAll(deps: VerbDeps, journal: Journal): Promise<void> {
  const record = journal.record;
  try {
    await deadline(`undo ${record.name}`, UNDO_MS, undefined, async signal => {
      const engine = deps.engine(record.engine);
      const acts = new Set(record.entries.map(entry => entry.undo.act));
      // Newest first: nodes, then what they stood on, then their secret.
      if (acts.has('remove-node')) await removeInstances(engine, record.topologyId, signal);
      if (acts.has('remove-place')) await engine.removePlace(record.topologyId, { data: true }, signal);
      if (acts.has('forget-secret')) await deps.secrets.delete(record.topologyId);
      await sweep(engine, record, signal);
    });
  } catch (error) {
    await journal.abandon();
    throw new HumanError<UndoFault>(undoFaultOf(record, error), { cause: error });
  }
  await journal.close();
}

/** Removes instances that carry the topology's label, all or one node's, by id, three at a time. Gone ones are fine. */
export async function removeInstances(
  engine: Engine,
  topologyId: string,
  signal: AbortSignal,
  node?: string,
): Promise<number> {
  const { instances } = await engine.findOwned(topologyId, signal);
  const ours = instances.filter(
    instance =>
      instance.ownership?.topologyId === topologyId && (node === undefined || instance.ownership.node === node),
  );
  await mapLimit(ours, 3, async instance => {
    try {
      await engine.remove(instance.id, { topologyId }, signal);
    } catch (error) {
      if (!(error instanceof HumanError && error.fault.code === 'gone')) throw error;
    }
  });
  return ours.length;
}

async function sweep(engine: Engine, record: JournalRecord, signal: AbortSignal): Promise<void> {
  // An act whose answer was lost may still be under way in the engine: look once more a moment later.
  const uncertain = record.entries.some(entry => entry.state === 'intended' && entry.undo.act !== 'nothing');
  if (isEmpty(await engine.findOwned(record.topologyId, signal))) {
    if (!uncertain) return;
    await delay(LATE_MS, signal);
    if (isEmpty(await engine.findOwned(record.topologyId, signal))) return;
  }
  await removeInstances(engine, record.topologyId, signal);
  await engine.removePlace(record.topologyId, { data: true }, signal);
  const left = await engine.findOwned(record.topologyId, signal);
  if (!isEmpty(left))
    throw new Error(
      `left: ${[...left.instances.map(instance => instance.name), ...left.networks, ...left.data].join(', ')}`,
    );
}

export function isEmpty(owned: OwnedObjects): boolean {
  return owned.instances.length === 0 && owned.networks.length === 0 && owned.data.length === 0;
}
