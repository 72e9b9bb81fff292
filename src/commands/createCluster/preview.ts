import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { clusterNoteInWords } from '../../editor/words/cluster';
import { roleInWords } from '../../editor/words/health';
import { warningInWords } from '../../editor/words/request';
import { countSlots, formatRanges } from '../../model/slots';
import type { ClusterCreationPlan } from '../../topology/cluster/request';
import { fence, filesInWords, insideInWords, passwordInWords, runInWords, storageInWords } from '../create/previewParts';

/** The plan as a document that a person reads before anything is made. Holds no secret: where the password will stand is said. */
export function clusterPreviewOf(t: Translate, plan: ClusterCreationPlan, fetch: boolean): string {
  const [first] = plan.nodes;
  return [
    `# ${t('What will be created: {0}', escapeMarkdown(plan.name))}`,
    t('Nothing has been made yet. Choose Create above, or go back and change an answer.'),
    ...(plan.password === 'none' ? [`> ⚠ ${escapeMarkdown(warningInWords(t, { code: 'no-password' }))}`] : []),
    `## ${t('Slots')}`,
    t('The 16384 slots are split as “redis-cli --cluster create” splits them.'),
    table([t('Master'), t('Slots'), t('Count'), t('Replicas')], plan.cluster.masters.map(master => [
      code(master.name), formatRanges(master.ranges, ', '), String(countSlots(master.ranges)), plan.cluster.replicas.filter(replica => replica.of === master.name).map(replica => code(replica.name)).join(', '),
    ])),
    `## ${t('Servers')}`,
    table([t('Name'), t('Role'), t('Inside'), t('Outside'), t('Follows')], plan.nodes.map(node => [
      code(node.name), escapeMarkdown(roleInWords(t, node.role)), insideInWords(plan, node), code(`127.0.0.1:${node.port}`), node.follows === undefined ? '' : code(node.follows),
    ])),
    runInWords(t, plan, fetch),
    `## ${t('What it survives')}`,
    [...plan.notes.map(note => clusterNoteInWords(t, note)), t('A lost master is noticed after {0} s; its replica takes over a few seconds later.', plan.nodeTimeoutMs / 1000)].map(line => `- ${line}`).join('\n'),
    `## ${t('Password')}`,
    passwordInWords(t, plan),
    `## ${t('Files')}`,
    storageInWords(t, plan),
    filesInWords(t),
    ...(first?.files.map(({ name, content }) => `### ${code(`${first.name}/conf/${name}`)}\n\n${fence(content)}`) ?? []),
  ].join('\n\n') + '\n';
}
