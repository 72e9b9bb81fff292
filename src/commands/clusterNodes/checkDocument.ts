import { code, escapeMarkdown, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { reasonInWords } from '../../editor/words/health';
import { formatAddress } from '../../model/address';
import type { ClusterMember } from '../../model/clusterView';
import { countSlots, formatRanges, SLOT_COUNT } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { ClusterCheck } from '../../topology/cluster/check';
import { slotsCounted } from '../../editor/words/counts';

/** What a check found, as a document: the verdict first, then the facts it stands on. */
export function checkDocument(t: Translate, check: ClusterCheck): string {
  const { view, shards, opinions, silent, strays } = check;
  const covered = SLOT_COUNT - countSlots(view.uncovered);
  const masters = shards.filter(shard => shard.slots > 0).length;
  const names = {
    kind: 'cluster' as const,
    nodes: view.members.map(member => ({ id: member.node ?? member.id, name: member.name }) as never),
  };
  const facts = [
    view.disputes.length === 0
      ? good(t('All {0} nodes that answer agree on the slots.', opinions.length))
      : bad(t('The nodes do not agree on the slots: see below.')),
    view.open.length === 0
      ? good(t('No slot is half moved.'))
      : bad(t('Half moved: {0}.', slotsCounted(t, view.open.length))),
    view.uncovered.length === 0
      ? good(t('All {0} slots have an owner.', SLOT_COUNT))
      : bad(
          t('{0} of {1} slots have an owner; nobody has {2}.', covered, SLOT_COUNT, formatRanges(view.uncovered, ', ')),
        ),
    strays.length === 0
      ? good(t('No node holds keys of slots that are not its own.'))
      : bad(
          strays
            .map(({ node, keys }) =>
              t('{0} holds {1} keys of slots that are not its own: no client finds them.', node, keys),
            )
            .join(' '),
        ),
    silent.length === 0
      ? good(t('Every node answers.'))
      : bad(silent.map(({ node, text }) => t('{0} does not answer: {1}', node, text)).join(' ')),
    t('{0} keys in {1} masters, {2} a slot on average.', check.keys, masters, (check.keys / SLOT_COUNT).toFixed(2)),
  ];
  return (
    [
      `# ${view.findings.length === 0 && silent.length === 0 && strays.length === 0 ? t('{0} is whole', escapeMarkdown(check.name)) : t('{0}: {1} findings', escapeMarkdown(check.name), view.findings.length + silent.length + strays.length)}`,
      facts.map(fact => `- ${escapeMarkdown(fact)}`).join('\n'),
      ...(view.findings.length === 0
        ? []
        : [
            `## ${t('Findings')}`,
            view.findings.map(finding => `- ${escapeMarkdown(reasonInWords(t, names, finding))}`).join('\n'),
          ]),
      `## ${t('Masters and their replicas')}`,
      table(
        [t('Master'), t('Address'), t('Slots'), t('Count'), t('Keys'), t('Replicas'), t('State')],
        shards.map(({ master, ranges, slots, keys, replicas }) => [
          code(master.name),
          code(formatAddress(master.address)),
          rangesText(ranges),
          String(slots),
          keys === undefined ? '?' : String(keys),
          replicas.length === 0 ? `⚠ ${t('none')}` : replicas.map(({ name }) => code(name)).join(', '),
          stateText(t, master),
        ]),
      ),
      `## ${t('What each node says')}`,
      t('A node’s own word is only its own opinion; the verdict above is what all of them say together.'),
      table(
        [t('Node'), t('Role'), t('Says'), t('Knows'), t('Epoch')],
        opinions.map(({ node, role, state, knows, epoch }) => [
          code(node),
          role === 'master' ? t('master') : t('replica'),
          state === 'ok' ? t('ok') : `⚠ ${t('down')}`,
          t('{0} nodes', knows),
          String(epoch),
        ]),
      ),
      ...(view.disputes.length === 0
        ? []
        : [
            `## ${t('Disputed slots')}`,
            table(
              [t('Slots'), t('Owner'), t('Says')],
              view.disputes.flatMap(({ ranges, claims }) =>
                claims.map(claim => [
                  rangesText(ranges),
                  claim.owner === undefined ? t('nobody') : code(nameOf(view.members, claim.owner)),
                  claim.by.map(by => code(nameOf(view.members, by))).join(', '),
                ]),
              ),
            ),
          ]),
      ...(view.open.length === 0
        ? []
        : [
            `## ${t('Half-moved slots')}`,
            table(
              [t('Slot'), t('Leaves'), t('Arrives at')],
              view.open.map(open => [
                String(open.slot),
                end(t, view.members, open.migratingAt, open.from),
                end(t, view.members, open.importingAt, open.to),
              ]),
            ),
          ]),
    ].join('\n\n') + '\n'
  );
}

const good = (text: string): string => `✔ ${text}`;
const bad = (text: string): string => `✘ ${text}`;

/** Long lists are cut: the slot map shows them all. */
function rangesText(ranges: readonly SlotRange[]): string {
  const most = 12;
  return ranges.length <= most
    ? formatRanges(ranges, ', ')
    : `${formatRanges(ranges.slice(0, most), ', ')} … (${ranges.length})`;
}

function nameOf(members: readonly ClusterMember[], id: string): string {
  return members.find(member => member.id === id || member.node === id)?.name ?? id.slice(0, 8);
}

function end(
  t: Translate,
  members: readonly ClusterMember[],
  open: string | undefined,
  told: string | undefined,
): string {
  if (open !== undefined) return code(nameOf(members, open));
  return told === undefined ? '?' : `${code(nameOf(members, told))} (${t('not open there')})`;
}

function stateText(t: Translate, { state, answers }: ClusterMember): string {
  switch (state) {
    case 'ok':
      return answers ? t('ok') : `⚠ ${t('no answer')}`;
    case 'suspected':
      return `⚠ ${t('suspected')}`;
    case 'failed':
      return `⚠ ${t('failed')}`;
    case 'handshake':
      return `⚠ ${t('joining')}`;
    case 'noaddr':
      return `⚠ ${t('no address')}`;
  }
}
