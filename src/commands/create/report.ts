import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { roleInWords } from '../../editor/words/health';
import { checkInWords, createSteps } from '../../editor/words/steps';
import { formatAddress } from '../../model/address';
import type { AnyReport } from '../../topology/unfinished';

/** What was made, what was seen to be true, and how long each step took. */
export function reportOf(t: Translate, report: AnyReport): string {
  return (
    [
      `# ${t('{0} is running', escapeMarkdown(report.name))}`,
      t('{0} servers in {1} s, everything checked.', report.nodes.length, (report.totalMs / 1000).toFixed(1)),
      `## ${t('Servers')}`,
      table(
        [t('Name'), t('Role'), t('Inside'), t('Outside')],
        report.nodes.map(node => [
          code(node.name),
          escapeMarkdown(roleInWords(t, node.role)),
          code(formatAddress(node.announced)),
          code(formatAddress(node.reachable)),
        ]),
      ),
      `## ${t('Seen to be true')}`,
      report.checks.map(check => `- ${escapeMarkdown(checkInWords(t, check))}`).join('\n'),
      `## ${t('Time')}`,
      t('Some steps run at the same time; each is told with when it began.'),
      table(
        [t('Step'), t('Began'), t('Took')],
        report.steps.map(({ step, beganMs, ms }) => [
          escapeMarkdown(createSteps[step](t)),
          t('{0} ms', Math.round(beganMs)),
          t('{0} ms', Math.round(ms)),
        ]),
      ),
    ].join('\n\n') + '\n'
  );
}
