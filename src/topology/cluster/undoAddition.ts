import { deadline, delay } from '../../base/abort';
import { HumanError } from '../../base/errors';
import type { VerbDeps } from '../deps';
import type { Journal, UndoFault } from '../journal';
import { undoFaultOf } from '../journal';
import { removeInstances } from '../undo';
import type { AdditionPlan } from './addPlan';
import { withCrew } from './crew';
import { forgetEverywhere } from './forget';

/** A hanging engine must not keep the user waiting for ever; the journal stays, so it can be tried again. */
const UNDO_MS = 120_000;
const LATE_MS = 300;

/**
 * Takes back the addition of a node, newest first: every node forgets it, its instance goes, then its volumes or folders. Nothing else of the
 * topology is touched. Runs without the user's signal. Throws an {@link UndoFault} when something stands; the journal is then kept.
 */
export async function undoAddition(deps: VerbDeps, journal: Journal): Promise<void> {
  const { record } = journal;
  const plan = record.plan as AdditionPlan;
  const node = plan.nodes[0]?.name ?? '';
  const acts = new Set(record.entries.map(entry => entry.undo.act));
  try {
    await deadline(`undo ${record.name}`, UNDO_MS, undefined, async signal => {
      const engine = deps.engine(record.engine);
      // The server first: one that lives on would go on calling the others.
      if (acts.has('remove-node')) {
        const removed = await removeInstances(engine, record.topologyId, signal, node);
        // A create whose answer was lost may still be under way in the engine: look once more a moment later.
        const uncertain = removed === 0 && journal.entry(`create ${node}`)?.state === 'intended';
        if (uncertain) {
          await delay(LATE_MS, signal);
          await removeInstances(engine, record.topologyId, signal, node);
        }
      }
      const id = journal.entry('identity')?.data;
      if (acts.has('forget-member') && typeof id === 'string')
        await withCrew(deps, plan.target, signal, crew => forgetEverywhere(crew, [id], signal));
      if (acts.has('remove-room')) await engine.removeRoom(record.topologyId, node, signal);
    });
  } catch (error) {
    await journal.abandon();
    throw new HumanError<UndoFault>(undoFaultOf(record, error), { cause: error });
  }
  await journal.close();
}
