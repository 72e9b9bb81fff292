import { formatAddress } from '../../../model/address';
import type { SentinelMaster } from '../../../model/report';
import { reportOf } from '../../../model/servers';
import type { Node } from '../../../model/snapshot';
import { majorityOf } from '../../../model/quorum';
import type { Fix, Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, runs } from '../scope';

interface Row {
  readonly node: Node;
  readonly master: SentinelMaster;
}

/** The rows of those Sentinels that answer, for this topology's master. */
function rowsOf(scope: Scope): readonly Row[] {
  return scope.nodes.flatMap(node =>
    (node.contact.state === 'answering' ? (node.contact.report.sentinel?.masters ?? []) : [])
      .filter(({ name }) => scope.topology?.masterName === undefined || name === scope.topology.masterName)
      .map(master => ({ node, master })),
  );
}

/** Whether a failover can be decided, now and after the next loss. */
export const quorum: Rule = scope => {
  const { topology } = scope;
  if (topology?.kind !== 'sentinel' || topology.quorum === undefined) return [];
  const { required, known, usable, majority } = topology.quorum;
  const lost = scope.nodes.filter(node => node.role === 'sentinel' && !answers(node));
  const startable = lost
    .filter(({ instance, id }) => instance !== undefined && instance.id === id && instance.state !== 'running')
    .map(({ id }) => id);
  // a Sentinel beside a server comes back with its container only where the container starts it
  const inside = lost.filter(({ instance, id }) => instance !== undefined && instance.id !== id);
  const hosts = [
    ...new Set(
      inside.flatMap(({ instance }) => (instance !== undefined && instance.state !== 'running' ? [instance.id] : [])),
    ),
  ];
  const start: Fix[] = [
    ...(startable.length > 0 ? [{ code: 'start-node' as const, nodes: startable }] : []),
    ...(hosts.length > 0 ? [{ code: 'start-node' as const, nodes: hosts }] : []),
  ];
  const lower: readonly Fix[] =
    required > majority && usable >= majority ? [{ code: 'set-quorum', quorum: majority }] : [];
  const evidence = rowsOf(scope)
    .slice(0, 3)
    .map(({ node, master }) => ({
      from: 'sentinel' as const,
      who: node.name,
      text: `CKQUORUM ${master.name}: ${master.quorumCheck.text}`,
    }));
  // one whose container is stopped is known from the others' tables only, and its container has no address any more
  const strange = strangers(scope);
  const stopped =
    strange.length === 0
      ? []
      : scope.nodes
          .filter(
            ({ role, instance, id }) =>
              role !== 'sentinel' && instance?.id === id && instance.state !== 'running' && instance.state !== 'paused',
          )
          .map(({ id }) => id);
  if (stopped.length > 0) start.push({ code: 'start-node', nodes: stopped });
  const missing = [...lost.map(({ name }) => name), ...strange];
  const problems: Problem[] = [];
  const first = lost[0] ?? scope.nodes.find(({ role }) => role === 'sentinel');
  const about =
    first === undefined ? [] : [first, ...scope.nodes.filter(node => node.role === 'sentinel' && node !== first)];
  if (usable < required)
    problems.push(
      scope.problem('error', { code: 'quorum-unmet', required, known, usable, missing }, about, {
        evidence,
        fixes: [...lower, ...start],
      }),
    );
  if (usable < majority)
    problems.push(
      scope.problem('error', { code: 'majority-unmet', majority, known, usable, missing }, about, {
        evidence,
        fixes: start,
      }),
    );
  const trap = topology.health.reasons.find(({ code }) => code === 'failover-would-fail');
  if (usable >= required && usable >= majority && trap?.code === 'failover-would-fail') {
    const losing = trap.losing.map(id => scope.world.node(id)?.name ?? id);
    problems.push(
      scope.problem(
        'warning',
        { code: 'quorum-trap', required, known, losing, left: trap.left, needed: trap.needed },
        about,
        {
          evidence,
          fixes: [
            ...(required > majorityOf(known) ? [{ code: 'set-quorum' as const, quorum: majorityOf(known) }] : []),
            ...start,
          ],
        },
      ),
    );
  }
  return problems;
};

