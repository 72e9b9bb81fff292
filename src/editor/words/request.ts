import type { ReplicationProblem } from '../../topology/replicationPlan';
import type { RequestProblem, RequestWarning } from '../../topology/sentinelRequest';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

const problems: Words<RequestProblem | ReplicationProblem> = {
  'name-empty': t => t('Give a name.'),
  'name-too-long': (t, p) => t('At most {0} characters.', p.most),
  'name-characters': t => t('Lower-case letters, digits, “_”, “.” and “-” only, beginning with a letter or a digit.'),
  'name-in-use': t => t('A topology of this name exists already.'),
  'not-a-number': t => t('Give a whole number.'),
  'out-of-range': (t, p) => t('Between {0} and {1}.', p.least, p.most),
  'port-range': (t, p) => t('All ports must lie between {0} and {1}.', p.least, p.most),
  'ports-overlap': t => t('The ports of servers and sentinels would overlap.'),
  'follows-unknown': (t, p) => t('Replica {0} can only follow the master or a replica before it.', p.replica),
  'quorum-above-sentinels': (t, p) => t('The quorum cannot be larger than the number of sentinels, {0}.', p.sentinels),
  'password-too-long': (t, p) => t('At most {0} characters.', p.most),
  'password-characters': t =>
    t(
      'No blanks, quotes or backslashes, and no “#” at the beginning: Sentinel writes passwords into its file without quotes.',
    ),
};

const warnings: Words<RequestWarning> = {
  'quorum-zero': t => t('A quorum of 0 means nothing: give at least 1.'),
  'quorum-above-sentinels': (t, w) => t('The quorum of {0} can never be met by {1} sentinels.', w.quorum, w.sentinels),
  'no-loss-survived': t => t('When any sentinel is lost, no failover happens.'),
  'place-decides': (t, w) =>
    t('When {0} is lost, too few sentinels are left for a failover: {1} of the {2} needed.', w.place, w.left, w.needed),
  'even-number': t => t('An even number survives no more than one sentinel fewer would.'),
  'quorum-below-majority': (t, w) =>
    t('The quorum is below the majority of {0}: the vote for a failover still takes the majority.', w.majority),
  'no-replica': t => t('Without a replica nobody can take over when the master is lost.'),
  'no-password': t => t('Whoever reaches the ports of this machine can read and write everything.'),
};

/** Why an answer can't be taken. */
export function problemInWords(t: Translate, problem: RequestProblem | ReplicationProblem): string {
  return inWords(problems, t, problem);
}

/** What may be taken but should be known. */
export function warningInWords(t: Translate, warning: RequestWarning): string {
  return inWords(warnings, t, warning);
}
