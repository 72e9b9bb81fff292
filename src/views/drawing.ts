import type { Translate } from '../editor/translate';
import { engineFaultInWords } from '../editor/words/engineFaults';
import type { EngineStatus, Snapshot } from '../model/snapshot';
import { engineWord } from './engineWord';
import { growTree } from './growTree';
import type { ProblemLine } from './problemLines';
import type { Summary } from './summary';
import { summarize } from './summary';
import type { Branch } from './treeShape';

/** All that the views show of one snapshot. Drawn where the words are, which activation does not load. */
export interface Drawing {
  readonly branches: readonly Branch[];
  /** Chooses the welcome view. */
  readonly engine: string;
  /** Above the tree: why it may be out of date. Empty while all is well, and where a welcome view says it (a message would hide that). */
  readonly message: string;
  /** Beside the title: which engine it is. */
  readonly where: string;
  /**
   * In the title: an engine that is not simply this machine's, by its context. (What stands beside the title is not shown where the view is alone
   * in its container.)
   */
  readonly context: string;
  readonly summary: Summary | undefined;
  /** At the view's icon: how much is wrong. */
  readonly badge: { readonly value: number; readonly tooltip: string } | undefined;
}

/** Faults that have a welcome view of their own in package.json; a unit test holds both together. */
export const welcomes: ReadonlySet<string> = new Set([
  'engine-missing',
  'engine-refused',
  'engine-forbidden',
  'engine-lost',
]);

export function draw(t: Translate, snapshot: Snapshot, problems: readonly ProblemLine[] = []): Drawing {
  const branches = growTree(t, snapshot, problems);
  const engine = engineWord(snapshot);
  const down = worthTelling(snapshot);
  const welcomed = branches.length === 0 && welcomes.has(engine);
  return {
    branches,
    engine,
    message: down?.state === 'unavailable' && !welcomed ? engineFaultInWords(t, down.fault) : '',
    where: (snapshot.engines.some(({ state }) => state === 'answering')
      ? snapshot.engines.filter(({ state }) => state === 'answering').slice(0, 1)
      : snapshot.engines
    )
      .map(whereIs)
      .filter(text => text !== '')
      .join(' · '),
    context: snapshot.engines.map(one => (one.state === 'answering' ? (one.context ?? '') : '')).find(Boolean) ?? '',
    summary: summarize(t, snapshot),
    badge:
      problems.length === 0
        ? undefined
        : {
            value: problems.length,
            tooltip: problems.length === 1 ? t('1 problem') : t('{0} problems', problems.length),
          },
  };
}

/** The engine whose absence matters: without Docker there are plain processes, without server programs there is Docker. */
function worthTelling({ engines, topologies }: Snapshot): EngineStatus | undefined {
  const down = engines.find(engine => engine.state === 'unavailable');
  const other = engines.some(engine => engine.state === 'answering');
  if (engines.some(({ state }) => state === 'connecting')) return undefined; // it may be all that is wanted
  if (down?.state !== 'unavailable' || !other) return down;
  const used = topologies.some(({ nodes }) => nodes.some(({ instance }) => instance?.engine === down.kind));
  return used || (down.kind === 'docker' && down.fault.code !== 'engine-missing') ? down : undefined;
}

function whereIs(engine: EngineStatus): string {
  if (engine.state === 'answering') return engine.title;
  if (engine.state === 'unavailable' && 'endpoint' in engine.fault) return String(engine.fault.endpoint);
  return '';
}
