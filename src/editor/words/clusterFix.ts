import { formatRanges } from '../../model/slots';
import { countSlots } from '../../model/slots';
import type { FixFault } from '../../topology/cluster/fix';
import type { FixLeft, FixStep } from '../../topology/cluster/fixPlan';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';
import { slotsCounted } from './counts';

export const clusterFixFaults: Words<FixFault> = {
  'fix-stopped': (t, f) =>
    t(
      'Stopped at step {0} of {1} ({2}): {3}. What came before is done; look again for a new plan.',
      f.done + 1,
      f.total,
      fixStepInWords(t, f.step),
      f.text,
    ),
};

const steps: Words<FixStep> = {
  'fix-meet': (t, s) => t('{0} meets {1} again, which tells it at once what it has not heard.', s.from.name, s.to.name),
  'fix-forget': (t, s) =>
    s.givenUp
      ? t('Every node forgets {0}, which is given up: the keys that only it had are lost.', s.node.name)
      : t('Every node forgets {0}: it is dead, owns nothing, and no server of it is left.', s.node.name),
  'fix-promote': (t, s) =>
    s.mode === 'force'
      ? t(
          '{0} becomes master of {2} in the place of {1}, by vote of the other masters. May lose the last writes that {1} took.',
          s.node.name,
          s.master.name,
          formatRanges(s.ranges, ', '),
        )
      : t(
          '{0} becomes master of {2} in the place of {1}, without a vote: too few masters are left. Will lose the writes of {1} that it has not got.',
          s.node.name,
          s.master.name,
          formatRanges(s.ranges, ', '),
        ),
  'fix-replicate': (t, s) =>
    t('{0} follows {1}; what it held is replaced by a copy of that.', s.node.name, s.master.name),
  'fix-bump-epoch': (t, s) => t('{0} gets a configuration epoch of its own; {1} is shared now.', s.node.name, s.epoch),
  'fix-finish-move': (t, s) =>
    t(
      'Slot {0} goes on from {1} to {2} with its {3} remaining keys. No key is lost.',
      s.slot,
      s.from.name,
      s.to.name,
      s.keys,
    ),
  'fix-close': (t, s) => t('Slot {0} is closed at {1}: no key had been moved.', s.slot, s.node.name),
  'fix-bring-home': (t, s) =>
    t(
      '{3} keys of slot {0} go from {1}, where nobody finds them, to its owner {2}. Where both have a key, that of the owner counts.',
      s.slot,
      s.from.name,
      s.to.name,
      s.keys,
    ),
  'fix-assign': (t, s) => {
    const given = t(
      '{0} gets {1} ({2}).',
      s.to.name,
      slotsCounted(t, countSlots(s.ranges)),
      formatRanges(s.ranges, ', '),
    );
    const has =
      s.keys > 0
        ? t('It holds {0} keys of them already.', s.keys)
        : s.was === undefined
          ? t('Nobody holds keys of them: what was in them before is not there any more.')
          : '';
    const lost = s.was === undefined ? '' : t('What {0} held in them is lost.', s.was);
    return [given, has, lost].filter(text => text !== '').join(' ');
  },
};

/** One line of a plan, with its consequence. */
export function fixStepInWords(t: Translate, step: FixStep): string {
  return inWords(steps, t, step);
}

const left: Words<FixLeft> = {
  'left-dead-master': (t, l) =>
    t(
      '{0} is dead with {1} slots and has no replica that answers. Start it; only when it is lost for good, give it up.',
      l.node.name,
      l.slots,
    ),
  'left-no-replica': (t, l) => t('{0} has no replica. Add one (Add Replica).', l.node.name),
  'left-stopped': (t, l) =>
    t('{0} does not answer, but its server is still there. Start it, or remove it (Remove Node).', l.node.name),
  'left-open': (t, l) =>
    t(
      'Slot {0} is half moved and {1} does not answer. Start it first: it may hold keys of that slot.',
      l.slot,
      l.nodes.join(', '),
    ),
  'left-no-failover': (t, l) => t('{0} will not take over: cluster-replica-no-failover is set on it.', l.node.name),
};

/** What no plan can mend, and what would. */
export function fixLeftInWords(t: Translate, one: FixLeft): string {
  return inWords(left, t, one);
}
