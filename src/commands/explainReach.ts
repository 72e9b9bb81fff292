import * as vscode from 'vscode';
import { code, escapeMarkdown, table } from '../editor/markdown';
import { withProgress } from '../editor/progress';
import type { Translate } from '../editor/translate';
import { reachFindings } from '../editor/words/reach';
import { silenceBriefly } from '../editor/words/silence';
import { inWords } from '../editor/words/table';
import { fixInWords } from '../editor/words/fixes';
import { commands } from '../manifest';
import { formatAddress } from '../model/address';
import { nodesOf } from '../model/diff';
import type { Node, Topology } from '../model/snapshot';
import type { Delegated } from '../topology/diagnose/fixes/plan';
import type { Fix } from '../topology/diagnose/problem';
import type { Reach } from '../topology/reach/explain';
import { measureReach } from '../topology/reach/measure';
import type { Remedy } from '../topology/reach/remedies';
import { remediesOf } from '../topology/reach/remedies';
import { nodeOf, topologyOf } from './ask';
import { mend } from './fixProblem';
import type { Command, Kit } from './kit';

/** Tries every address of a topology (or one server) from this machine, and shows who reaches what, and why not. Changes nothing. */
export const explainReach: Command = async (kit, target) => {
  const place = target?.kind === 'node' ? await nodeOf(kit, target, '') : undefined;
  const topology = place
    ? place.topology
    : await topologyOf(kit, target, vscode.l10n.t('The reachability of which topology shall be explained?'));
  const nodes = place ? [place.node] : topology?.nodes;
  if (!nodes) return;
  const name = place ? place.node.name : (topology?.name ?? '');
  const measure = (): Thenable<readonly Reach[]> =>
    withProgress(vscode.l10n.t('Trying every address of {0}', name), signal =>
      measureReach(kit.deps, namedAgain(kit, nodes), topology?.id, signal),
    );
  for (;;) {
    const found = await measure();
    const now = namedAgain(kit, nodes);
    const choices = choicesOf(now, topology, found);
    const helps = (reach: Reach): readonly string[] =>
      choices.filter(choice => choice.reach === reach).map(({ remedy, node }) => remedyInWords(kit, remedy, node));
    await kit.documents.show(vscode.l10n.t('Reachability of {0}', name), reachDocument(kit.t, name, found, helps));
    if (!(await offer(kit, topology, found, choices))) return;
  }
};

/** The nodes as they are now: a container that was made anew has another id and the same name. */
function namedAgain({ inventory }: Kit, nodes: readonly Node[]): readonly Node[] {
  const all = nodesOf(inventory.snapshot);
  return nodes.map(node => all.find(({ id }) => id === node.id) ?? all.find(({ name }) => name === node.name) ?? node);
}

interface Choice {
  readonly reach: Reach;
  readonly node: Node;
  readonly remedy: Remedy;
}

function choicesOf(nodes: readonly Node[], topology: Topology | undefined, found: readonly Reach[]): readonly Choice[] {
  return found.flatMap(reach => {
    const node = nodes.find(({ name }) => name === reach.node);
    return node === undefined ? [] : remediesOf(reach, node, topology).map(remedy => ({ reach, node, remedy }));
  });
}

/** What can be done about what was found; true when something was done, so that it is measured once more. */
async function offer(
  kit: Kit,
  topology: Topology | undefined,
  found: readonly Reach[],
  choices: readonly Choice[],
): Promise<boolean> {
  if (choices.length === 0) return false;
  const bad = new Set(choices.map(({ reach }) => reach.node)).size;
  const mendIt = vscode.l10n.t('Mend…');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} of {1} servers are not reached at the address that clients are told.', bad, found.length),
    mendIt,
  );
  if (answer !== mendIt) return false;
  const items = choices.map(choice => ({
    label: remedyInWords(kit, choice.remedy, choice.node),
    description: choice.reach.node,
    choice,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('What shall be done? Nothing is changed before you have seen the plan.'),
    matchOnDescription: true,
  });
  return picked !== undefined && carry(kit, topology, picked.choice);
}

