import type { Node } from '../../../model/snapshot';
import { messageOf } from '../logFacts';
import type { LogFact } from '../logFacts';
import type { Fix, LineEdit, Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { engineEvidence, logEvidence } from '../scope';

/** Why a server that was started does not run: what it said last, at which line of which file, and what mends it. */
export const exits: Rule = scope =>
  scope.nodes.flatMap(node => {
    const { instance } = node;
    // servers beside the main one end with their container, which is told by itself
    if (instance === undefined || node.id !== instance.id) return [];
    if (instance.state === 'paused')
      return scope.topology === undefined
        ? []
        : [
            scope.problem('error', { code: 'paused', node: node.name }, [node], {
              evidence: [engineEvidence(node, 'paused')],
              fixes: [{ code: 'unpause-node', nodes: [node.id] }],
            }),
          ];
    if (instance.state !== 'exited' && instance.state !== 'dead' && instance.state !== 'restarting') return [];
    const said = explained(scope, node);
    if (said !== undefined) return [said];
    const start: Fix = { code: 'start-node', nodes: [node.id] };
    const code = instance.exit?.code ?? 0;
    const evidence = [
      engineEvidence(node, `exit ${String(code)}${instance.exit?.outOfMemory === true ? ', OOMKilled' : ''}`),
    ];
    if (instance.exit?.outOfMemory === true)
      return [
        scope.problem('error', { code: 'killed', node: node.name, outOfMemory: true }, [node], {
          evidence,
          fixes: [start],
        }),
      ];
    // who is alone may have been put away on purpose
    if (scope.topology === undefined)
      return code === 1 || code === 134 || code === 139
        ? [
            scope.problem(
              'error',
              { code: 'died', node: node.name, exitCode: code, text: lastWords(scope, node) },
              [node],
              { evidence, fixes: [start] },
            ),
          ]
        : [];
    if (code === 137)
      return [
        scope.problem('error', { code: 'killed', node: node.name, outOfMemory: false }, [node], {
          evidence,
          fixes: [start],
        }),
      ];
    // 143: ended by SIGTERM before the server took over the signal
    if (code === 0 || code === 143)
      return [
        scope.problem(
          node.role === 'master' ? 'error' : 'warning',
          { code: 'stopped', node: node.name, master: node.role === 'master' },
          [node],
          { evidence, fixes: [start] },
        ),
      ];
    const text = lastWords(scope, node);
    return [
      scope.problem('error', { code: 'died', node: node.name, exitCode: code, text }, [node], {
        evidence: [...evidence, ...(text === '' ? [] : [logEvidence(node, text)])],
        fixes: [start],
      }),
    ];
  });

function lastWords(scope: Scope, node: Node): string {
  const lines = scope.facts.logs.get(node.instance?.id ?? '') ?? [];
  return messageOf(lines.filter(line => line.trim() !== '').at(-1) ?? '');
}

function explained(scope: Scope, node: Node): Problem | undefined {
  const found = scope.logged(node, 'bind-failed', 'conf-error', 'data-unreadable', 'conf-not-writable');
  if (found === undefined) return undefined;
  const evidence = [logEvidence(node, found.text)];
  switch (found.fact.code) {
    case 'bind-failed':
      return bindFailed(scope, node, found.fact, found.text);
    case 'conf-error':
      return confError(scope, node, found.fact, found.text);
    case 'data-unreadable':
      return scope.problem('error', { code: 'data-unreadable', node: node.name, text: found.text }, [node], {
        evidence,
      });
    case 'conf-not-writable':
      return scope.problem(
        'error',
        { code: 'role-not-kept', node: node.name, why: 'refused', text: found.fact.reason },
        [node],
        { evidence, fixes: [{ code: 'mount-conf-folder', node: node.id }] },
      );
  }
}

function bindFailed(scope: Scope, node: Node, fact: Extract<LogFact, { code: 'bind-failed' }>, text: string): Problem {
  const line = scope.confLine(node, 'bind');
  const inUse = /in use/i.test(fact.reason);
  const fixes =
    line === undefined || inUse
      ? []
      : editsOf(scope, node, [
          commentOut(line),
          { line: line.line, was: line.text, now: line.text.replace(fact.address, `-${fact.address}`) },
        ]);
  return scope.problem(
    'error',
    { code: 'bind-refused', node: node.name, address: fact.address, port: fact.port, reason: fact.reason },
    [node],
    {
      evidence: [logEvidence(node, text), line && { from: 'conf', who: node.name, text: line.text }],
      at: line && { node, line: line.line },
      fixes,
    },
  );
}

function confError(scope: Scope, node: Node, fact: Extract<LogFact, { code: 'conf-error' }>, text: string): Problem {
  const evidence = [logEvidence(node, text)];
  if (/directive not allowed in cluster mode/i.test(fact.reason)) {
    const replica = scope.confLine(node, 'replicaof', 'slaveof');
    const cluster = scope.confLine(node, 'cluster-enabled');
    return scope.problem('error', { code: 'replicaof-in-cluster', node: node.name }, [node], {
      evidence: [
        ...evidence,
        ...[replica, cluster].flatMap(line =>
          line === undefined ? [] : [{ from: 'conf' as const, who: node.name, text: line.text }],
        ),
      ],
      at: replica && { node, line: replica.line },
      fixes: editsOf(scope, node, [replica && commentOut(replica), cluster && commentOut(cluster)]),
    });
  }
  const line = lineOf(scope, node, fact);
  const at = line && { node, line: line.line };
  const fixes = line === undefined ? [] : editsOf(scope, node, [commentOut(line)]);
  const dir = /^dir\s+"?([^"]*)"?$/i.exec(fact.directive);
  if (dir)
    return scope.problem(
      'error',
      { code: 'dir-missing', node: node.name, dir: dir[1] ?? '', reason: fact.reason },
      [node],
      { evidence, at, fixes },
    );
  const secret = /pass|auth/i.test(fact.directive.split(' ', 1)[0] ?? '');
  return scope.problem(
    'error',
    {
      code: 'conf-refused',
      node: node.name,
      directive: secret ? (fact.directive.split(' ', 1)[0] ?? '') : fact.directive,
      reason: fact.reason,
      ...(fact.line === undefined ? {} : { line: fact.line }),
    },
    [node],
    { evidence: secret ? [] : evidence, at, fixes },
  );
}

/** The line that the server quotes: at its number, else wherever the file has it (the number counts in an included file, too). */
function lineOf(
  scope: Scope,
  node: Node,
  { line, directive }: Extract<LogFact, { code: 'conf-error' }>,
): { readonly line: number; readonly text: string } | undefined {
  const document = scope.conf(node)?.document;
  if (document === undefined || directive === '') return undefined;
  const isIt = (index: number): boolean => document.lineText(index).trim() === directive.trim();
  const index =
    line !== undefined && isIt(line - 1) ? line - 1 : document.statements.find(({ line }) => isIt(line))?.line;
  return index === undefined ? undefined : { line: index + 1, text: document.lineText(index).replace(/\r$/, '') };
}

function commentOut({ line, text }: { readonly line: number; readonly text: string }): LineEdit {
  return { line, was: text, now: `# ${text}` };
}

/** One fix for each edit, as choices. */
function editsOf(scope: Scope, node: Node, edits: readonly (LineEdit | undefined)[]): Fix[] {
  const path = scope.conf(node)?.path;
  return path === undefined
    ? []
    : edits.flatMap(edit =>
        edit === undefined
          ? []
          : [{ code: 'edit-conf' as const, node: node.id, path, edits: [edit], then: 'start' as const }],
      );
}
