import type {
  DrillFault,
  DrillMarkCode,
  DrillReport,
  DrillSeries,
  Spread,
  Standing,
} from '../../topology/drill/report';
import { markOf, seriesOf } from '../../topology/drill/report';
import { formatRanges } from '../../model/slots';
import type { SplitCost } from '../../topology/drill/splitCost';
import type { DrillPhase } from '../../topology/drill/drill';
import { code, escapeReadably, table } from '../markdown';
import type { Translate } from '../translate';
import { consequenceInWords, oneOf } from './consequences';
import { roleInWords } from './health';

export function faultOfDrill(t: Translate, fault: DrillFault): string {
  switch (fault) {
    case 'stop':
      return t('Stop');
    case 'kill':
      return t('Kill');
    case 'pause':
      return t('Pause');
    case 'disconnect':
      return t('Disconnect from its network');
    case 'split':
      return t('Cut off from the others, clients still reach it');
    case 'failover':
      return t('Planned failover');
  }
}

/** What it costs to cut a master off while its clients still reach it. */
export function splitCostInWords(t: Translate, cost: SplitCost): string {
  switch (cost.code) {
    case 'overruled':
      return t(
        'The others lose it, its clients do not: it goes on taking writes. In about {1} s the sentinels promote {0}; what is written to the old one from then on is lost, and so may be what was written to it just before.',
        oneOf(t, cost.candidates),
        cost.seconds,
      );
    case 'slots-overruled':
      return t(
        'The others lose it, its clients do not: it goes on taking writes for the slots {0} until it notices that it is alone, after cluster-node-timeout, and then refuses them. {1} takes the slots over about a second later; what the old one took in the meantime is lost.',
        formatRanges(cost.slots, ', '),
        oneOf(t, cost.candidates),
      );
    case 'alone':
      return t(
        'Its replicas lose it, its clients do not: it goes on taking writes, nobody takes over, and the replicas copy what they missed when it is back.',
      );
    case 'as-gone':
      return consequenceInWords(t, cost.loss);
  }
}

export function markInWords(t: Translate, mark: DrillMarkCode): string {
  switch (mark) {
    case 'fault':
      return t('the fault');
    case 'detected':
      return t('seen to be gone');
    case 'sdown':
      return t('a sentinel takes it for down (+sdown)');
    case 'odown':
      return t('the sentinels agree (+odown)');
    case 'pfail':
      return t('a node suspects it (PFAIL)');
    case 'fail':
      return t('the masters agree that it failed (FAIL)');
    case 'switch':
      return t('the sentinels name another master (+switch-master)');
    case 'promoted':
      return t('another one serves as master');
    case 'split':
      return t('split brain: two call themselves master');
    case 'stale':
      return t('it comes back as a stale master');
    case 'written':
      return t('first acknowledged write again');
    case 'followed':
      return t('the other replicas are linked to the new master');
    case 'healing':
      return t('mending begins');
    case 'back':
      return t('it answers again');
    case 'whole':
      return t('all as it was');
  }
}

export function standingInWords(t: Translate, standing: Standing): string {
  switch (standing) {
    case 'master':
    case 'replica':
    case 'sentinel':
      return roleInWords(t, standing);
    case 'stale':
      return t('stale master');
    case 'gone':
      return t('not answering');
    case 'unknown':
      return t('unknown');
  }
}

export function drillPhaseInWords(t: Translate, phase: DrillPhase): string {
  switch (phase) {
    case 'warming':
      return t('Writing, while all is well');
    case 'breaking':
      return t('Breaking it');
    case 'waiting':
      return t('Waiting for somebody to take over');
    case 'healing':
      return t('Mending it, and waiting until all is as it was');
    case 'counting':
      return t('Counting what was lost');
  }
}

export const secondsInWords = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** What was lost in so many runs, exactly: what was counted, and nothing promised. */
export function lossInWords(
  t: Translate,
  { lost, acknowledged, runs }: Pick<DrillSeries, 'lost' | 'acknowledged'> & { readonly runs: number },
): string {
  return runs === 1
    ? t('Lost {0} of {1} acknowledged writes in 1 run.', lost, acknowledged)
    : t('Lost {0} of {1} acknowledged writes in {2} runs.', lost, acknowledged, runs);
}

/** Who had acknowledged what was lost, and when. */
function lossesInWords(t: Translate, { losses = [] }: Pick<DrillReport, 'losses'>): readonly string[] {
  return losses.map(({ node, count, late, from, to }) =>
    [
      count === 1
        ? t('{0} acknowledged 1 of them, {1} after the fault.', node, secondsInWords(from))
        : t(
            '{0} acknowledged {1} of them, from {2} to {3} after the fault.',
            node,
            count,
            secondsInWords(from),
            secondsInWords(to),
          ),
      late === 0
        ? t('It had neither copied them to whoever serves now nor saved them.')
        : late === count
          ? t('Another one served already: clients that stay with a replaced master lose what they write there.')
          : t('When it took {0} of these, another one served already.', late),
    ].join(' '),
  );
}

/** What the figure does not say. */
export function caveatInWords(t: Translate, { fault, wait }: DrillReport['request'], lost: number): string | undefined {
  if (lost > 0 || fault === 'failover') return undefined;
  return wait > 0
    ? t('This is what was counted, not a promise: also with WAIT, acknowledged writes may be lost by such a fault.')
    : t(
        'This is what was counted, not a promise: by such a fault the last acknowledged writes may be lost at any time.',
      );
}