async function carry(kit: Kit, topology: Topology | undefined, { reach, node, remedy }: Choice): Promise<boolean> {
  switch (remedy.kind) {
    case 'map':
      await vscode.commands.executeCommand(
        commands.copyConnectionCode,
        topology ? { kind: 'topology', topology: topology.id } : { kind: 'node', node: node.id },
      );
      return false;
    case 'password':
      await vscode.commands.executeCommand(commands.enterPassword, {
        kind: 'node',
        node: node.id,
        ...(topology ? { topology: topology.id } : {}),
      });
      return true;
    case 'announce': {
      const to = await askAddress(node, reach);
      return to !== undefined && run({ code: 'announce', node: node.id, to });
    }
    case 'fix':
      return run(await withFreePort(kit, node, remedy.fix));
  }
  function run(fix: Fix): Promise<boolean> {
    return mend(kit, {
      fix: fix as Exclude<Fix, Delegated>,
      topologyId: topology?.id,
      cause: inWords(reachFindings, kit.t, reach.finding),
      isGone: async signal => {
        await kit.inventory.refresh(signal);
        const again = await measureReach(kit.deps, namedAgain(kit, [node]), topology?.id, signal);
        return again[0]?.finding.code !== reach.finding.code || again[0].finding.code === 'reach-fine';
      },
    });
  }
}

/** The port that was meant, or the next one that is free. */
async function withFreePort(kit: Kit, node: Node, fix: Fix): Promise<Fix> {
  if (fix.code !== 'publish-port' || node.instance === undefined) return fix;
  const [outside = fix.outside] = await kit.deps.engine(node.instance.engine).freePorts(fix.outside, 1);
  return { ...fix, outside };
}

async function askAddress(
  node: Node,
  { announced }: Reach,
): Promise<{ readonly host: string; readonly port: number } | undefined> {
  const read = (text: string): { readonly host: string; readonly port: number } | undefined => {
    const [, host = '', port = ''] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(text.trim()) ?? [];
    return host !== '' && Number(port) > 0 && Number(port) < 65536 ? { host, port: Number(port) } : undefined;
  };
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('What shall {0} announce?', node.name),
    prompt: vscode.l10n.t(
      'Host and port that lead to it for everybody who is told them: clients, replicas, Sentinels.',
    ),
    value: announced ? formatAddress(announced) : '',
    validateInput: value =>
      read(value) === undefined ? vscode.l10n.t('host:port, like db1.example.org:6379') : undefined,
  });
  return text === undefined ? undefined : read(text);
}

function remedyInWords(kit: Kit, remedy: Remedy, node: Node): string {
  switch (remedy.kind) {
    case 'fix':
      return fixInWords(kit.t, remedy.fix, () => node.name);
    case 'map':
      return vscode.l10n.t('Leave the servers as they are: copy connection code with an address map');
    case 'password':
      return vscode.l10n.t('Enter the password of {0}', node.name);
    case 'announce':
      return vscode.l10n.t('Have {0} announce another address…', node.name);
  }
}

/** The table as Markdown, what needs mending first. @param helps what can be done about a row, the best first */
export function reachDocument(
  t: Translate,
  name: string,
  found: readonly Reach[],
  helps: (reach: Reach) => readonly string[],
): string {
  const bad = found.filter(({ finding }) => finding.code !== 'reach-fine');
  const rows = [...bad, ...found.filter(one => !bad.includes(one))].map(reach => [
    `${reach.finding.code === 'reach-fine' ? '✔' : '⚠'} ${code(reach.node)}`,
    reach.announced ? code(formatAddress(reach.announced)) : '–',
    reach.attempts
      .map(
        ({ address, outcome }) =>
          `${code(formatAddress(address))}${address.via === undefined ? '' : ` ${escapeMarkdown(t('through the engine'))}`} ${escapeMarkdown(outcome === 'answers' ? t('answers') : silenceBriefly[outcome](t))}`,
      )
      .join('<br>') || '–',
    reach.within.map(network => code(network)).join(', ') || '–',
    [inWords(reachFindings, t, reach.finding), ...helps(reach).map(help => `▸ ${help}`)]
      .map(escapeMarkdown)
      .join('<br>'),
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
          t('Reached by containers in'),
          t('Why, and what to do'),
        ],
        rows,
      ),
      t('Tried just now, each address with the password that is kept here. Nothing was changed.'),
      ...(found.some(reach => helps(reach).length > 0)
        ? [t('What stands behind ▸ is done by “Mend…” in the message below, after you have seen its plan.')]
        : []),
    ].join('\n\n') + '\n'
  );
}
