import type { Topology } from '../../model/snapshot';
import type { What } from '../../topology/diagnose/problem';
import type { Translate } from '../translate';
import { confRuleInWords } from './confRule';
import { reasonInWords, slotsDownInWords } from './health';
import type { Words } from './table';
import { inWords } from './table';

const bytes = (count: number): string =>
  count < 1024
    ? `${count} B`
    : count < 1024 * 1024
      ? `${(count / 1024).toFixed(0)} KiB`
      : `${(count / 1024 / 1024).toFixed(1)} MiB`;
/** What the health of a topology says in the same words. */
const asHealth = (
  t: Translate,
  kind: 'sentinel' | 'cluster' | 'replication',
  reason: Parameters<typeof reasonInWords>[2],
  quorum?: Topology['quorum'],
): string => reasonInWords(t, { kind, nodes: [], ...(quorum === undefined ? {} : { quorum }) }, reason);

/** Why, in one sentence. The only place with these words: tree, Problems panel, page, notification and report all take them from here. */
const causes: Words<What> = {
  'bind-refused': (t, p) =>
    /in use/i.test(p.reason)
      ? t('{0} could not start: port {1} is taken by another process where it runs.', p.node, p.port)
      : t('{0} could not start: bind names {1}, which is no address of the container it runs in.', p.node, p.address),
  'dir-missing': (t, p) =>
    t('{0} could not start: the folder “{1}” of its conf is not there where it runs ({2}).', p.node, p.dir, p.reason),
  'replicaof-in-cluster': (t, p) =>
    t(
      '{0} could not start: its conf has both replicaof and cluster-enabled yes. It is either a replica (Sentinel) or a node of a Cluster.',
      p.node,
    ),
  'conf-refused': (t, p) =>
    p.line === undefined
      ? t('{0} could not start: it refuses its conf (“{1}”).', p.node, p.reason)
      : t('{0} could not start: it refuses line {1} of its conf, “{2}” ({3}).', p.node, p.line, p.directive, p.reason),
  'data-unreadable': (t, p) => t('{0} could not start: it cannot read its data. It says “{1}”.', p.node, p.text),
  killed: (t, p) =>
    p.outOfMemory
      ? t('{0} was killed by the kernel: the memory that its container may use was not enough.', p.node)
      : t('{0} was killed (SIGKILL, exit 137).', p.node),
  died: (t, p) =>
    p.text === ''
      ? t('{0} ended with exit code {1}.', p.node, p.exitCode)
      : t('{0} ended with exit code {1}. The last it said was “{2}”.', p.node, p.exitCode, p.text),
  stopped: (t, p) => asHealth(t, 'replication', { code: p.master ? 'master-down' : 'node-not-running', node: p.node }),
  paused: (t, p) => asHealth(t, 'replication', { code: 'node-paused', node: p.node }),
  'protected-mode': (t, p) =>
    t('{0} refuses everybody from outside: protected mode is on and it has no password.', p.node),
  'denied-by-master': (t, p) =>
    t(
      '{0} cannot copy from {1}: that server is in protected mode, has no password, and so refuses everybody from outside.',
      p.node,
      p.master,
    ),
  'loopback-only': (t, p) =>
    t(
      '{0} listens on {1} only, which inside a container is the container itself: nobody outside can reach it.',
      p.node,
      p.bind,
    ),
  'port-not-published': (t, p) =>
    t('{0} listens on port {1}, but its container publishes {2}.', p.node, p.port, p.published.join(', ')),
  'redirects-elsewhere': (t, p) =>
    t('{0} tells its clients {1}; from this machine it is reached at {2}.', p.node, p.announced, p.reachable),
  'master-auth': (t, p) =>
    p.missing
      ? t('{0} cannot copy from {1}: that server wants a password, and masterauth is not set.', p.node, p.master)
      : t('{0} cannot copy from {1}: its masterauth is not the password there.', p.node, p.master),
  'master-unreachable': (t, p) =>
    p.master === undefined
      ? t('{0} calls its master at {1} in vain ({2}).', p.node, p.address, p.reason)
      : t('{0} calls its master {1} at {2} in vain ({3}).', p.node, p.master, p.address, p.reason),
  'address-moved': (t, p) =>
    p.meant === undefined
      ? t('{0} still looks for its master at {1}, which is another’s address now.', p.node, p.address)
      : p.holder === undefined
        ? t(
            '{0} looks for {1} at {2}, where it is no more: containers were started in another order and got other addresses.',
            p.node,
            p.meant,
            p.address,
          )
        : t(
            '{0} looks for {1} at {2}, which now belongs to {3}: containers were started in another order and got other addresses.',
            p.node,
            p.meant,
            p.address,
            p.holder,
          ),
  'address-may-move': (t, p) =>
    t('{0} follows {1}, an address that Docker hands out anew at every start.', p.node, p.address),
  'role-not-kept': (t, p) =>
    p.why === 'file-mounted'
      ? t(
          '{0} cannot write down what it becomes: its conf is mounted as a single file, which cannot be replaced.',
          p.node,
        )
      : p.why === 'no-conf'
        ? t('{0} was made a replica by a command and runs without a conf file.', p.node)
        : t('{0} cannot write its conf file ({1}).', p.node, p.text ?? ''),
  'turned-into-replica': (t, p) =>
    t(
      '{0} became a replica of {1} because {2} told it to: sentinels remember every server of their master.',
      p.node,
      p.master,
      p.by,
    ),
  'writes-to-replica': (t, p) =>
    p.master === undefined
      ? t('{0} is a replica and refused {1} writes in the last minute (READONLY).', p.node, p.times)
      : t(
          '{0} is a replica and refused {1} writes in the last minute (READONLY): writes belong to {2}, its master.',
          p.node,
          p.times,
          p.master,
        ),
  lagging: (t, p) => t('{0} is {1} and {2} s behind its master.', p.node, bytes(p.bytes), p.seconds),
  'resync-loop': (t, p) => t('{0} copies the whole data of its master again and again ({1} times).', p.node, p.times),
  'replicas-too-few': (t, p) =>
    t('{0} refuses writes: {1} replicas must be in step (min-replicas-to-write), {2} are.', p.node, p.needed, p.good),
  'never-promoted': (t, p) =>
    p.why === 'priority'
      ? t('{0} will never be promoted: its replica-priority is 0.', p.node)
      : asHealth(t, 'cluster', { code: 'replica-no-failover', node: p.node }),
  'no-candidate': (t, p) => t('No replica of {0} may be promoted: all have replica-priority 0.', p.node),
  'master-forgets': (t, p) =>
    t(
      '{0} writes nothing to disk: started again by itself it is empty, and its {1} replicas copy the emptiness.',
      p.node,
      p.replicas,
    ),
  'same-machine': (t, p) =>
    t('{0} and its master {1} are both on {2}, although {3} holds no copy.', p.node, p.master, p.machine, p.free),
  'quorum-unmet': (t, p) =>
    asHealth(
      t,
      'sentinel',
      { code: 'quorum-unreachable', required: p.required, usable: p.usable },
      { ...p, majority: 0 },
    ),
  'majority-unmet': (t, p) =>
    asHealth(t, 'sentinel', { code: 'majority-unreachable', majority: p.majority, usable: p.usable }),
  'quorum-trap': (t, p) =>
    asHealth(
      t,
      'sentinel',
      { code: 'failover-would-fail', losing: p.losing, needed: p.needed, left: p.left },
      { ...p, usable: p.known, majority: 0 },
    ),
  'sentinel-missing': (t, p) =>
    t('The sentinel {0} was started by hand inside {1} and did not come back with it.', p.node, p.inside),
  'myid-twice': (t, p) =>
    t(
      '{0} have the same myid: in the tables of the others they replace each other and count as one.',
      p.nodes.join(', '),
    ),
  'sentinel-drift': (t, p) =>
    t(
      'The sentinels differ in {0}: {1}.',
      p.setting,
      p.values.map(({ node, value }) => `${node} ${String(value)}`).join(', '),
    ),
  'sentinel-watches-cluster': (t, p) =>
    t(
      '{0} watches {1}, a node of a Cluster. It is either Sentinel or Cluster, which fails over by itself.',
      p.node,
      p.master,
    ),
  tilt: (t, p) => t('{0} is in TILT: its clock jumped or it was frozen, and it decides nothing for 30 s.', p.node),
  'split-brain': (t, p) =>
    t('Two masters at once: {0}.', p.masters.map(({ address, by }) => `${address} (${by.join(', ')})`).join(' / ')),
  'clients-on-stale-master': (t, p) =>
    t('Clients ({1}) still talk to {0}, which says master while the sentinels say {2}.', p.node, p.clients, p.actual),
  'acl-denies': (t, p) =>
    p.whom === 'replica'
      ? t('{0} refuses its replicas: the user “{1}” may not {2} (ACL).', p.node, p.user, p.commands.join(', '))
      : t('{0} refuses the sentinels: the user “{1}” may not {2} (ACL).', p.node, p.user, p.commands.join(', ')),
  'open-to-network': (t, p) =>
    t('{0} is open to everybody who reaches {1}: it has no password, and protected mode is off.', p.node, p.address),
  'stale-master': (t, p) => asHealth(t, 'sentinel', { code: 'stale-master', node: p.node, actual: p.actual }),
  'slots-down': (t, p) => slotsDownInWords(t, p.ranges, p.node, p.state),
  'slots-claimed-twice': (t, p) =>
    asHealth(t, 'cluster', { code: 'stale-claim', node: p.node, owner: p.owner, ranges: p.ranges }),
  'slots-unowned': (t, p) =>
    asHealth(t, 'cluster', {
      code: 'slots-uncovered',
      ranges: p.ranges,
      count: p.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    }),
  'cluster-majority': (t, p) =>
    asHealth(t, 'cluster', { code: 'majority-unreachable', majority: p.majority, usable: p.usable }),
  'bus-unreachable': (t, p) =>
    p.moved
      ? t('{0} has another address than the others know ({1}).', p.node, p.by.join(', '))
      : asHealth(t, 'cluster', { code: 'bus-link-down', node: p.node, by: p.by }),
  'replica-ring': (t, p) =>
    t('{0} follow each other in a ring: each is a replica of the next, nobody is the master.', p.nodes.join(' → ')),
  'conf-rule': (t, p) => confRuleInWords(t, { code: p.rule, data: p.data }),
  'cannot-save': (t, p) => t('{0} cannot write its data to disk.', p.node),
  'memory-full': (t, p) =>
    t(
      '{0} has used {1} of its maxmemory {2}, and may not throw anything away (noeviction).',
      p.node,
      bytes(p.used),
      bytes(p.limit),
    ),
  overcommit: (t, p) =>
    t('Warnings about memory overcommit ({0}) are harmless for servers to try things out with.', p.nodes.join(', ')),
};

