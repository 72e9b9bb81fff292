import { formatAddress } from '../../../model/address';
import { neededRules } from '../accessFacts';
import type { Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, isLoopback } from '../scope';
import type { Node } from '../../../model/snapshot';

/** Access rules that keep out who is needed, and a door that is open to everybody. */
export const access: Rule = scope =>
  scope.nodes.flatMap(node => (answers(node) ? [...denied(scope, node), ...open(scope, node)] : []));

function denied(scope: Scope, node: Node): readonly Problem[] {
  const refused = scope.facts.access.get(node.id)?.refused ?? [];
  const found = new Map<
    string,
    {
      readonly user: string;
      readonly whom: 'replica' | 'sentinel';
      readonly commands: Set<string>;
      readonly text: string;
    }
  >();
  for (const { user, command, whom, text } of refused) {
    if (whom === 'other') continue; // what an application may not do is its own affair
    const key = `${whom} ${user}`;
    const known = found.get(key) ?? { user, whom, commands: new Set<string>(), text };
    known.commands.add(command);
    found.set(key, known);
  }
  return [...found.values()].map(({ user, whom, commands, text }) => ({
    ...scope.problem('error', { code: 'acl-denies', node: node.name, user, commands: [...commands], whom }, [node], {
      evidence: [{ from: 'reply', who: node.name, text }],
      fixes: [{ code: 'acl-allow', node: node.id, user, rules: neededRules[whom] }],
    }),
    id: [scope.topology?.id ?? '', 'acl-denies', node.id, whom, user].join(' '),
  }));
}

function open(scope: Scope, node: Node): readonly Problem[] {
  if (scope.facts.access.get(node.id)?.open !== true || node.id !== node.instance?.id) return [];
  // with protected mode on a server without password refuses whoever comes from elsewhere, published or not
  if (scope.setting(node, 'protected-mode') !== 'no') return [];
  const outside = node.instance.ports.find(({ outside: { host } }) => !isLoopback(host));
  if (outside === undefined) return [];
  const address = formatAddress(outside.outside);
  // a single server that somebody started is told of, and no more: it may be meant so for an hour
  return [
    scope.problem(
      scope.topology === undefined ? 'info' : 'warning',
      { code: 'open-to-network', node: node.name, address },
      [node],
      {
        evidence: [
          { from: 'engine', who: node.name, text: `${address} → ${String(outside.inside)}` },
          { from: 'reply', who: node.name, text: 'ACL GETUSER default: on nopass +@all' },
        ],
        fixes: [{ code: 'set-password', nodes: [node.id] }],
      },
    ),
  ];
}
