import { formatAddress } from '../../model/address';
import type { RepairFault } from '../../topology/repair/repair';
import type { RepairLeft, RepairStep } from '../../topology/repair/repairPlan';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

export const repairFaults: Words<RepairFault> = {
  'repair-silent': (t, f) =>
    t(
      'These do not answer: {0}. Start all servers first: the one that is missing may be the one that the others look for.',
      f.nodes.map(({ node, text }) => `${node} (${text})`).join('; '),
    ),
  'repair-stopped': (t, f) =>
    t(
      'Stopped at step {0} of {1} ({2}): {3}. What came before is done; look again for a new plan.',
      f.done + 1,
      f.total,
      repairStepInWords(t, f.step),
      f.text,
    ),
};

const steps: Words<RepairStep> = {
  'repair-promote': (t, s) => t('{0} becomes the master: no server says to be one.', s.node),
  'repair-follow': (t, s) =>
    [
      s.was === undefined
        ? t('{0} follows {1} at {2}.', s.node, s.master, formatAddress(s.address))
        : t(
            '{0} follows {1} at {2}, and no longer {3}.',
            s.node,
            s.master,
            formatAddress(s.address),
            formatAddress(s.was),
          ),
      ...(s.loses > 0 ? [t('Its own {0} keys are replaced by a copy of the master’s.', s.loses)] : []),
    ].join(' '),
  'repair-watch': (t, s) =>
    t(
      '{0} watches {1} at {2} (was {3}) with the same quorum {4} and times, and learns replicas and sentinels anew.',
      s.node,
      s.watched,
      formatAddress(s.address),
      formatAddress(s.was),
      s.quorum,
    ),
  'repair-meet': (t, s) =>
    s.was === undefined
      ? t('{0} meets {1} at {2}.', s.node, s.to, formatAddress(s.address))
      : t(
          '{0} meets {1} at {2}; it looks for it at {3}.',
          s.node,
          s.to,
          formatAddress(s.address),
          formatAddress(s.was),
        ),
};

/** One line of a plan. */
export function repairStepInWords(t: Translate, step: RepairStep): string {
  return inWords(steps, t, step);
}

const left: Words<RepairLeft> = {
  'repair-which-master': (t, l) => t('{0} all say to be master.', l.masters.map(({ name }) => name).join(', ')),
  'repair-no-server': t => t('There is no server among them.'),
  'repair-missing': (t, l) =>
    t(
      '{0} also knows a node at {1} that is none of these: start it, or remove it (Fix Cluster).',
      l.by,
      formatAddress(l.address),
    ),
};

export function repairLeftInWords(t: Translate, one: RepairLeft): string {
  return inWords(left, t, one);
}
