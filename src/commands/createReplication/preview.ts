import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { roleInWords } from '../../editor/words/health';
import { warningInWords } from '../../editor/words/request';
import type { ReplicationPlan } from '../../topology/replicationPlan';
import { fence, filesInWords, insideInWords, passwordInWords, runInWords, storageInWords } from '../create/previewParts';

/** The plan as a document that a person reads before anything is made. Holds no secret. */
export function replicationPreviewOf(t: Translate, plan: ReplicationPlan, fetch: boolean): string {
  const [first] = plan.nodes;
  return [
    `# ${t('What will be created: {0}', escapeMarkdown(plan.name))}`,
    t('Nothing has been made yet. Choose Create above, or go back and change an answer.'),
    ...(plan.password === 'none' ? [`> ⚠ ${escapeMarkdown(warningInWords(t, { code: 'no-password' }))}`] : []),
    `## ${t('Servers')}`,
    table([t('Name'), t('Role'), t('Inside'), t('Outside'), t('Follows')], plan.nodes.map(node => [
      code(node.name), escapeMarkdown(roleInWords(t, node.role)), insideInWords(plan, node), code(`127.0.0.1:${node.port}`), node.follows === undefined ? '' : code(node.follows),
    ])),
    runInWords(t, plan, fetch),
    `## ${t('What it survives')}`,
    [
      t('The data survive the loss of any one container that is not the only copy.'),
      t('When the master is lost, writes stop until you promote a replica: only sentinels or a cluster do that by themselves.'),
      t('All servers run on this one machine: it survives the loss of containers, not of the machine.'),
    ].map(line => `- ${line}`).join('\n'),
    `## ${t('Password')}`,
    passwordInWords(t, plan),
    `## ${t('Files')}`,
    storageInWords(t, plan),
    filesInWords(t),
    ...(first?.files.map(({ name, content }) => `### ${code(`${first.name}/conf/${name}`)}\n\n${fence(content)}`) ?? []),
  ].join('\n\n') + '\n';
}
