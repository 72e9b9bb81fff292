import { reportOf } from '../../../model/servers';
import type { Node } from '../../../model/snapshot';
import type { Fix, Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, logEvidence, replicationOf } from '../scope';

/** Whether what a server became survives its restart: asked before it matters, from how the conf is mounted, and of what the log says. */
export const kept: Rule = scope =>
  scope.nodes.flatMap(node => {
    if (!answers(node)) return [];
    const report = reportOf(node.contact);
    const followsAtRuntime =
      replicationOf(node)?.role === 'replica' &&
      !startedAsReplica(node) &&
      report?.mode === 'standalone' &&
      !fileSaysReplica(scope, node);
    const refused = scope.logged(node, 'rewrite-failed');
    const file = report?.configFile ?? '';
    const mounted =
      node.instance?.mounts.some(({ target, kind }) => kind !== 'volume' && target === file) === true && file !== '';
    const told = (
      why: 'file-mounted' | 'no-conf' | 'refused',
      severity: Problem['severity'],
      fix: Fix | undefined,
    ): Problem =>
      scope.problem(
        severity,
        {
          code: 'role-not-kept',
          node: node.name,
          why,
          ...(refused === undefined ? {} : { text: refused.fact.reason }),
        },
        [node],
        {
          evidence: [
            refused && logEvidence(node, refused.text),
            mounted
              ? {
                  from: 'engine',
                  who: node.name,
                  text: `${node.instance?.mounts.find(({ target }) => target === file)?.source ?? ''} → ${file}`,
                }
              : undefined,
          ],
          fixes: [fix],
        },
      );
    const foldered: Fix | undefined =
      mounted && node.instance?.engine === 'docker' ? { code: 'mount-conf-folder', node: node.id } : undefined;
    // nothing is lost yet while nobody changed what it is: then it is foreseen, not warned of
    if (mounted)
      return [
        told(
          'file-mounted',
          refused !== undefined || followsAtRuntime || report?.mode === 'sentinel' ? 'warning' : 'info',
          foldered,
        ),
      ];
    if (file === '') return followsAtRuntime ? [told('no-conf', 'warning', undefined)] : [];
    if (refused !== undefined) return [told('refused', 'warning', undefined)];
    return [];
  });

function startedAsReplica({ instance }: Node): boolean {
  return instance?.command.some(word => /^--(replicaof|slaveof)$/.test(word)) === true;
}

function fileSaysReplica(scope: Scope, node: Node): boolean {
  return scope.confLine(node, 'replicaof', 'slaveof') !== undefined;
}
