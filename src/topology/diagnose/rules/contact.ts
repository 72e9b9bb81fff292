import { formatAddress } from '../../../model/address';
import { portOnCommandLine } from '../../../model/programs';
import type { Node } from '../../../model/snapshot';
import type { Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { isLoopback, logEvidence, portOf, replicationOf, runs } from '../scope';

/** A server that runs and that nobody hears: protected mode, bound to loopback inside its container, or its port is not the published one. */
export const contact: Rule = scope =>
  scope.nodes.flatMap(node => [...protectedMode(scope, node), ...unheard(scope, node)]);

function protectedMode(scope: Scope, node: Node): readonly Problem[] {
  const found: Problem[] = [];
  const denied = node.contact.state === 'silent' && node.contact.reason === 'protected-mode';
  if (denied) {
    // whoever follows it is denied, too; they say so in their logs
    const followers = scope.world.nodes.filter(other => other !== node && deniedBy(scope, other) === node);
    found.push(
      scope.problem(
        'error',
        { code: 'protected-mode', node: node.name, replicas: followers.map(({ name }) => name) },
        [node],
        {
          evidence: [
            {
              from: 'reply',
              who: node.name,
              text: '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.',
            },
            ...followers.flatMap(other => logsDenied(scope, other)),
          ],
          fixes: [
            { code: 'set-password', nodes: [node.id, ...followers.map(({ id }) => id)] },
            { code: 'protected-mode-off', node: node.id },
          ],
        },
      ),
    );
  }
  const by = deniedBy(scope, node);
  if (by !== undefined) {
    const name = by === 'unknown' ? lastTried(scope, node) : by.name;
    found.push(
      scope.problem('error', { code: 'denied-by-master', node: node.name, master: name }, [node], {
        evidence: logsDenied(scope, node),
        fixes:
          by === 'unknown'
            ? []
            : [
                { code: 'set-password', nodes: [by.id, node.id] },
                { code: 'protected-mode-off', node: by.id },
              ],
      }),
    );
  }
  return found;
}

/** The master that answers this replica with DENIED, as its log says; not any more once the link came up. */
function deniedBy(scope: Scope, node: Node): Node | 'unknown' | undefined {
  if (!runs(node)) return undefined;
  if (replicationOf(node)?.master?.link === 'up' && node.contact.state === 'answering') return undefined;
  const last = scope.logged(node, 'denied-by-master', 'link-up');
  if (last?.fact.code !== 'denied-by-master') return undefined;
  const [host, port] = splitAddress(lastTried(scope, node));
  return (host === '' ? undefined : scope.world.holderOf({ host, port }, node)) ?? 'unknown';
}

function logsDenied(scope: Scope, node: Node) {
  const line = scope.logged(node, 'denied-by-master');
  return line === undefined ? [] : [logEvidence(node, line.text)];
}

function lastTried(scope: Scope, node: Node): string {
  return scope.logged(node, 'connecting')?.fact.address ?? '';
}

export function splitAddress(text: string): readonly [host: string, port: number] {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? ['', 0] : [text.slice(0, colon).replace(/^\[|\]$/g, ''), Number(text.slice(colon + 1))];
}

function unheard(scope: Scope, node: Node): readonly Problem[] {
  const { instance } = node;
  if (instance?.engine !== 'docker' || node.id !== instance.id || instance.state !== 'running') return [];
  const bind = scope.confLine(node, 'bind');
  const addresses = bind?.text.trim().split(/\s+/).slice(1) ?? [];
  const silent =
    node.contact.state === 'silent' && ['refused', 'closed', 'timeout', 'no-address'].includes(node.contact.reason);
  if (silent && addresses.length > 0 && addresses.every(address => isLoopback(address.replace(/^-/, '')))) {
    return [
      scope.problem('error', { code: 'loopback-only', node: node.name, bind: addresses.join(' ') }, [node], {
        evidence: [{ from: 'conf', who: node.name, text: bind?.text ?? '' }],
        at: bind && { node, line: bind.line },
        fixes:
          bind === undefined || scope.conf(node) === undefined
            ? []
            : [
                {
                  code: 'edit-conf',
                  node: node.id,
                  path: scope.conf(node)?.path ?? '',
                  edits: [{ line: bind.line, was: bind.text, now: `# ${bind.text}` }],
                  then: 'restart',
                },
              ],
      }),
    ];
  }
  const published = [...new Set(instance.ports.map(({ inside }) => inside))];
  const confPort = Number(scope.confLine(node, 'port')?.text.trim().split(/\s+/)[1]);
  const given = portOnCommandLine(instance);
  const port =
    node.contact.state === 'answering'
      ? portOf(node)
      : given !== undefined
        ? given
        : Number.isInteger(confPort) && confPort > 0
          ? confPort
          : undefined;
  if (port !== undefined && published.length > 0 && !published.includes(port)) {
    const line = scope.confLine(node, 'port');
    return [
      scope.problem('warning', { code: 'port-not-published', node: node.name, port, published }, [node], {
        evidence: [
          {
            from: 'engine',
            who: node.name,
            text: instance.ports
              .map(({ inside, outside }) => `${formatAddress(outside)} → ${String(inside)}`)
              .join(', '),
          },
          line && { from: 'conf', who: node.name, text: line.text },
        ],
        at: line && { node, line: line.line },
      }),
    ];
  }
  return [];
}

/** Clients that follow a redirect are sent to an address that this machine reaches the node at only by another one. */
export const redirects: Rule = scope =>
  scope.topology?.kind !== 'cluster' && scope.topology?.kind !== 'sentinel'
    ? []
    : scope.nodes.flatMap(node => {
        const { announced, reachable } = node;
        if (
          node.contact.state !== 'answering' ||
          announced === undefined ||
          reachable === undefined ||
          node.role === 'sentinel'
        )
          return [];
        if (reachable.via !== undefined || formatAddress(announced) === formatAddress(reachable)) return [];
        return [
          scope.problem(
            'info',
            {
              code: 'redirects-elsewhere',
              node: node.name,
              announced: formatAddress(announced),
              reachable: formatAddress(reachable),
            },
            [node],
            { fixes: [{ code: 'copy-address-map' }] },
          ),
        ];
      });
