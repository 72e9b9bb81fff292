import type { DrillFault, DrillMark, DrillReport } from '../../topology/drill/drill';
import { code, escapeMarkdown, table } from '../markdown';
import type { Translate } from '../translate';
import { drillPicture } from './drillPicture';

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
  }
}

export function markInWords(t: Translate, mark: DrillMark['what']): string {
  switch (mark) {
    case 'fault':
      return t('the fault');
    case 'detected':
      return t('seen to be gone');
    case 'sdown':
      return t('a sentinel takes it for down (+sdown)');
    case 'odown':
      return t('the sentinels agree (+odown)');
    case 'switch':
      return t('the sentinels name another master (+switch-master)');
    case 'promoted':
      return t('another one serves as master');
    case 'healing':
      return t('mending begins');
    case 'back':
      return t('it answers again');
    case 'whole':
      return t('all as it was');
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** One drill as Markdown: picture, what happened when, what was lost. The words promise nothing: one run is one run. */
export function drillReport(t: Translate, report: DrillReport, earlier: readonly DrillReport[]): string {
  const { gap } = report;
  const when = (what: DrillMark['what']): string => {
    const mark = report.marks.find(one => one.what === what);
    return mark === undefined ? '–' : seconds(mark.at);
  };
  const row = (one: DrillReport): readonly string[] => {
    const at = (what: DrillMark['what']): string => {
      const mark = one.marks.find(each => each.what === what);
      return mark === undefined ? '–' : seconds(mark.at);
    };
    return [
      new Date(one.at).toISOString().slice(0, 19).replace('T', ' '),
      `${faultOfDrill(t, one.request.fault)} ${code(one.node)}`,
      Object.entries(one.settings)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(', ') + (one.request.wait > 0 ? ` WAIT ${String(one.request.wait)}` : ''),
      at('promoted'),
      one.gap === undefined ? '–' : seconds(one.gap.to - one.gap.from),
      at('whole'),
      `${String(one.lost)} / ${String(one.acknowledged)}`,
    ];
  };
  return (
    [
      `# ${t('Failover drill of {0}', escapeMarkdown(report.topology))}`,
      `${new Date(report.at).toISOString()} · ${t('{0} {1} under {2} writers, at most {3} writes per second each', faultOfDrill(t, report.request.fault), code(report.node), report.request.writers, report.request.rate)}${report.request.wait > 0 ? ` · WAIT ${String(report.request.wait)}` : ''}`,
      `**${t('{0} of {1} acknowledged writes were lost in this run.', report.lost, report.acknowledged)}** ${report.unpromoted ? t('Nobody took over.') : ''} ${report.healed ? t('All is as it was before.') : t('Not everything is as it was before: look at the tree.')}`,
      `![${t('Timeline')}](data:image/svg+xml;base64,${Buffer.from(drillPicture(t, report)).toString('base64')})`,
      table(
        [t('Since the fault'), t('What'), t('Server')],
        [...report.marks]
          .sort((a, b) => a.at - b.at)
          .map(mark => [
            seconds(mark.at),
            escapeMarkdown(markInWords(t, mark.what)),
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
            gap === undefined ? '–' : seconds(gap.to - gap.from),
            when('back'),
            when('whole'),
            String(report.refused),
          ],
        ],
      ),
      ...(earlier.length === 0
        ? []
        : [
            `## ${t('Runs of this topology')}`,
            table(
              [
                t('When'),
                t('Fault'),
                t('Settings'),
                t('Promoted'),
                t('No write for'),
                t('All as it was'),
                t('Lost / acknowledged'),
              ],
              [report, ...earlier].map(row),
            ),
          ]),
    ].join('\n\n') + '\n'
  );
}
