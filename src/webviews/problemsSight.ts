import type { Translate } from '../editor/translate';
import { fixInWords } from '../editor/words/fixes';
import { causeInWords, consequenceOfProblem } from '../editor/words/problems';
import { nodesOf } from '../model/diff';
import type { Snapshot } from '../model/snapshot';
import type { Evidence, Problem } from '../topology/diagnose/problem';
import type { ProblemsSight, ShownProblem } from './problemsProtocol';

/**
 * The problems of one topology (or of the servers that belong to none) in words.
 * @param before the page's title so far, which stays when the topology is gone
 */
export function sightOf(
  t: Translate,
  snapshot: Snapshot,
  problems: readonly Problem[],
  topologyId: string | undefined,
  before?: string,
): ProblemsSight {
  const names = new Map(nodesOf(snapshot).map(({ id, name }) => [id, name]));
  const name = (id: string): string => names.get(id) ?? id;
  const processes = new Set(
    nodesOf(snapshot).flatMap(node => (node.instance?.engine === 'process' ? [node.name] : [])),
  );
  const topology = snapshot.topologies.find(({ id }) => id === topologyId);
  const shown = problems.filter(problem => problem.topologyId === topologyId);
  return {
    title:
      topologyId === undefined
        ? t('Problems of other servers')
        : topology === undefined && before !== undefined
          ? before
          : t('Problems of {0}', topology?.name ?? topologyId),
    empty:
      topology === undefined && topologyId !== undefined
        ? t('The topology is not there (any more).')
        : t('Nothing is wrong here.'),
    notes: t('Worth knowing ({0})', shown.filter(({ severity }) => severity === 'info').length),
    problems: shown.map((problem): ShownProblem => {
      const consequence = consequenceOfProblem(t, problem.what);
      return {
        id: problem.id,
        severity: problem.severity,
        severityWord:
          problem.severity === 'error' ? t('Error') : problem.severity === 'warning' ? t('Warning') : t('Note'),
        cause: causeInWords(t, problem.what),
        ...(consequence === undefined ? {} : { consequence }),
        evidence: problem.evidence.map(({ who, from, text }) => ({
          who,
          from: sourceInWords(t, from, processes.has(who)),
          text,
        })),
        ...(problem.place === undefined
          ? {}
          : { place: t('{0}, line {1}', problem.place.path.split(/[/\\]/).slice(-3).join('/'), problem.place.line) }),
        fixes: problem.fixes.map(fix => fixInWords(t, fix, name)),
        nodes: problem.nodes.filter(id => names.has(id)).map(id => ({ id, name: name(id) })),
      };
    }),
  };
}

function sourceInWords(t: Translate, from: Evidence['from'], isProcess: boolean): string {
  switch (from) {
    case 'log':
      return t('log');
    case 'engine':
      return isProcess ? t('process') : t('container');
    case 'reply':
      return t('reply');
    case 'conf':
      return t('conf');
    case 'sentinel':
      return t('sentinel');
    case 'cluster':
      return t('cluster');
  }
}
