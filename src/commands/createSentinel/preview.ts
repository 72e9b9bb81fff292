import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { roleInWords } from '../../editor/words/health';
import { warningInWords } from '../../editor/words/request';
import { fence, filesInWords, insideInWords, passwordInWords, runInWords, storageInWords } from '../create/previewParts';
import type { SentinelPlan } from '../../topology/sentinelPlan';
import type { SentinelRequest } from '../../topology/sentinelRequest';
import { warningsOf } from '../../topology/sentinelRequest';

/** The plan as a document that a person reads before anything is made. Holds no secret: where the password will stand is said. */
export function previewOf(t: Translate, plan: SentinelPlan, request: SentinelRequest, fetch: boolean): string {
  const warnings = warningsOf(request);
  return [
    `# ${t('What will be created: {0}', escapeMarkdown(plan.name))}`,
    t('Nothing has been made yet. Choose Create above, or go back and change an answer.'),
    ...warnings.map(warning => `> ⚠ ${escapeMarkdown(warningInWords(t, warning))}`),
    `## ${t('Servers')}`,
    table([t('Name'), t('Role'), t('Inside'), t('Outside'), t('Follows')], plan.nodes.map(node => [
      code(node.name), escapeMarkdown(roleInWords(t, node.role)), insideInWords(plan, node), code(`127.0.0.1:${node.port}`),
      node.follows === undefined ? (node.role === 'sentinel' ? escapeMarkdown(t('watches the master')) : '') : code(node.follows),
    ])),
    runInWords(t, plan, fetch),
    `## ${t('What it survives')}`,
    survivalOf(t, plan),
    `## ${t('Password')}`,
    passwordInWords(t, plan),
    `## ${t('Files')}`,
    storageInWords(t, plan),
    filesInWords(t),
    ...filesOf(plan).map(({ title, content }) => `### ${code(title)}\n\n${fence(content)}`),
  ].join('\n\n') + '\n';
}

function survivalOf(t: Translate, { survival, downAfterMs }: SentinelPlan): string {
  return [
    t('{0} of {1} sentinels must agree that the master is down (the quorum), and {2} must vote for the failover (the majority).', survival.quorum, survival.sentinels, survival.majority),
    survival.sentinelLosses === 0
      ? t('**No** sentinel may be lost: then no failover happens.')
      : t('**{0}** of the sentinels may be lost together with the master, and a replica is still promoted.', survival.sentinelLosses),
    survival.masterLosses === 0
      ? t('**No** master may be lost: there is no replica to promote.')
      : t('**{0}** masters may be lost one after another.', survival.masterLosses),
    t('A lost master is noticed after {0} s; a replica takes over about a second later.', downAfterMs / 1000),
    t('All servers run on this one machine: it survives the loss of containers, not of the machine.'),
  ].map(line => `- ${line}`).join('\n');
}

/** One file of each kind: those of the other nodes differ in port and name only. */
function filesOf(plan: SentinelPlan): readonly { readonly title: string; readonly content: string }[] {
  const firsts = [plan.nodes.find(({ program }) => program === 'redis'), plan.nodes.find(({ program }) => program === 'sentinel')];
  return firsts.flatMap(node => node?.files.map(({ name, content }) => ({ title: `${node.name}/conf/${name}`, content })) ?? []);
}
