/** What a value may be (sections 1.4 and 2.1). */
const family = 'value';

export const valueRules = {
  'bool-value': { severity: 'error', family, message: '{name} must be yes or no; the server refuses "{value}".' },
  'enum-value': {
    severity: 'error',
    family,
    message: '{name} must be one of: {values}. The server refuses "{value}".',
  },
  'maybe-unknown-value': {
    severity: 'warning',
    family,
    message:
      'No server measured so far accepts "{value}" for {name} (known: {values}); {target} is newer than the newest of them, so it may.',
  },
  'integer-value': {
    severity: 'error',
    family,
    message: '{name} must be a plain whole number ({min} to {max}); the server refuses "{value}"{why}.',
  },
  'integer-range': {
    severity: 'error',
    family,
    message: '{name} must be between {min} and {max}; the server refuses {value}.',
  },
  'memory-value': {
    severity: 'error',
    family,
    message:
      '{name} must be a whole number with an optional unit (b, k, kb, m, mb, g, gb); the server refuses "{value}"{why}.',
  },
  'memory-or-percent-value': {
    severity: 'error',
    family,
    message: '{name} must be a memory size such as 1gb, or a percentage such as 5%; the server refuses "{value}".',
  },
  'percent-range': { severity: 'error', family, message: '{name} takes at most 100%; the server refuses "{value}".' },
  'memory-without-number': {
    severity: 'warning',
    family,
    message: 'There is no number in "{value}": the server takes it as 0{zero}.',
  },
  'memory-overflow': {
    severity: 'warning',
    family,
    message: '"{value}" does not fit into 64 bits: {target} silently uses {bytes} bytes instead.',
  },
  'octal-value': {
    severity: 'error',
    family,
    message: '{name} must be file permissions in octal (0 to 777); the server refuses "{value}".',
  },
  'octal-text-ignored': {
    severity: 'warning',
    family,
    message: '{target} reads only the octal digits at the start of "{value}" and uses {octal}.',
  },
  'save-parameters': {
    severity: 'error',
    family,
    message:
      'save takes pairs of "seconds changes" (seconds at least 1, changes at least 0), or "" for none: the server refuses the line{why}.',
  },
  'save-ignored': {
    severity: 'warning',
    family,
    message: '{target} ignores this save line without a word: it reads exactly one pair "seconds changes" per line.',
  },
  'bind-too-many': {
    severity: 'error',
    family,
    message: 'bind takes at most 16 addresses, this line has {count}: the server refuses it.',
  },
  'buffer-limit-arity': {
    severity: 'error',
    family,
    message:
      'client-output-buffer-limit takes groups of four: class, hard limit, soft limit, soft seconds. This line has {got} values, so the server refuses it.',
  },
  'buffer-limit-class': {
    severity: 'error',
    family,
    message:
      'There is no client class "{value}"; the server knows normal, replica (or slave) and pubsub and refuses the line.',
  },
  'buffer-limit-value': {
    severity: 'error',
    family,
    message: 'The server refuses "{value}" as the {part} of a buffer limit{why}.',
  },
  'event-class': {
    severity: 'error',
    family,
    message:
      'notify-keyspace-events has no event class "{letter}" on {target}; it knows {letters} and refuses the line.',
  },
  'oom-score-values': {
    severity: 'error',
    family,
    message:
      'oom-score-adj-values takes three whole numbers between -2000 and 2000 (master, replica, child): the server refuses "{value}".',
  },
  'oom-score-order': {
    severity: 'warning',
    family,
    message:
      'The three values should not fall (master, replica, child): as it stands, the kernel kills the master before what could be spared.',
  },
  'master-port': {
    severity: 'error',
    family,
    message: '"{value}" is no port (0 to 65535): the server refuses the line.',
  },
  'replicaof-one-word': {
    severity: 'error',
    family,
    message: '{name} takes host and port as two words; the server refuses "{value}".',
  },
  'file-name-is-path': {
    severity: 'error',
    family,
    message:
      '{name} must be a bare file name: the server refuses one with a slash or backslash. The folder is set by dir.',
  },
  'empty-value': { severity: 'error', family, message: '{name} must not be empty: the server refuses the line.' },
  'hostname-value': {
    severity: 'error',
    family,
    message:
      '{name} may only hold letters, digits, dots and hyphens and at most 255 of them; the server refuses "{value}".',
  },
  'nodename-value': {
    severity: 'error',
    family,
    message: '{name} must not hold any of {marks}, which the cluster uses as marks; the server refuses "{value}".',
  },
  'ip-value': { severity: 'error', family, message: '{name} must be {what}; the server refuses "{value}".' },
  'proc-title-template': {
    severity: 'error',
    family,
    message:
      'proc-title-template may only use {title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket} {config-file} and must not come out empty, as {title} alone does: the server refuses the line.',
  },
  'shutdown-flags': {
    severity: 'error',
    family,
    message: '{name} cannot have both {first} and {second}: the server refuses the line.',
  },
  'percentile-value': {
    severity: 'error',
    family,
    message: 'latency-tracking-info-percentiles takes numbers between 0.0 and 100.0; the server refuses "{value}".',
  },
  'password-too-long': {
    severity: 'error',
    family,
    message: '{target} takes passwords of at most 512 bytes and refuses this one of {bytes}.',
  },
  'active-defrag-build': {
    severity: 'info',
    family,
    message:
      'activedefrag yes starts only on servers built with their bundled jemalloc; Debian and Ubuntu packages refuse it.',
  },
  'hz-clamped': {
    severity: 'warning',
    family,
    message: 'hz is clamped to 1…500: the server uses {used} and says nothing.',
  },
  'lax-number': {
    severity: 'warning',
    family,
    message: 'The server reads "{value}" as {read} and says nothing{unit}.',
  },
} as const;