/** Addresses of Sentinels that the others know, take for down, and that are no node here. */
function strangers(scope: Scope): readonly string[] {
  const peers = new Map(
    rowsOf(scope).flatMap(({ node, master }) =>
      master.sentinels
        .filter(({ flags }) => flags.includes('s_down') || flags.includes('disconnected'))
        .map(peer => [peer.runId, { peer, node }] as const),
    ),
  );
  return [...peers.values()]
    .filter(({ peer, node }) => {
      const holder = scope.world.holderOf(peer.address, node);
      return holder === undefined || !scope.nodes.includes(holder);
    })
    .map(({ peer }) => formatAddress(peer.address));
}

/** Sentinels that were started by hand inside a server's container and did not come back with it. */
export const missingSentinels: Rule = scope =>
  scope.nodes.flatMap(node => {
    const { instance } = node;
    if (
      node.role !== 'sentinel' ||
      answers(node) ||
      instance === undefined ||
      instance.id === node.id ||
      instance.state !== 'running' ||
      node.contact.state === 'unknown'
    )
      return [];
    // while a container is being stopped the engine calls it running a little longer than its servers live
    const main = scope.world.node(instance.id);
    if (main === undefined || !answers(main)) return [];
    const file = scope.facts.handStarted.get(node.id) ?? reportOf(node.contact)?.configFile ?? '';
    return [
      scope.problem('warning', { code: 'sentinel-missing', node: node.name, inside: instance.name }, [node], {
        evidence: [{ from: 'engine', who: instance.name, text: instance.command.join(' ') }],
        fixes: [file === '' ? undefined : { code: 'start-sentinel', node: node.id, conf: file }],
      }),
    ];
  });

/** Two with one id replace each other in the others' tables: they count as one. */
export const identities: Rule = scope => {
  const byId = new Map<string, Node[]>();
  for (const node of scope.world.nodes) {
    const id = node.contact.state === 'answering' ? node.contact.report.sentinel?.id : undefined;
    if (id === undefined || id === '') continue;
    const holders = byId.get(id) ?? [];
    // one process seen under two addresses has one run id
    if (!holders.some(other => reportOf(other.contact)?.runId === reportOf(node.contact)?.runId))
      byId.set(id, [...holders, node]);
  }
  return [...byId].flatMap(([myid, nodes]) =>
    nodes.length < 2 || !nodes.some(node => scope.nodes.includes(node))
      ? []
      : [
          scope.problem('error', { code: 'myid-twice', nodes: nodes.map(({ name }) => name), myid }, nodes, {
            evidence: nodes.map(({ name }) => ({ from: 'reply', who: name, text: `SENTINEL MYID ${myid}` })),
            fixes: nodes.slice(1).map(({ id }) => ({ code: 'new-myid', node: id })),
          }),
        ],
  );
};

const drifting = [
  ['quorum', 'quorum'],
  ['down-after-milliseconds', 'downAfterMs'],
  ['failover-timeout', 'failoverTimeoutMs'],
] as const;

/** SENTINEL SET reaches only the Sentinel that it is said to. */
export const drift: Rule = scope => {
  if (scope.topology?.kind !== 'sentinel') return [];
  const rows = rowsOf(scope);
  return drifting.flatMap(([setting, key]) => {
    const values = rows.map(({ node, master }) => ({ node: node.name, value: master[key] }));
    const kinds = [...new Set(values.map(({ value }) => value))];
    if (kinds.length < 2) return [];
    const usual = kinds.reduce((best, value) =>
      values.filter(one => one.value === value).length > values.filter(one => one.value === best).length ? value : best,
    );
    const odd = rows.filter(({ master }) => master[key] !== usual).map(({ node }) => node);
    return [
      scope.problem('warning', { code: 'sentinel-drift', setting, values }, odd, {
        evidence: values.map(({ node, value }) => ({
          from: 'sentinel',
          who: node,
          text: `${setting} ${String(value)}`,
        })),
        fixes: [{ code: 'align-sentinels', setting, value: usual }],
      }),
    ].map(problem => ({ ...problem, id: `${problem.id} ${setting}` }));
  });
};

