import { escapeMarkdown } from '../editor/markdown';
import type { Translate } from '../editor/translate';
import { kindInWords, levelInWords, reasonInWords } from '../editor/words/health';
import type { HealthLevel, Topology } from '../model/snapshot';
import { topologyContext } from './contextValue';
import type { Row } from './row';
import { parts } from './row';

const icons: { readonly [Level in HealthLevel]: Row['icon'] } = {
  healthy: { id: 'pass', color: 'charts.green' },
  degraded: { id: 'warning', color: 'charts.yellow' },
  down: { id: 'error', color: 'charts.red' },
  unknown: { id: 'question' },
};

/**
 * The row of a topology: what kind it is, how it is in words, and how many sentinels answer of those there are.
 * @param told what is wrong, worst first, where that was looked into: then those words stand here, too, and no others
 */
export function describeTopology(t: Translate, topology: Topology, told: readonly string[] = []): Row {
  const { name, kind, health, quorum, added } = topology;
  const lookOnly = added?.changes === false ? t('read-only') : undefined;
  const level = levelInWords(t, health.level);
  const sentinels = quorum && t('quorum {0}/{1}', quorum.usable, quorum.required);
  const reasons =
    told.length > 0 && health.level !== 'healthy'
      ? told
      : health.reasons.map(reason => reasonInWords(t, topology, reason));
  return {
    label: name,
    description: parts(
      reasons[0] === undefined ? level : t('{0}: {1}', level, gist(reasons[0])),
      kindInWords(t, kind),
      sentinels,
      lookOnly,
    ),
    icon: icons[health.level],
    tooltip: [
      `**${escapeMarkdown(name)}** — ${escapeMarkdown(parts(kindInWords(t, kind), level))}`,
      reasons.map(reason => `- ${escapeMarkdown(reason)}`).join('\n'),
      quorum
        ? escapeMarkdown(
            t(
              '{0} of {1} sentinels are usable; {2} must agree that the master is down, and {3} must vote for a failover.',
              quorum.usable,
              quorum.known,
              quorum.required,
              quorum.majority,
            ),
          )
        : '',
      added === undefined
        ? ''
        : escapeMarkdown(
            added.adopted
              ? t('Taken over: named and kept together here. Its containers are as they were made.')
              : added.changes
                ? t('Added by its address. Changes are allowed.')
                : t('Added by its address, to be looked at only: nothing is changed until you allow it.'),
          ),
      topology.owned || added !== undefined
        ? ''
        : escapeMarkdown(t('Found on this machine, not made here: it is only looked at, except where you click.')),
    ]
      .filter(text => text !== '')
      .join('\n\n'),
    contextValue: topologyContext(topology),
    spoken: [
      t('{0}, {1} topology, {2}.', name, kindInWords(t, kind), level),
      ...reasons,
      quorum ? t('{0} of {1} sentinels are usable.', quorum.usable, quorum.known) : '',
    ]
      .filter(text => text !== '')
      .join(' '),
  };
}

/** The first statement of a reason, for a narrow row; the tooltip has all of them whole. Addresses and lists of names stay in one piece. */
function gist(reason: string): string {
  return reason.split(/[.:;](?=\s|$)|[。：；]/, 1)[0] ?? reason;
}
