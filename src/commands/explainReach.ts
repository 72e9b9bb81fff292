import * as vscode from 'vscode';
import { code, escapeMarkdown, table } from '../editor/markdown';
import { withProgress } from '../editor/progress';
import type { Translate } from '../editor/translate';
import { reachFindings } from '../editor/words/reach';
import { silenceBriefly } from '../editor/words/silence';
import { inWords } from '../editor/words/table';
import { formatAddress } from '../model/address';
import type { Reach } from '../topology/reach/explain';
import { measureReach } from '../topology/reach/measure';
import { nodeOf, topologyOf } from './ask';
import type { Command } from './kit';

/** Tries every address of a topology (or one server) from this machine, and shows who reaches what, and why not. Changes nothing. */
export const explainReach: Command = async (kit, target) => {
  const place = target?.kind === 'node' ? await nodeOf(kit, target, '') : undefined;
  const topology = place
    ? place.topology
    : await topologyOf(kit, target, vscode.l10n.t('The reachability of which topology shall be explained?'));
  const nodes = place ? [place.node] : topology?.nodes;
  if (!nodes) return;
  const name = place ? place.node.name : (topology?.name ?? '');
  const found = await withProgress(vscode.l10n.t('Trying every address of {0}', name), signal =>
    measureReach(kit.deps, nodes, topology?.id, signal),
  );
  await kit.documents.show(vscode.l10n.t('Reachability of {0}', name), reachDocument(kit.t, name, found));
};

/** The table as Markdown, what needs mending first. */
export function reachDocument(t: Translate, name: string, found: readonly Reach[]): string {
  const bad = found.filter(({ finding }) => finding.code !== 'reach-fine');
  const rows = [...bad, ...found.filter(one => !bad.includes(one))].map(reach => [
    `${reach.finding.code === 'reach-fine' ? '✔' : '⚠'} ${code(reach.node)}`,
    reach.announced ? code(formatAddress(reach.announced)) : '–',
    reach.attempts
      .map(
        ({ address, outcome }) =>
          `${code(formatAddress(address))} ${escapeMarkdown(outcome === 'answers' ? t('answers') : silenceBriefly[outcome](t))}`,
      )
      .join('<br>') || '–',
    reach.within.map(network => code(network)).join(', ') || '–',
    escapeMarkdown(inWords(reachFindings, t, reach.finding)),
  ]);
  return (
    [
      `# ${t('Reachability of {0}', escapeMarkdown(name))}`,
      bad.length === 0
        ? t('Every server is reached from this machine at the address that clients are told.')
        : t('{0} of {1} servers are not reached at the address that clients are told.', bad.length, found.length),
      table(
        [
          t('Server'),
          t('What clients are told'),
          t('Tried from this machine'),
          t('Containers that reach it: those in'),
          t('Why, and what to do'),
        ],
        rows,
      ),
      t('Tried just now, each address with the password that is kept here. Nothing was changed.'),
    ].join('\n\n') + '\n'
  );
}
