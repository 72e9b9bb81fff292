import type { Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, logEvidence } from '../scope';

/** Disk and memory: writes that are refused, or will be. */
export const memory: Rule = scope => [
  ...scope.nodes.flatMap(node => {
    if (!answers(node)) return [];
    const failed =
      scope.figureText(node, 'rdb_last_bgsave_status') === 'err' ||
      scope.figureText(node, 'aof_last_write_status') === 'err';
    const limit = scope.figure(node, 'maxmemory') ?? 0;
    const used = scope.figure(node, 'used_memory') ?? 0;
    const policy = scope.figureText(node, 'maxmemory_policy');
    const line = scope.logged(node, 'save-failed');
    return [
      ...(failed
        ? [
            scope.problem(
              'error',
              {
                code: 'cannot-save',
                node: node.name,
                refusesWrites: (scope.setting(node, 'stop-writes-on-bgsave-error') ?? 'yes') === 'yes',
                text: line?.text ?? '',
              },
              [node],
              {
                evidence: [
                  line && logEvidence(node, line.text),
                  {
                    from: 'reply',
                    who: node.name,
                    text: `rdb_last_bgsave_status:${scope.figureText(node, 'rdb_last_bgsave_status') ?? ''}`,
                  },
                ],
              },
            ),
          ]
        : []),
      ...(limit > 0 && policy === 'noeviction' && used >= 0.98 * limit
        ? [
            scope.problem('error', { code: 'memory-full', node: node.name, used, limit }, [node], {
              evidence: [
                {
                  from: 'reply',
                  who: node.name,
                  text: `used_memory:${String(used)} maxmemory:${String(limit)} maxmemory_policy:noeviction`,
                },
              ],
            }),
          ]
        : []),
    ];
  }),
  ...overcommit(scope),
];

/** Said once for all: it is the machine's setting, and each server on it says the same. */
function overcommit(scope: Scope): readonly Problem[] {
  const warned = scope.nodes.filter(node => answers(node) && scope.logged(node, 'overcommit') !== undefined);
  const [first] = warned;
  const line = first && scope.logged(first, 'overcommit');
  if (first === undefined || line === undefined) return [];
  return [
    scope.problem('info', { code: 'overcommit', nodes: warned.map(({ name }) => name) }, warned, {
      evidence: [logEvidence(first, line.text)],
    }),
  ];
}
