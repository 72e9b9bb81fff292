import type { VerifyItem, VerifyReport } from '../../topology/verify/verify';
import { code, escapeMarkdown, table } from '../markdown';
import type { Translate } from '../translate';
import { consequenceInWords } from './consequences';
import { kindInWords } from './health';
import { silenceBriefly } from './silence';

type Of<Code extends VerifyItem['code']> = Extract<VerifyItem, { readonly code: Code }>;

/** The report as Markdown, as it is shown, saved, or pasted into a pull request. */
export function verifyReport(t: Translate, report: VerifyReport): string {
  const of = <Code extends VerifyItem['code']>(...codes: readonly Code[]): readonly Of<Code>[] =>
    report.items.filter((item): item is Of<Code> => (codes as readonly string[]).includes(item.code));
  const failed = report.items.filter(({ ok, code }) => !ok && code !== 'survives').length;
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
  const bullet = ({ ok }: VerifyItem, text: string): string => `- ${ok ? '✔' : '✘'} ${text}`;
  const name = (text: string): string => `**${escapeMarkdown(text)}**`;
  return (
    [
      `# ${t('Verify {0}', escapeMarkdown(report.name))}`,
      `${new Date(report.at).toISOString()} · ${escapeMarkdown(kindInWords(t, report.kind))} · ${failed === 0 ? t('all {0} checks passed in {1} s', report.items.length, (report.ms / 1000).toFixed(1)) : t('{0} of {1} checks failed', failed, report.items.length)}`,
      `## ${t('Reachability')}`,
      table(
        [t('Server'), t('Announced'), t('Published'), t('Reached from here')],
        of('reached').map(item => [
          code(item.node),
          item.announced === undefined ? '' : code(item.announced),
          item.published.length === 0 ? '' : item.published.map(code).join(' '),
          `${item.ok ? '✔' : '✘'} ${item.ok ? (item.reachable === undefined ? '' : code(item.reachable)) : escapeMarkdown(whyNot(t, item.silence))}`,
        ]),
      ),
      ...section(
        t('Write and read'),
        of('write', 'read-back', 'read-only').map(item =>
          bullet(
            item,
            item.code === 'write'
              ? `${name(item.node)}: ${item.ok ? t('takes a write') : code(item.text ?? '')}`
              : item.code === 'read-back'
                ? `${name(item.node)}: ${item.ok ? t('has what {0} took after {1} ms', escapeMarkdown(item.master), Math.round(item.ms)) : `${t('does not have what {0} took', escapeMarkdown(item.master))} ${code(item.text ?? '')}`}`
                : `${name(item.node)}: ${t('a write is answered')} ${code(item.text)} (${t('the master is {0}', escapeMarkdown(item.master))})`,
          ),
        ),
      ),
      ...section(
        'SENTINEL CKQUORUM',
        of('quorum').map(item => bullet(item, `${name(item.node)}: ${code(item.text)}`)),
      ),
      ...section(
        t('Slots, as each node sees them'),
        of('coverage').map(item =>
          bullet(
            item,
            `${name(item.node)}: ${t('{0} of 16384 slots have a master', item.slots)}, ${code(`cluster_state:${item.state}`)}`,
          ),
        ),
      ),
      ...section(
        t('Redirect of the key “page” (slot 144)'),
        of('redirect').map(item => bullet(item, `${name(item.node)}: ${code(item.text)}`)),
      ),
      ...section(
        t('What it survives'),
        of('survives').map(
          item =>
            `- ${item.ok ? '✔' : '⚠'} ${t('without {0}', name(item.node))}: ${item.consequences.map(one => escapeMarkdown(consequenceInWords(t, one))).join(' ')}`,
        ),
      ),
      ...section(
        t('Keeps what it becomes (CONFIG REWRITE)'),
        of('rewrite').map(item =>
          bullet(
            item,
            `${name(item.node)}: ${item.ok ? (item.foreseen ? t('its conf can be rewritten, by the way it is mounted') : t('rewritten')) : t('no')} ${code(item.text)}`,
          ),
        ),
      ),
    ].join('\n\n') + '\n'
  );
}

function whyNot(t: Translate, silence: Of<'reached'>['silence']): string {
  if (silence === undefined || silence === 'unknown') return t('not known');
  return silence === 'not-running' ? t('is not running') : silenceBriefly[silence](t);
}
