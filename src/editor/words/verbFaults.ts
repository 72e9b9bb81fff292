import { formatAddress } from '../../model/address';
import type { BringUpFault } from '../../topology/bringUp';
import type { CreateFault } from '../../topology/createSentinel';
import type { FailoverFault } from '../../topology/failoverPlan';
import type { UndoFault } from '../../topology/journal';
import type { LifecycleFault } from '../../topology/lifecycle';
import type { LinkFault } from '../../topology/linkSteps';
import type { RemoveFault } from '../../topology/removeTopology';
import type { SentinelFault, SentinelLack } from '../../topology/sentinelSteps';
import type { TalkFault } from '../../topology/talk';
import type { UnfinishedFault } from '../../topology/unfinished';
import type { Translate } from '../translate';
import { problemInWords } from './request';
import type { Words } from './table';
import { inWords } from './table';

/** Why an act on a topology did not come to its end, and what to do next. */
export type VerbFault =
  | BringUpFault
  | CreateFault
  | FailoverFault
  | UndoFault
  | LifecycleFault
  | LinkFault
  | RemoveFault
  | SentinelFault
  | TalkFault
  | UnfinishedFault;

const lacks: Words<SentinelLack> = {
  master: (t, l) => t('sees the master elsewhere ({0})', l.text),
  replicas: (t, l) => t('sees {0} of {1} replicas', l.seen, l.wanted),
  sentinels: (t, l) => t('knows {0} of {1} sentinels', l.seen, l.wanted),
  quorum: (t, l) => t('its quorum check says: {0}', l.text),
};

export const verbFaults: Words<VerbFault> = {
  'secret-missing': (t, f) =>
    t(
      'The password of “{0}” is no longer known here, so that its creation cannot be finished. Remove it and create it again.',
      f.name,
    ),
  'node-failed': (t, f) =>
    t(
      'The server of {0} did not come up ({1}): {2}',
      f.node,
      f.exitCode === undefined ? f.state : t('exit {0}', f.exitCode),
      f.text || f.lines.at(-1) || t('its log is empty'),
    ),
  'node-not-answering': (t, f) =>
    t('{0} was started but does not answer at {1} ({2}). Its log tells why.', f.node, formatAddress(f.address), f.text),
  'link-not-up': (t, f) =>
    t(
      '{0} could not link to its master {1} ({2}). Look into the logs of both.',
      f.node,
      formatAddress(f.master),
      f.text,
    ),
  'not-replicated': (t, f) => t('What was written on the master did not arrive at {0}. Look into its log.', f.node),
  'replica-writable': (t, f) =>
    t('{0} took a write although it should be a replica. Look whether something else gives it orders.', f.node),
  'rewrite-failed': (t, f) =>
    t('{0} cannot write its own conf file, so that it would forget its role at the next start: {1}', f.node, f.text),
  'sentinels-disagree': (t, f) =>
    t(
      'The sentinels do not all see the whole topology: {0}. Try again; if it stays so, look into their logs.',
      f.views
        .map(({ node, lacks: missing }) => `${node} ${missing.map(lack => inWords(lacks, t, lack)).join(', ')}`)
        .join('; '),
    ),
  'monitors-other-master': (t, f) => t('{0} watches another master already: {1}.', f.node, formatAddress(f.actual)),
  'request-invalid': (t, f) => problemInWords(t, f.problem),
  'undo-incomplete': (t, f) =>
    t(
      'Not everything of “{0}” could be taken back ({1}). Use “Finish or Remove an Interrupted Creation” to remove the rest.',
      f.name,
      f.text,
    ),
  'no-instance': (t, f) => t('{0} is known by its address only: no engine here can start or stop it.', f.node),
  'remove-incomplete': (t, f) =>
    t('“{0}” could not be removed whole. Still there: {1}. Remove it again.', f.name, f.left.join(', ')),
  'not-unfinished': t => t('There is nothing to finish: the creation has come to its end, or another window is at it.'),
  'cannot-finish': (t, f) => t('The creation of “{0}” cannot be finished, only removed.', f.name),
  'failover-no-good-replica': (t, f) =>
    t('No replica of “{0}” is fit to take over ({1}). Start one, and wait until its link is up.', f.masterName, f.text),
  'failover-in-progress': (t, f) => t('A failover of “{0}” is under way already. Wait for it to end.', f.masterName),
  'failover-no-quorum': (t, f) =>
    t('The sentinels could not carry out a failover: {0} says “{1}”. Start the missing sentinels.', f.node, f.text),
  'failover-sentinels-differ': (t, f) =>
    t(
      'The sentinels do not agree on who is master: {0}. Wait until they do.',
      f.views.map(({ node, master }) => `${node} → ${master ? formatAddress(master) : '?'}`).join(', '),
    ),
  'failover-not-master': (t, f) => t('{0} is {1} now and no master. Refresh the view.', f.node, f.role),
  'failover-master-silent': (t, f) =>
    t(
      'The master {0} does not answer ({1}), so that its writes cannot be paused. The sentinels fail over by themselves when it stays silent.',
      f.node,
      f.text,
    ),
  'failover-no-sentinel': (t, f) => t('No sentinel that watches “{0}” can be reached. Start one.', f.masterName),
  'failover-replica-lagging': (t, f) =>
    t(
      '{0} is {1} s and {2} bytes behind. Wait until it has caught up, then fail over.',
      f.node,
      f.lagSeconds,
      f.behindBytes,
    ),
  'failover-replica-silent': (t, f) =>
    t(
      '{0} does not answer ({1}), but the sentinels still hold it for alive and might choose it. Wait until they have noticed, or start it.',
      f.node,
      f.text,
    ),
  'failover-no-catch-up': (t, f) =>
    t(
      'The replicas did not catch up within {0} ms ({1}). Nothing was changed: writes go on at the old master.',
      f.ms,
      f.nodes.map(({ node, behindBytes }) => t('{0}: {1} bytes behind', node, behindBytes)).join(', '),
    ),
  'failover-no-switch': (t, f) =>
    t('The sentinels promoted nobody within {0} ms. Nothing was changed: writes go on at the old master.', f.ms),
  'failover-not-settled': (t, f) =>
    t(
      'The new master is in place, but not all see it yet: {0}. The sentinels go on correcting it.',
      f.lacks.map(({ node, text }) => `${node}: ${text}`).join('; '),
    ),
  'failover-refused': (t, f) =>
    t('The sentinel refused to fail over “{0}”: {1}. Nothing was changed.', f.masterName, f.text),
  'failover-pause-unsupported': (t, f) =>
    t(
      'This server cannot pause writes ({0}), so that a failover could lose some. It takes Redis 6.2 or later.',
      f.text,
    ),
};

/** Short form for lists of reasons before an act. */
export function failoverFaultInWords(t: Translate, fault: FailoverFault): string {
  return inWords(verbFaults, t, fault);
}
