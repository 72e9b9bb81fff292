import type { Happening, TimelineEntry } from '../../topology/timeline';
import type { Translate } from '../translate';
import { roleInWords } from './health';
import type { Words } from './table';
import { inWords } from './table';

const happenings: Words<Happening> = {
  'engine-event': (t, h) =>
    h.exitCode === undefined ? t('container: {0}', h.action) : t('container: {0} (exit {1})', h.action, h.exitCode),
  'sentinel-message': (_t, h) => `${h.channel} ${h.message}`,
  'role-changed': (t, h) => t('was {0}, is {1}', roleInWords(t, h.from), roleInWords(t, h.to)),
  'contact-changed': (t, h) =>
    h.reason === undefined
      ? t('contact: {0} → {1}', h.from, h.to)
      : t('contact: {0} → {1} ({2})', h.from, h.to, h.reason),
  'link-changed': (t, h) => (h.link === 'up' ? t('link to its master is up') : t('link to its master is down')),
  'stale-master': (t, h) =>
    h.stale ? t('still says master, the sentinels say otherwise') : t('no longer claims to be master'),
};

/** What happened, without when and to whom. */
export function happeningInWords(t: Translate, what: Happening): string {
  return inWords(happenings, t, what);
}

/** Time of day on this machine's clock, with milliseconds. */
export function clockInWords(at: number): string {
  return new Date(at).toTimeString().slice(0, 8) + ((at % 1000) / 1000).toFixed(3).slice(1);
}

/**
 * One line of the timeline: time of day, time since the incident began, who, what.
 * @param topology name of the topology that the node stands in, when it stands in one
 */
export function entryInWords(
  t: Translate,
  { at, sinceFirst, what }: TimelineEntry,
  topology: string | undefined,
): string {
  return `${clockInWords(at)}  +${(sinceFirst / 1000).toFixed(3)} s  ${topology === undefined ? what.name : `${topology}/${what.name}`}  ${inWords(happenings, t, what)}`;
}
