import type { Rule } from '../scope';

/** What the conf files of the nodes say against each other, by the conf language's own rules over several files. */
export const confFiles: Rule = scope => {
  const found = scope.topology === undefined ? undefined : scope.facts.across.get(scope.topology.id);
  return (found ?? []).flatMap(({ node: id, path, document, finding }) => {
    const node = scope.world.node(id);
    if (node === undefined || (finding.severity !== 'error' && finding.severity !== 'warning')) return [];
    const { line } = document.positionAt(finding.start);
    const { data } = finding;
    const problem = scope.problem(finding.severity, { code: 'conf-rule', rule: finding.code, data }, [node]);
    return [{ ...problem, id: `${problem.id} ${finding.code} ${String(line)}`, place: { path, line: line + 1 } }];
  });
};