/** A Sentinel whose clock jumped, or that was frozen: it watches and decides nothing for 30 s. */
export const tilt: Rule = scope =>
  scope.nodes.flatMap(node =>
    node.contact.state === 'answering' && node.contact.report.sentinel?.tilt === true
      ? [
          scope.problem('warning', { code: 'tilt', node: node.name }, [node], {
            evidence: [{ from: 'reply', who: node.name, text: 'sentinel_tilt:1' }],
          }),
        ]
      : [],
  );

/** An old master that came back is one for so long (measured: 10.6–12.1 s). */
const RESTART_SECONDS = 15;

/** Two masters, each believed by some Sentinels; and clients that still write to the one that lost. */
export const splitBrain: Rule = scope => {
  if (scope.topology?.kind !== 'sentinel') return [];
  const problems: Problem[] = [];
  const rows = rowsOf(scope);
  const believed = new Map<string, { readonly address: string; readonly master: Node; readonly by: string[] }>();
  for (const { node, master } of rows) {
    const holder = scope.world.holderOf(master.address, node);
    if (holder === undefined) continue;
    const seen = believed.get(holder.id) ?? { address: formatAddress(master.address), master: holder, by: [] };
    seen.by.push(node.name);
    believed.set(holder.id, seen);
  }
  // a Sentinel that has not heard of a switch yet believes in one that is down, or is a replica already
  const both = [...believed.values()].filter(({ master }) => answers(master) && master.role === 'master');
  if (both.length > 1)
    problems.push(
      scope.problem(
        'error',
        { code: 'split-brain', masters: both.map(({ address, by }) => ({ address, by })) },
        both.map(({ master }) => master),
        {
          evidence: rows.map(({ node, master }) => ({
            from: 'sentinel',
            who: node.name,
            text: `${master.name} ${formatAddress(master.address)}`,
          })),
        },
      ),
    );
  for (const node of scope.nodes) {
    if (node.staleMaster === undefined || !runs(node)) continue;
    const actual = formatAddress(node.staleMaster.actual);
    const clients = scope.facts.clients.get(node.id) ?? 0;
    const evidence = [
      { from: 'reply' as const, who: node.name, text: 'role:master' },
      ...rows.slice(0, 3).map(({ node: by, master }) => ({
        from: 'sentinel' as const,
        who: by.name,
        text: `${master.name} ${formatAddress(master.address)}`,
      })),
    ];
    const named = scope.nodes.find(
      other => other !== node && answers(other) && other.role === 'master' && other.staleMaster === undefined,
    );
    const report = reportOf(node.contact);
    // after its restart a former master is turned into a replica within some 12 s; one that was never away and goes on is cut off from the others
    const neverAway =
      (report !== undefined && scope.facts.ruled.get(node.id) === report.runId) ||
      (report?.uptimeSeconds ?? 0) > RESTART_SECONDS;
    if (
      both.length < 2 &&
      named !== undefined &&
      answers(node) &&
      neverAway &&
      scope.facts.lasting.has(`stale ${node.id}`)
    ) {
      const own = node.announced ?? node.reachable;
      problems.push(
        scope.problem(
          'error',
          {
            code: 'split-brain',
            masters: [
              { address: actual, by: rows.map(({ node: by }) => by.name) },
              { address: own === undefined ? node.name : formatAddress(own), by: [node.name] },
            ],
          },
          [node, named],
          { evidence },
        ),
      );
    }
    problems.push(
      clients > 0
        ? scope.problem('error', { code: 'clients-on-stale-master', node: node.name, actual, clients }, [node], {
            evidence,
          })
        : scope.problem('warning', { code: 'stale-master', node: node.name, actual }, [node], { evidence }),
    );
  }
  return problems;
};
