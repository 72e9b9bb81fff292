/** What only shows when several files of one topology are read together. */
const family = 'topology';

export const topologyRules = {
  'topology-myid-twice': {
    severity: 'error',
    family,
    message:
      "The same myid is in {other}: sentinels with one id replace each other in the others' tables and never become a quorum. Remove the line from one of the files.",
  },
  'topology-quorum-too-high': {
    severity: 'error',
    family,
    message:
      'The quorum for "{master}" is {quorum}, and only {sentinels} sentinels are known: the master is never declared down.',
  },
  'topology-quorum-above-majority': {
    severity: 'warning',
    family,
    message:
      'The quorum for "{master}" is {quorum} of {sentinels} sentinels; the majority is {majority}. With {down} down, no failover happens.',
  },
  'topology-sentinels-few': { severity: 'hint', family, message: '{sentinels} sentinels watch "{master}": {what}.' },
  'topology-quorum-differs': {
    severity: 'warning',
    family,
    message: 'The quorum for "{master}" is {quorum} here and {otherQuorum} in {other}: each sentinel goes by its own.',
  },
  'topology-auth-replica': {
    severity: 'error',
    family,
    message: '{problem} the master at {address} ({other}): replication never starts.',
  },
  'topology-auth-sentinel': {
    severity: 'error',
    family,
    message: '{problem} the password of {other}: Sentinel takes that node for down, and no failover can succeed.',
  },
  'topology-auth-differs': {
    severity: 'warning',
    family,
    message: 'The passwords of this node and of {other} differ: after a failover one cannot log in to the other.',
  },
  'topology-monitors-cluster': {
    severity: 'error',
    family,
    message:
      '"{master}" is {other}, a cluster node: Sentinel and Cluster exclude each other. A cluster fails over by itself.',
  },
  'topology-monitors-unknown': {
    severity: 'warning',
    family,
    message: 'No file here describes a node at {address}: is "{master}" somewhere else?',
  },
  'topology-monitors-replica': {
    severity: 'warning',
    family,
    message: '{other} at {address} is configured as a replica: Sentinel must be given the master.',
  },
  'topology-same-port': {
    severity: 'error',
    family,
    message: 'Port {port} is also used by {other} on the same machine: whichever starts second exits.',
  },
  'topology-renamed-for-sentinel': {
    severity: 'error',
    family,
    message:
      '{other} renames {command}, which Sentinel needs there: without "sentinel rename-command {master} {command} …" the failover cannot finish.',
  },
  'topology-no-candidate': {
    severity: 'warning',
    family,
    message: 'All replicas of "{master}" have replica-priority 0: there is no good replica to fail over to.',
  },
  'topology-min-replicas': {
    severity: 'warning',
    family,
    message: 'min-replicas-to-write {count}, and only {replicas} replicas are known: {what}.',
  },
} as const;
