import type { Translate } from '../editor/translate';
import {
  dateInWords,
  faultOfDrill,
  lossInWords,
  markInWords,
  secondsInWords,
  seriesRows,
  settingsInWords,
  standingInWords,
  verdictOf,
  whatWasDone,
} from '../editor/words/drill';
import type { DrillPicture, DrillReport, RunningDrill, Standing } from '../topology/drill/report';
import { markOf } from '../topology/drill/report';
import type { DrillSight, ShownPicture, ShownRun } from './drillProtocol';

/** The letters say the same as the colours. */
const letters: Readonly<Record<Standing, string>> = {
  master: 'M',
  replica: 'R',
  sentinel: 'S',
  unknown: '?',
  stale: 'M?',
  gone: '–',
};
const order: readonly Standing[] = ['master', 'replica', 'sentinel', 'stale', 'gone', 'unknown'];

/** What the page of a topology's drills shows. `selected`: the run by its time; else the latest, or the one that runs. */
export function drillSightOf(
  t: Translate,
  name: string,
  runs: readonly DrillReport[],
  running: RunningDrill | undefined,
  selected: number | undefined,
): DrillSight {
  const chosen = runs.find(({ at }) => at === selected) ?? runs[0];
  const shown = running !== undefined ? liveRun(t, running) : chosen === undefined ? undefined : finishedRun(t, chosen);
  return {
    title: t('Failover drills of {0}', name),
    empty: t(
      'No drill was run yet. A drill breaks one server on purpose while writers of its own write, watches who takes over, counts what was lost, and mends what it broke.',
    ),
    words: {
      start: t('New Drill…'),
      again: t('Run Again'),
      report: t('As Text'),
      cancel: t('Cancel and Mend'),
      timeline: t('Timeline'),
      what: t('What'),
      who: t('Server'),
      when: t('Since the fault'),
      servers: t('How each server stood'),
      standing: t('Stood as'),
      compare: t('Runs of this topology, compared'),
      history: t('Every run'),
      show: t('Show'),
      shown: t('Shown above'),
    },
    ...(running === undefined ? {} : { running: { phase: running.phase } }),
    ...(shown === undefined ? {} : { shown }),
    compared: seriesRows(t, runs),
    runs: {
      head: [
        t('When (UTC)'),
        t('Fault'),
        t('Settings'),
        t('Promoted'),
        t('No write for'),
        t('All as it was'),
        t('Lost'),
      ],
      rows: runs.map(run => ({
        run: run.at,
        cells: [
          dateInWords(run.at),
          `${faultOfDrill(t, run.request.fault)}: ${run.node}`,
          settingsInWords(run),
          seconds(markOf(run, 'promoted')),
          run.gap === undefined ? '–' : seconds(run.gap.to - run.gap.from),
          seconds(markOf(run, 'whole')),
          t('{0} of {1}', run.lost, run.acknowledged),
        ],
      })),
    },
  };
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : secondsInWords(ms));

function finishedRun(t: Translate, report: DrillReport): ShownRun {
  const { gap } = report;
  const figure = (name: string, value: string): { readonly name: string; readonly value: string } => ({ name, value });
  return {
    run: report.at,
    head: [whatWasDone(t, report), report.server, settingsInWords(report)]
      .filter(text => text !== undefined && text !== '')
      .join(' · '),
    verdict: verdictOf(t, report),
    bad: report.lost > 0 || !report.healed,
    figures: [
      figure(t('Seen to be gone'), seconds(markOf(report, 'detected'))),
      figure(t('Promoted'), report.unpromoted ? t('nobody') : seconds(markOf(report, 'promoted'))),
      figure(t('No write for'), gap === undefined ? '–' : seconds(gap.to - gap.from)),
      figure(t('Answers again'), seconds(markOf(report, 'back'))),
      figure(t('All as it was'), seconds(markOf(report, 'whole'))),
      figure(t('Refused or unanswered writes'), String(report.refused)),
    ],
    picture: pictureOf(t, report, lossInWords(t, { ...report, runs: 1 })),
  };
}

function liveRun(t: Translate, running: RunningDrill): ShownRun {
  const empty: DrillPicture = {
    marks: [],
    bars: [],
    span: { from: 0, to: 1 },
    writes: { from: 0, everyMs: 100, counts: [] },
  };
  return {
    head: whatWasDone(t, running),
    verdict: [],
    bad: false,
    figures: [],
    picture: pictureOf(t, running.picture ?? empty, running.phase),
  };
}

function pictureOf(t: Translate, { marks, bars, span, gap, split, writes }: DrillPicture, gist: string): ShownPicture {
  const present = new Set(bars.flatMap(({ changes }) => changes.map(({ standing }) => standing)));
  const noWrite = gap === undefined ? undefined : t('no write for {0}', secondsInWords(gap.to - gap.from));
  const perSecond = (Math.max(0, ...writes.counts) * 1000) / writes.everyMs;
  return {
    spoken: [
      t('Timeline of {0} servers over {1}.', bars.length, secondsInWords(span.to - span.from)),
      noWrite === undefined ? '' : `${noWrite}.`,
      gist,
    ]
      .filter(text => text !== '')
      .join(' '),
    from: span.from,
    to: span.to,
    bars: bars.map(({ node, changes }) => ({
      node,
      pieces: changes.map(({ at, standing }, i) => ({
        from: at,
        to: changes[i + 1]?.at ?? span.to,
        standing,
        letters: letters[standing],
        word: standingInWords(t, standing),
      })),
    })),
    marks: marks.map((mark, i) => ({
      number: i + 1,
      at: mark.at,
      what: markInWords(t, mark.what),
      who: mark.node ?? '',
      when: secondsInWords(mark.at),
      fault: mark.what === 'fault',
    })),
    ...(gap === undefined || noWrite === undefined ? {} : { gap: { ...gap, word: noWrite } }),
    ...(split === undefined
      ? {}
      : {
          split: {
            from: split.from,
            to: split.to,
            word: split.returned
              ? t('stale master for {0}', secondsInWords(split.to - split.from))
              : t('two masters for {0}', secondsInWords(split.to - split.from)),
          },
        }),
    writes: { ...writes, word: t('writes'), most: t('{0}/s', Math.round(perSecond)) },
    legend: order
      .filter(standing => present.has(standing))
      .map(standing => ({ standing, letters: letters[standing], word: standingInWords(t, standing) })),
  };
}
