/** Runs, but not as meant (section 2.3 and the pitfalls of the notes). */
const family = 'habit';

export const habitRules = {
  'protected-mode-refuses': {
    severity: 'warning',
    family,
    message:
      'Protected mode is on and no password is set: every client that is not on this machine, replicas and sentinels included, gets "-DENIED". Set a password (requirepass and masterauth on all nodes), or protected-mode no on a private network.',
  },
  'open-to-all': {
    severity: 'warning',
    family,
    message:
      'No password and protected-mode no, listening on {where}: whoever reaches the port owns the data, and through it often the machine.',
  },
  'bind-loopback-only': {
    severity: 'warning',
    family,
    message: 'Bound to loopback only: {who} cannot reach this server from another machine or container.',
  },
  'masterauth-missing': {
    severity: 'warning',
    family,
    message:
      'requirepass without masterauth: when this node becomes a replica (a failover does that to every node once), it cannot log in to its master.',
  },
  'masterauth-differs': {
    severity: 'warning',
    family,
    message:
      "requirepass and masterauth differ: nodes that can take each other's place need the same password in both.",
  },
  'default-bridge-address': {
    severity: 'warning',
    family,
    message:
      "{address} looks like an address of Docker's default bridge: they change with the order in which containers start. Use a name on a network of your own, or a fixed address.",
  },
  'foreign-dir': {
    severity: 'warning',
    family,
    message:
      '{path} is a folder of a personal computer: in a container or on another machine it does not exist and the server refuses this line. Inside a container the data folder is mostly /data.',
  },
  'dir-not-mounted': {
    severity: 'warning',
    family,
    message:
      '{path} is in none of the folders that the container keeps ({mounts}): unless the image has it the server refuses this line, and what is written there is gone with the container.',
  },
  'port-not-published': {
    severity: 'warning',
    family,
    message:
      "The container publishes {published}, not {port}: once the server reads this line, nobody outside of the container's network reaches it.",
  },
  'maxmemory-no-policy': {
    severity: 'info',
    family,
    message:
      'maxmemory without maxmemory-policy: when the memory is full, writes fail (noeviction). Say which keys may go, or noeviction to show that you mean it.',
  },
  'maxmemory-tiny': {
    severity: 'warning',
    family,
    message: '{value} is {bytes} bytes, less than an empty server needs: every write fails. Is the unit missing?',
  },
  'no-persistence-mix': {
    severity: 'info',
    family,
    message: 'appendonly yes with save "": only the append-only file is kept; that is fine if meant.',
  },
  'notify-without-channel': {
    severity: 'warning',
    family,
    message: 'Neither K (keyspace) nor E (keyevent) is among the letters: no event is ever published.',
  },
  'min-replicas-one': {
    severity: 'warning',
    family,
    message:
      'min-replicas-to-write {count}: as soon as fewer replicas are connected, every write fails with NOREPLICAS; during a failover that is so.',
  },
  'cluster-databases': { severity: 'hint', family, message: 'A cluster has database 0 only: {what}.' },
  'daemonize-supervised': {
    severity: 'warning',
    family,
    message: 'supervised and daemonize yes together: under supervision daemonize is ignored.',
  },
  'daemonize-container': {
    severity: 'info',
    family,
    message: 'daemonize yes: in a container or under systemd the first process ends at once and the server with it.',
  },
  'cluster-announce-name': {
    severity: 'warning',
    family,
    message:
      'cluster-announce-ip wants an address, "{value}" is none: other nodes cannot connect to it. Names belong into cluster-announce-hostname.',
  },
  'replica-priority-zero': {
    severity: 'hint',
    family,
    message: 'replica-priority 0: this node never becomes master in a failover.',
  },
  'appendonly-off-save-off': {
    severity: 'info',
    family,
    message: 'Neither snapshots nor an append-only file: everything is gone when the server stops.',
  },
  'repl-timeout-short': {
    severity: 'warning',
    family,
    message:
      'repl-timeout ({timeout} s) is not above repl-ping-replica-period ({period} s): replicas are cut off whenever traffic is low.',
  },
  'rename-needed-command': {
    severity: 'info',
    family,
    message:
      '{command} is renamed: Sentinel, replicas and tools need it by its own name (Sentinel: tell it by "sentinel rename-command").',
  },
} as const;
