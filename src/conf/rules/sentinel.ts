/** Statements of sentinel.conf (section 1.6). */
const family = 'sentinel';

export const sentinelRules = {
  'sentinel-statement': {
    severity: 'error',
    family,
    message:
      'There is no sentinel statement "{name}"{hint}: Sentinel refuses the line with "Unrecognized sentinel configuration statement".',
  },
  'sentinel-statement-not-in-target': {
    severity: 'error',
    family,
    message: '{target} has no sentinel statement "{name}" (there is {since}): it refuses the line.',
  },
  'sentinel-arity': {
    severity: 'error',
    family,
    message:
      'sentinel {name} takes {expected}, not {got}: Sentinel refuses the line with "Unrecognized sentinel configuration statement".',
  },
  'sentinel-quorum': {
    severity: 'error',
    family,
    message: 'The quorum must be 1 or greater; Sentinel reads "{value}" as {read} and refuses the line.',
  },
  'sentinel-time': {
    severity: 'error',
    family,
    message: '{name} must be above zero milliseconds; Sentinel reads "{value}" as {read} and refuses the line.',
  },
  'sentinel-time-negative': {
    severity: 'error',
    family,
    message: '{name} must not be negative; Sentinel reads "{value}" as {read} and refuses the line.',
  },
  'sentinel-port': {
    severity: 'error',
    family,
    message: '"{value}" is read as port {read}, which is outside 0 to 65535: Sentinel refuses the line.',
  },
  'sentinel-no-such-master': {
    severity: 'error',
    family,
    message:
      'No line "sentinel monitor {master} …" names this master{hint} (names are case-sensitive): Sentinel refuses the line.',
  },
  'sentinel-monitor-later': {
    severity: 'error',
    family,
    message:
      '{target} reads sentinel lines in order, and "{master}" is only monitored at line {line}: it refuses this line.',
  },
  'sentinel-duplicate-master': {
    severity: 'error',
    family,
    message: '"{master}" is monitored twice: Sentinel refuses the second line.',
  },
  'sentinel-host-name': {
    severity: 'error',
    family,
    message:
      '"{host}" is a name, not an address: Sentinel refuses the line unless "sentinel resolve-hostnames yes" is in the file.',
  },
  'sentinel-host-name-unsupported': {
    severity: 'warning',
    family,
    message: '{target} looks the name "{host}" up when it starts and fails if it cannot; it keeps only the address.',
  },
  'sentinel-host-value': {
    severity: 'error',
    family,
    message: '"{host}" is neither an address nor a host name: Sentinel refuses the line.',
  },
  'sentinel-duplicate-replica': {
    severity: 'error',
    family,
    message: 'The replica {address} of "{master}" is listed twice: Sentinel refuses the second line.',
  },
  'sentinel-duplicate-sentinel': {
    severity: 'error',
    family,
    message: 'The sentinel with this id is listed twice for "{master}": Sentinel refuses the second line.',
  },
  'sentinel-duplicate-rename': {
    severity: 'error',
    family,
    message: '"{command}" of "{master}" is renamed twice: Sentinel refuses the second line.',
  },
  'sentinel-myid': {
    severity: 'error',
    family,
    message:
      'myid must be exactly 40 characters, this one has {length}: Sentinel refuses the line. Leave the line out and Sentinel makes one.',
  },
  'sentinel-myid-characters': {
    severity: 'warning',
    family,
    message:
      'myid is 40 characters 0-9 and a-f in files that Sentinel writes; other characters are accepted, but confuse tools.',
  },
  'sentinel-script-missing': {
    severity: 'warning',
    family,
    message:
      'There is no program {path} on this machine; where Sentinel runs, it must exist and be executable or the line is refused.',
  },
  'sentinel-script': { severity: 'error', family, message: '{path} {what}: Sentinel refuses the line.' },
  'sentinel-bool': {
    severity: 'error',
    family,
    message: 'sentinel {name} must be yes or no; Sentinel refuses "{value}".',
  },
  'sentinel-port-zero': {
    severity: 'warning',
    family,
    message: 'Sentinel reads "{value}" as port 0, where no server answers: the master is always down for it.',
  },
  'sentinel-time-short': {
    severity: 'warning',
    family,
    message: '{value} is {read} milliseconds, not seconds: {what}.',
  },
  'sentinel-plain-without-effect': {
    severity: 'info',
    family,
    message: 'Sentinel accepts {name} and does nothing with it; it belongs into the redis.conf of a data node.',
  },
  'sentinel-no-monitor': {
    severity: 'info',
    family,
    message: 'No "sentinel monitor" line: this Sentinel watches nothing.',
  },
  'sentinel-even-quorum': {
    severity: 'hint',
    family,
    message: 'A quorum of 1 lets a single Sentinel declare the master down; take the majority of your Sentinels.',
  },
} as const;