function twoMastersInWords(t: Translate, { from, to, returned }: NonNullable<DrillReport['split']>): string {
  const time = secondsInWords(to - from);
  return returned
    ? t('The old master came back as a stale one for {0}: what is written to it in that time is lost.', time)
    : t(
        'Split brain: for {0} two servers called themselves master. What the replaced one took meanwhile is lost.',
        time,
      );
}

/** Verdict of one run, in sentences. */
export function verdictOf(t: Translate, report: DrillReport): readonly string[] {
  const caveat = caveatInWords(t, report.request, report.lost);
  return [
    lossInWords(t, { ...report, runs: 1 }),
    ...lossesInWords(t, report),
    ...(report.split === undefined ? [] : [twoMastersInWords(t, report.split)]),
    ...(report.unpromoted ? [t('Nobody took over.')] : []),
    report.healed ? t('All is as it was before.') : t('Not everything is as it was before: look at the tree.'),
    ...(caveat === undefined ? [] : [caveat]),
  ];
}

/** `Kill redis-1 (master) · 4 writers, at most 100 writes per second each · WAIT 1` */
export function whatWasDone(
  t: Translate,
  { request, node, role }: Pick<DrillReport, 'request' | 'node' | 'role'>,
): string {
  return `${faultOfDrill(t, request.fault)}: ${node} (${standingInWords(t, role)}) · ${loadInWords(t, request)}`;
}

export function loadInWords(
  t: Translate,
  { writers, rate, wait }: Pick<DrillReport['request'], 'writers' | 'rate' | 'wait'>,
): string {
  return (
    (writers === 1
      ? t('1 writer, at most {0} writes per second', rate)
      : t('{0} writers, at most {1} writes per second each', writers, rate)) +
    (wait > 0 ? ` · WAIT ${String(wait)}` : '')
  );
}

export function settingsInWords({ settings }: Pick<DrillReport, 'settings'>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

export function spreadInWords(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const short = (ms: number): string => (ms / 1000).toFixed(2);
  return spread.least === spread.most
    ? `${short(spread.median)} s`
    : `${short(spread.median)} s (${short(spread.least)}–${short(spread.most)})`;
}

/** Milliseconds since the epoch as people read them, in UTC. */
export const dateInWords = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

const head = (t: Translate): readonly string[] => [
  t('Fault'),
  t('Settings'),
  t('Runs'),
  t('Promoted'),
  t('No write for'),
  t('All as it was'),
  t('Lost'),
];

/** What belongs together, one line each: to compare settings by. */
export function seriesRows(
  t: Translate,
  runs: readonly DrillReport[],
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  return {
    head: head(t),
    rows: seriesOf(runs).map(series => {
      const [first] = series.runs;
      if (first === undefined) return [];
      return [
        `${faultOfDrill(t, first.request.fault)} (${standingInWords(t, first.role)}), ${loadInWords(t, first.request)}`,
        [settingsInWords(first), first.server].filter(text => text !== undefined && text !== '').join(', '),
        String(series.runs.length),
        spreadInWords(series.promoted) + (series.unpromoted > 0 ? `, ${t('nobody in {0}', series.unpromoted)}` : ''),
        spreadInWords(series.gap),
        spreadInWords(series.whole) +
          (series.healed < series.runs.length ? `, ${t('not in {0}', series.runs.length - series.healed)}` : ''),
        lossInWords(t, { ...series, runs: series.runs.length }),
      ];
    }),
  };
}

/** One drill as Markdown, for a pull request or a note: what happened when, what was lost, and the other runs of this topology. */
export function drillReport(t: Translate, report: DrillReport, runs: readonly DrillReport[]): string {
  const { gap } = report;
  const when = (what: DrillMarkCode): string => {
    const at = markOf(report, what);
    return at === undefined ? '–' : secondsInWords(at);
  };
  const series = seriesRows(t, runs);
  return (
    [
      `# ${t('Failover drill of {0}', escapeReadably(report.topology))}`,
      `${dateInWords(report.at)} UTC · ${escapeReadably([whatWasDone(t, report), report.server, settingsInWords(report)].filter(text => text !== undefined && text !== '').join(' · '))}`,
      `**${verdictOf(t, report)[0] ?? ''}** ${escapeReadably(verdictOf(t, report).slice(1).join(' '))}`,
      table(
        [t('Since the fault'), t('What'), t('Server')],
        report.marks.map(mark => [
          secondsInWords(mark.at),
          escapeReadably(markInWords(t, mark.what)),
          mark.node === undefined ? '' : code(mark.node),
        ]),
      ),
      `## ${t('In figures')}`,
      table(
        [
          t('Seen to be gone'),
          t('Promoted'),
          t('No write for'),
          t('Answers again'),
          t('All as it was'),
          t('Refused or unanswered writes'),
        ],
        [
          [
            when('detected'),
            when('promoted'),
            gap === undefined ? '–' : secondsInWords(gap.to - gap.from),
            when('back'),
            when('whole'),
            String(report.refused),
          ],
        ],
      ),
      `## ${t('Runs of this topology, compared')}`,
      table(
        series.head,
        series.rows.map(row => row.map(escapeReadably)),
      ),
    ].join('\n\n') + '\n'
  );
}
