import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { roleInWords } from '../../editor/words/health';
import { warningInWords } from '../../editor/words/request';
import type { PlannedNode, TopologyPlan } from '../../topology/plan';
import type { SwarmWords } from './swarm';

/** Where the password will be, never the password. */
export function passwordInWords(t: Translate, { password }: Pick<TopologyPlan, 'password'>): string {
  switch (password) {
    case 'generated':
      return t(
        'A password of 32 random bytes is generated. It is kept in the editor’s secret store and in the conf files, nowhere else.',
      );
    case 'given':
      return t('The password that you gave is kept in the editor’s secret store and in the conf files, nowhere else.');
    case 'none':
      return t('There is **no** password: whoever reaches the ports of this machine can read and write everything.');
  }
}

/** What all of them run, and who reaches it. */
export function runInWords(
  t: Translate,
  { engine, image }: Pick<TopologyPlan, 'engine' | 'image'>,
  fetch: boolean,
): string {
  if (engine === 'process')
    return t('All run {0} as plain processes that listen on this machine only and outlive the editor.', code(image));
  const run = t(
    'All run {0} on a network of their own, where each has a fixed address. Their ports are the same inside and outside and are open to this machine only.',
    code(image),
  );
  return fetch ? `${run} ${t('The image is not here yet and is fetched first.')}` : run;
}

/** The address as the other nodes know it. */
export function insideInWords(
  { engine }: Pick<TopologyPlan, 'engine'>,
  { name, port }: { readonly name: string; readonly port: number },
): string {
  return code(`${engine === 'process' ? '127.0.0.1' : name}:${port}`);
}

export function storageInWords(t: Translate, { storage, engine }: Pick<TopologyPlan, 'storage' | 'engine'>): string {
  if (storage.kind === 'volume' && engine === 'process')
    return t(
      'In the extension’s own folder, two folders for each server: one with what it is told, one with what it keeps.',
    );
  return storage.kind === 'folder'
    ? t(
        'In {0}, one folder for each server: {1} with what it is told, {2} with what it keeps.',
        code(storage.root),
        code('conf'),
        code('data'),
      )
    : t('In Docker volumes, two for each server: one with what it is told, one with what it keeps.');
}

export function filesInWords(t: Translate): string {
  return t(
    'Servers write their own conf file when their role changes. This is what they begin with; addresses and the password are put in place of the words in angle brackets.',
  );
}

export function fence(content: string): string {
  return `\`\`\`\`redis-conf\n${content.trimEnd().replaceAll('````', '')}\n\`\`\`\``;
}

/** What a kind of topology adds to the document that all of them share. All Markdown, but for the warnings. */
export interface PreviewOfKind {
  /** What the user should think twice about; by default that there is no password. */
  readonly warnings?: readonly string[];
  /** Sections before the table of servers. */
  readonly before?: readonly string[];
  readonly survives: readonly string[];
  /** Nodes whose conf files are shown: one of each sort, as the others differ in port and name only. */
  readonly shown: readonly (PlannedNode | undefined)[];
}

/**
 * The plan as a document that a person reads before anything is made. Holds no secret: where the password will stand is said.
 * @param swarm given when the plan is spread over machines
 */
export function previewDocument(
  t: Translate,
  plan: TopologyPlan,
  fetch: boolean,
  kind: PreviewOfKind,
  swarm: SwarmWords | undefined,
): string {
  const warnings = kind.warnings ?? (plan.password === 'none' ? [warningInWords(t, { code: 'no-password' })] : []);
  return (
    [
      `# ${t('What will be created: {0}', escapeMarkdown(plan.name))}`,
      t('Nothing has been made yet. Choose Create above, or go back and change an answer.'),
      ...warnings.map(warning => `> ⚠ ${escapeMarkdown(warning)}`),
      ...(kind.before ?? []),
      `## ${t('Servers')}`,
      table(
        [t('Name'), t('Role'), t('Inside'), swarm?.heading ?? t('Outside'), t('Follows')],
        plan.nodes.map(node => [
          code(node.name),
          escapeMarkdown(roleInWords(t, node.role)),
          insideInWords(plan, node),
          swarm?.machineOf.get(node.name) ?? code(`127.0.0.1:${node.port}`),
          node.follows === undefined
            ? node.role === 'sentinel'
              ? escapeMarkdown(t('watches the master'))
              : ''
            : code(node.follows),
        ]),
      ),
      swarm?.run ?? runInWords(t, plan, fetch),
      `## ${t('What it survives')}`,
      kind.survives.map(line => `- ${line}`).join('\n'),
      `## ${t('Password')}`,
      passwordInWords(t, plan),
      `## ${t('Files')}`,
      swarm?.storage ?? storageInWords(t, plan),
      filesInWords(t),
      ...kind.shown.flatMap(
        node =>
          node?.files.map(({ name, content }) => `### ${code(`${node.name}/conf/${name}`)}\n\n${fence(content)}`) ?? [],
      ),
    ].join('\n\n') + '\n'
  );
}
