import type { Translate } from '../editor/translate';
import { engineFaultInWords } from '../editor/words/engineFaults';
import type { Snapshot } from '../model/snapshot';
import { engineWord } from './engineWord';
import { growTree } from './growTree';
import type { Summary } from './summary';
import { summarize } from './summary';
import type { Branch } from './treeShape';

/** All that the views show of one snapshot. Drawn where the words are, which activation does not load. */
export interface Drawing {
  readonly branches: readonly Branch[];
  /** Chooses the welcome view. */
  readonly engine: string;
  /** Above the tree: why it may be out of date, or which engine cannot be reached. Empty while all is well. */
  readonly message: string;
  readonly summary: Summary | undefined;
}

export function draw(t: Translate, snapshot: Snapshot): Drawing {
  const down = snapshot.engines.find(engine => engine.state === 'unavailable');
  return {
    branches: growTree(t, snapshot),
    engine: engineWord(snapshot),
    message: down?.state === 'unavailable' ? engineFaultInWords(t, down.fault) : '',
    summary: summarize(t, snapshot),
  };
}
