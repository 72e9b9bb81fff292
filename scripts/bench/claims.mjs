// What is promised, and how it is measured: one entry a claim, in the order of docs/measured.md. `npm run bench` runs all of them, in less than an hour on a machine
// of its own; whoever has more time gives the script more runs (`npm run bench -- NAME …`).

/**
 * @typedef {object} Claim
 * @property {string} id names the claim on the command line
 * @property {string} promise what is held or missed, as a sentence that its script judges by its exit code
 * @property {readonly string[]} command the script of bench/ and its arguments
 * @property {true} [long] only when it is named
 * @property {number} minutes after which it counts as not finished
 * @property {RegExp} [keep] which lines of what it prints are kept, without the flag g; without it all of them, the last forty at most
 * @property {readonly [RegExp, string]} figure where the one figure stands that the summary quotes, and how it says it
 */

/** @type {readonly Claim[]} */
export const claims = [
  {
    id: 'create-sentinel',
    promise:
      'A Sentinel topology (1 master, 2 replicas, 3 sentinels) in Docker, checked to the end, takes at most a third of the same made one command after another.',
    command: ['create', '3'],
    minutes: 6,
    keep: /^(?:median|run)/,
    figure: [/ratio ([\d.]+) \(at most/, '$1 of one by one'],
  },
  {
    id: 'create-replication-docker',
    promise: 'A replication (1 + 2) in Docker takes at most a sixth of the same made one command after another.',
    command: ['replicationCreate', 'docker', '3'],
    minutes: 6,
    keep: /ratio|load|at most/,
    figure: [/^ours\b.*ratio ([\d.]+)/m, '$1 of one by one'],
  },
  {
    id: 'create-replication-process',
    promise: 'The same of plain processes.',
    command: ['replicationCreate', 'process', '3'],
    minutes: 4,
    keep: /ratio|load|at most/,
    figure: [/^ours\b.*ratio ([\d.]+)/m, '$1 of one by one'],
  },
  {
    id: 'create-cluster-docker',
    promise: 'A cluster of 3 + 3 in Docker takes at most a third of six `docker run` and `redis-cli --cluster create`.',
    command: ['clusterCreate', 'docker', '3'],
    minutes: 6,
    keep: /ratio|load|of the peer/,
    figure: [/ours is ([\d.]+) of the peer/, '$1 of `redis-cli`'],
  },
  {
    id: 'create-cluster-process',
    promise: 'The same of plain processes.',
    command: ['clusterCreate', 'process', '3'],
    minutes: 4,
    keep: /ratio|load|of the peer/,
    figure: [/^ours\b.*ratio ([\d.]+)/m, '$1 of `redis-cli`'],
  },
  {
    id: 'killed-creations',
    promise:
      'A creation killed before or after any write of its journal leaves nothing behind once the next start has taken it back.',
    command: ['crash', 'sweep', '150', 'small', 'process', 'remove'],
    minutes: 6,
    keep: /kills clean|FAILED|kills, /,
    figure: [/(\d+) kills, (\d+) clean/, '$2 of $1 clean'],
  },
  {
    id: 'spoiled-creations',
    promise:
      'A creation of which one call to a server is spoiled ends in time: done as planned, or failed with nothing left.',
    command: ['faults', 'resp', 'sentinel'],
    minutes: 6,
    keep: /creations with one call spoiled|broke/,
    figure: [/^(\d+) creations.* (\d+) broke a rule/m, '$2 of $1 broke a rule'],
  },
  {
    id: 'failover-sentinel',
    promise: 'A planned failover under load loses no acknowledged write (Sentinel).',
    command: ['failover', '4', '1'],
    minutes: 4,
    figure: [/safe failover: (\d+) lost of (\d+)/, '$1 of $2 lost'],
  },
  {
    id: 'failover-replication',
    promise: 'The same for a plain replication (`FAILOVER TO`).',
    command: ['handover', '4'],
    minutes: 4,
    figure: [/FAILOVER TO: (\d+) lost of (\d+)/, '$1 of $2 lost'],
  },
  {
    id: 'failover-cluster',
    promise: 'The same in a cluster (`CLUSTER FAILOVER`).',
    command: ['clusterFailover', '4', '1'],
    minutes: 6,
    figure: [/^safe: (\d+) lost of (\d+)/m, '$1 of $2 lost'],
  },
  {
    id: 'drills',
    promise: 'After each fault and after its healing, the tree says what a witness says with redis-cli and docker.',
    command: ['drills', 'docker', 'sentinel'],
    minutes: 8,
    keep: /states shown|: \w+ differs|what was shown/,
    figure: [/(\d+) states shown as they were, (\d+) not/, '$1 states as they were, $2 not'],
  },
  {
    id: 'live',
    promise:
      'A new master is shown no later than the sentinels’ `+switch-master`; a killed container within 100 ms of the event.',
    command: ['live', '2', '10'],
    minutes: 4,
    figure: [/kill → shown: median ([\d.]+), p95 ([\d.]+)/, 'p95 $2 ms'],
  },
  {
    id: 'failover-drills',
    promise: 'A failover drill ends with the topology in the state from before.',
    command: ['failoverDrills', 'process', 'sentinel', '1'],
    minutes: 6,
    figure: [/(\d+) drills, (\d+) healed/, '$2 of $1'],
  },
  {
    id: 'diagnose',
    promise: 'What goes wrong besides the usual pitfalls is found within 2 s, and mended where it has a fix.',
    command: ['diagnose'],
    minutes: 9,
    figure: [/(\d+) found, (\d+) later/, '$1 found, $2 of them later'],
  },
  {
    id: 'quorum',
    promise: 'What is foretold of a set of sentinels is what they do: seven sets, each losing its master.',
    command: ['quorum', '30'],
    minutes: 3,
    figure: [/(\d+ of \d+) as measured/, '$1'],
  },
  {
    id: 'alarms',
    promise: 'While nothing is wrong, nothing is said to be: healthy topologies of all kinds under load.',
    command: ['alarms', '3', 'docker:redis:7.0', 'process:redis-server'],
    minutes: 7,
    figure: [/(\d+) wrong alarms in (\d+) × (\d+) min/, '$1 wrong alarms in $2 topologies × $3 min'],
  },
  {
    id: 'move-slots',
    promise:
      '1000 slots with 100,000 keys move under load without a loss and without a node silent for its time-out, faster than `redis-cli --cluster reshard`.',
    command: ['moveSlots', '2'],
    minutes: 6,
    figure: [/ratio ([\d.]+); runs with a loss: (\d+ of \d+)/, '$1 of `redis-cli`, loss in $2 runs'],
  },
  {
    id: 'move-kills',
    promise:
      'A move that is cut off (we, giver or taker killed, taker frozen) ends whole, and no acknowledged write is lost.',
    command: ['moveKills', '1', '100'],
    minutes: 8,
    figure: [/^moved: (\d+) runs, (\d+) acknowledged, (\d+) lost/m, '$3 of $2 lost in $1 runs'],
  },
  {
    id: 'activation',
    promise: 'Activation costs at most 0.05 of the bundle without our care (5 ms on a quiet machine).',
    command: ['activation', '15'],
    minutes: 3,
    figure: [/ratio\s+([\d.]+)/, 'ratio $1'],
  },
  {
    id: 'first-tree',
    promise:
      'From the view’s opening, all rows of twelve nodes, and all their roles, within 100 ms each (processes and containers).',
    command: ['firstTree', '5'],
    minutes: 5,
    keep: /view opened|Error/,
    figure: [/containers: view opened → rows (\S+).*roles (\S+)/, 'containers: rows $1 ms, roles $2 ms'],
  },
  {
    id: 'probe',
    promise: 'Asking 200 servers costs at most twice what raw sockets cost.',
    command: ['probe', '12', '200'],
    minutes: 4,
    figure: [/ 200 nodes {2}ours, kept \/ raw, kept = ([\d.]+) wall/, '$1 × raw sockets'],
  },
  {
    id: 'scale',
    promise: 'Twelve servers in the tree take less than 3 % of a core, and none while the view is hidden.',
    command: ['scale', 'process', '12'],
    minutes: 4,
    figure: [/at rest +([\d.]+ %).* ([\d.]+ %) hidden/, '$1 visible, $2 hidden'],
  },
  {
    id: 'scale-200',
    promise: 'Two hundred processes can be watched.',
    command: ['scale', 'process', '200'],
    minutes: 5,
    figure: [/whole refresh +median ([\d.]+), p95 ([\d.]+) ms/, 'refresh $1 ms'],
  },
  {
    id: 'scale-containers',
    promise: 'Twenty topologies of six containers can be watched.',
    command: ['scale', 'docker', '120', '6'],
    minutes: 5,
    figure: [/whole refresh +median ([\d.]+), p95 ([\d.]+) ms/, 'refresh $1 ms, 95 of 100 within $2 ms'],
  },
  {
    id: 'engine',
    promise:
      'A list of twelve containers costs at most half of the docker command line’s, at most 0.15 while events are heard; a kill is signalled within 100 ms.',
    command: ['engine', '10'],
    minutes: 4,
    figure: [/list \/ command line: ([\d.]+) anew, ([\d.]+)/, '$1 anew, $2 live'],
  },
  {
    id: 'cluster-nodes',
    promise: 'CLUSTER NODES of 1000 nodes is read in at most twice a bare split of its text.',
    command: ['clusterNodes'],
    minutes: 2,
    figure: [/([\d.]+) ×/, '$1 × a split'],
  },
  {
    id: 'slot-map',
    promise: 'The slot map is shown within a frame, updates within 4 ms, its model at most twice a split.',
    command: ['slotMap', '10'],
    minutes: 4,
    figure: [/rectangles in the same run: ([\d.]+)/, '$1 of SVG rectangles'],
  },
  {
    id: 'conf-agreement',
    promise:
      'Every generated conf line and file is judged as the server judges it, apart from differences that are explained.',
    command: ['confAgreement', '11', '1500', '100'],
    minutes: 8,
    keep: /disagreements|ours/,
    figure: [/lines \(\d+ refused\), (\d+) disagreements/, '$1 disagreements'],
  },
  {
    id: 'conf-folders',
    promise: 'The same for folders with includes and ACL files, in full starts of three servers.',
    command: ['confFolders', '11', '100'],
    minutes: 6,
    keep: /disagreements|ours/,
    figure: [/, (\d+) disagreements/, '$1 disagreements'],
  },
  {
    id: 'conf-probes',
    promise: 'What is kept of small files in full starts of three servers is what they do.',
    command: ['confProbes'],
    minutes: 8,
    keep: /starts|is kept/,
    figure: [/(\d+) starts, (\d+) not as kept/, '$2 of $1 not as kept'],
  },
  {
    id: 'rule-examples',
    promise: 'The examples of the rule pages do in three servers what the pages say.',
    command: ['ruleExamples'],
    minutes: 6,
    figure: [/(\d+) examples on (\d+) servers, (\d+) not as kept/, '$3 of $1 not as kept'],
  },
  {
    id: 'conf-speed',
    promise:
      'Reading and judging a stock redis.conf: at most 5 × a bare split, at most 0.05 of starting a server; a key stroke in a long file within a frame.',
    command: ['confSpeed'],
    minutes: 5,
    keep: /kept|MISSED|lines|ms/,
    figure: [/bare split: ([\d.]+) times/, '$1 × a split'],
  },
  {
    id: 'conf-fuzz',
    promise: 'No text throws, changes a word when formatted, or is formatted twice in two ways.',
    command: ['confFuzz', '11', '20000'],
    minutes: 6,
    figure: [/^(\d+) texts/m, '$1 texts, none'],
  },
  {
    id: 'second-engine',
    promise:
      'A Docker engine on another machine (TCP, TLS, through a context) is used like this one’s, and nothing is left on either.',
    command: ['secondEngine'],
    minutes: 8,
    figure: [/([\d.]+) s {2}[^\n]*\n?$/, 'whole in $1 s'],
  },
  {
    id: 'swarm',
    promise:
      'All three kinds are spread over a Docker swarm of three machines, a master and its replicas on different ones, failed over, stopped, started at other addresses, removed; nothing is left but volumes that the manager cannot reach.',
    command: ['swarm', '3'],
    minutes: 9,
    figure: [/([\d.]+) s {2}[^\n]*\n?$/, 'whole in $1 s'],
  },
  {
    id: 'tunnel',
    promise: 'A server that publishes nothing is reached through its engine.',
    command: ['tunnel', '300'],
    minutes: 5,
    figure: [/ratio ([\d.]+)/, 'PING $1 × direct'],
  },
  {
    id: 'soak',
    promise:
      'The extension can stay open: a topology of each kind watched for an hour, a fault a minute; nothing wrong shown at rest, memory, descriptors and timers where they were.',
    command: ['soak', '--hours', '1'],
    long: true,
    minutes: 100,
    keep: /held|BROKEN|faults done/,
    figure: [/([\d.]+) hours, (\d+) faults/, '$2 faults in $1 h'],
  },
];

/** Scripts of bench/ that are no claim of the page: what each is instead. @type {Readonly<Record<string, string>>} */
export const notClaims = {};