/** What comes of it; none where the cause says it all. */
const consequences: {
  readonly [Code in What['code']]?: (t: Translate, data: Extract<What, { readonly code: Code }>) => string;
} = {
  'bind-refused': t => t('It ends at once, and every start ends the same way until the conf is changed.'),
  'dir-missing': t => t('It ends at once. In a container the data folder is /data, which is the default.'),
  'replicaof-in-cluster': t =>
    t(
      'It ends at once. Without replicaof it becomes a node of a Cluster; without cluster-enabled it becomes a replica.',
    ),
  'conf-refused': t => t('It ends at once, and every start ends the same way until the line is changed.'),
  'protected-mode': (t, p) =>
    p.replicas.length === 0
      ? t('Only clients on its own loopback are served.')
      : t('Only clients on its own loopback are served; {0} cannot copy from it.', p.replicas.join(', ')),
  'denied-by-master': t => t('It asks every second and never gets the data.'),
  'master-auth': t => t('It asks every second and never gets the data.'),
  'loopback-only': t => t('Clients and replicas are refused, although the container runs.'),
  'port-not-published': t => t('From this machine the published port leads nowhere.'),
  'redirects-elsewhere': t =>
    t(
      'Clients that follow what the servers tell need that address to be routable, or an address map. On macOS and Windows addresses of containers are not routable.',
    ),
  'master-unreachable': t => t('Its data grows old; a replica does not choose another master by itself.'),
  'address-moved': t =>
    t('It copies nothing, or from the wrong server. Names, or fixed addresses in a network of their own, do not move.'),
  'address-may-move': t => t('It works until the containers are started in another order.'),
  'role-not-kept': (t, p) =>
    p.why === 'no-conf'
      ? t('Started again it is a master.')
      : t('What a failover or REPLICAOF changes is lost at the next start.'),
  'replicas-too-few': t => t('Clients get NOREPLICAS.'),
  'same-machine': t => t('When that machine is lost, both are.'),
  'master-forgets': t => t('Let a failover come before its restart, or switch on appendonly.'),
  'replica-ring': t =>
    t('REPLICAOF makes a ring without a word. Nothing can be written until one of them is a master again.'),
  'resync-loop': (t, p) =>
    p.buffer === undefined
      ? t('The backlog is too small for what is written while the link is down.')
      : t(
          'Only {0} of what is written during a copy may wait for its end (client-output-buffer-limit): then the master hangs up, and all begins again.',
          bytes(p.buffer),
        ),
  'quorum-unmet': (t, p) =>
    [
      t('A master that goes down is never declared down (no +odown), so nobody is promoted.'),
      ...missingInWords(t, p.missing),
    ].join(' '),
  'majority-unmet': (t, p) => missingInWords(t, p.missing).join(' '),
  'quorum-trap': t => t('SENTINEL CKQUORUM says OK all the same, while all are up.'),
  'sentinel-missing': t =>
    t('It has no vote, but still counts as known. A sentinel in a container of its own comes back by itself.'),
  'myid-twice': t => t('There are fewer sentinels than it looks like, and no quorum where it should be one.'),
  'sentinel-drift': t =>
    t('Each sentinel goes by its own value: SENTINEL SET reaches only the one that it is said to.'),
  'split-brain': t => t('Writes to the one that loses are thrown away when it becomes a replica.'),
  'clients-on-stale-master': t => t('All that they write there will be lost.'),
  'slots-down': (t, p) =>
    p.replicas > 0
      ? t('A replica should take over in a moment.')
      : t(
          'Nobody can take over: it has no replica. With cluster-require-full-coverage the whole cluster refuses (CLUSTERDOWN).',
        ),
  'slots-unowned': t => t('With cluster-require-full-coverage the whole cluster refuses (CLUSTERDOWN).'),
  'slots-claimed-twice': t => t('It takes writes for them that will be thrown away.'),
  'acl-denies': (t, p) =>
    p.whom === 'replica' ? t('They never get the data.') : t('They cannot watch it, nor fail it over.'),
  'open-to-network': t =>
    t('Servers like this are found and taken over within hours where the network leads to the internet.'),
  'bus-unreachable': t => t('The cluster takes it for failed.'),
  'cannot-save': (t, p) =>
    p.refusesWrites
      ? t('It refuses writes (MISCONF) until a save succeeds.')
      : t('What is written since the last save is lost with the process.'),
  'memory-full': t => t('Writes are refused (OOM). Raise maxmemory or set a maxmemory-policy.'),
  killed: (t, p) =>
    p.outOfMemory
      ? t('It will happen again with the same data. Give the container more memory, or set maxmemory below its limit.')
      : t('What it had not written to disk is gone.'),
  'writes-to-replica': t =>
    t(
      'Somebody connects to it for writing. After a failover, clients that know one address only stay where the master was.',
    ),
  lagging: t => t('A failover now would lose that much.'),
};

function missingInWords(t: Translate, missing: readonly string[]): readonly string[] {
  return missing.length === 0 ? [] : [t('Missing: {0}.', missing.join(', '))];
}

export function causeInWords(t: Translate, what: What): string {
  return inWords(causes, t, what);
}

export function consequenceOfProblem(t: Translate, what: What): string | undefined {
  return (consequences[what.code] as ((t: Translate, data: What) => string) | undefined)?.(t, what) || undefined;
}
