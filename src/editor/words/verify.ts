import type { VerifyItem, VerifyReport } from '../../topology/verify/verify';
import { hasFailed } from '../../topology/verify/verify';
import { code, escapeReadably, table } from '../markdown';
import type { Translate } from '../translate';
import { consequenceInWords } from './consequences';
import { dateInWords } from './drill';
import { kindInWords } from './health';
import { silenceBriefly } from './silence';

type Of<Code extends VerifyItem['code']> = Extract<VerifyItem, { readonly code: Code }>;

/** The report as Markdown, as it is shown, saved, or pasted into a pull request. */
export function verifyReport(t: Translate, report: VerifyReport): string {
  const of = <Code extends VerifyItem['code']>(...codes: readonly Code[]): readonly Of<Code>[] =>
    report.items.filter((item): item is Of<Code> => (codes as readonly string[]).includes(item.code));
  const failed = report.items.filter(hasFailed);
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
  const bullet = (item: VerifyItem, text: string): string => `- ${item.ok ? '✔' : hasFailed(item) ? '✘' : '⚠'} ${text}`;
  const name = code;
  return (
    [
      `# ${t('Verify {0}', escapeReadably(report.name))}`,
      `${dateInWords(report.at)} UTC · ${escapeReadably(kindInWords(t, report.kind))} · ${failed.length === 0 ? t('all {0} checks passed in {1} s', report.items.length, (report.ms / 1000).toFixed(1)) : t('{0} of {1} checks failed', failed.length, report.items.length)}`,
      // whoever reads only the top of a comment must see them
      ...section(
        t('Failed'),
        failed.map(item => bullet(item, `${name(item.node)}: ${titleOf(t, item.code)}`)),
      ),
      `## ${titleOf(t, 'reached')}`,
      table(
        [t('Server'), t('Announced'), t('Published'), t('Reached from here')],
        of('reached').map(item => [
          code(item.node),
          item.announced === undefined ? '' : code(item.announced),
          item.published.length === 0 ? '' : item.published.map(code).join(' '),
          `${item.ok ? '✔' : '✘'} ${item.ok ? (item.reachable === undefined ? '' : code(item.reachable)) : escapeReadably(whyNot(t, item.silence))}`,
        ]),
      ),
      ...section(
        titleOf(t, 'write'),
        of('write', 'read-back', 'read-only').map(item =>
          bullet(
            item,
            item.code === 'write'
              ? `${name(item.node)}: ${item.ok ? t('takes a write') : code(item.text ?? '')}`
              : item.code === 'read-back'
                ? `${name(item.node)}: ${item.ok ? t('has what {0} took after {1} ms', code(item.master), Math.round(item.ms)) : `${t('does not have what {0} took after {1} ms', code(item.master), Math.round(item.ms))}${item.text === undefined ? '' : ` ${code(item.text)}`}`}`
                : `${name(item.node)}: ${t('a write is answered')} ${code(item.text)} (${t('the master is {0}', code(item.master))})`,
          ),
        ),
      ),
      ...section(
        titleOf(t, 'quorum'),
        of('quorum').map(item => bullet(item, `${name(item.node)}: ${code(item.text)}`)),
      ),
      ...section(
        titleOf(t, 'coverage'),
        of('coverage').map(item =>
          bullet(
            item,
            `${name(item.node)}: ${t('{0} of 16384 slots have a master', item.slots)}, ${code(`cluster_state:${item.state}`)}`,
          ),
        ),
      ),
      ...section(
        titleOf(t, 'redirect'),
        of('redirect').map(item => bullet(item, `${name(item.node)}: ${code(item.text)}`)),
      ),
      ...section(
        titleOf(t, 'survives'),
        of('survives').map(
          item =>
            `- ${item.ok ? '✔' : '⚠'} ${t('without {0}', name(item.node))}: ${item.consequences.map(one => escapeReadably(consequenceInWords(t, one))).join(' ')}`,
        ),
      ),
      ...section(
        titleOf(t, 'rewrite'),
        of('rewrite').map(item => bullet(item, `${name(item.node)}: ${rewriteInWords(t, item)}`)),
      ),
    ].join('\n\n') + '\n'
  );
}

function titleOf(t: Translate, code: VerifyItem['code']): string {
  switch (code) {
    case 'reached':
      return t('Reachability');
    case 'write':
    case 'read-back':
    case 'read-only':
      return t('Write and read');
    case 'quorum':
      return 'SENTINEL CKQUORUM';
    case 'coverage':
      return t('Slots, as each node sees them');
    case 'redirect':
      return t('Redirect of the key “page” (slot 144)');
    case 'survives':
      return t('What it survives');
    case 'rewrite':
      return t('Keeps what it becomes (CONFIG REWRITE)');
  }
}

function whyNot(t: Translate, silence: Of<'reached'>['silence']): string {
  if (silence === undefined || silence === 'unknown') return t('not known');
  return silence === 'not-running' ? t('is not running') : silenceBriefly[silence](t);
}

function rewriteInWords(t: Translate, { ok, foreseen, why, text }: Of<'rewrite'>): string {
  if (why === 'no-conf') return t('it was started without a conf file');
  if (why === 'single-file')
    return t('its conf is mounted as a single file, which cannot be replaced: {0}', code(text));
  return `${ok ? (foreseen ? t('its conf can be rewritten, by where it lies (not tried)') : t('rewritten')) : t('no')} ${code(text)}`;
}
