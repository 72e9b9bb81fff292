/** Files that the file names: includes, the working directory, and what is only in one place of a text. */
const family = 'include';

export const includeRules = {
  'include-missing': {
    severity: 'error',
    family,
    message:
      'There is no file {path} (includes start from the working directory, not from this file): the server cannot open it and does not start.',
  },
  'include-out-of-reach': {
    severity: 'warning',
    family,
    message:
      'There is no file {path} on this machine; where the server runs, it must exist or the server does not start.',
  },
  'include-unreadable': {
    severity: 'warning',
    family,
    message: '{path} cannot be read here; the server does not start when it cannot either.',
  },
  'include-directory': {
    severity: 'error',
    family,
    message: '{path} is a folder: the server reads nothing from it. Name its files, for example {path}/*.conf.',
  },
  'include-pattern-literal': {
    severity: 'error',
    family,
    message: '{target} knows no patterns in include: it looks for a file that is really called "{pattern}".',
  },
  'include-nothing': { severity: 'info', family, message: 'No file matches {pattern} here: the line has no effect.' },
  'include-cycle': {
    severity: 'error',
    family,
    message: 'This include leads back to itself ({chain}): the server follows it until it crashes.',
  },
  'include-refused': {
    severity: 'error',
    family,
    message: 'The server refuses {path} at its line {line}, so it does not start with this file either.',
  },
  'include-joins-lines': {
    severity: 'warning',
    family,
    message:
      '{path} does not end with a newline: the servers read the files of a pattern as one text, so its last line and the first of {next} become one.',
  },
  'dir-missing': {
    severity: 'warning',
    family,
    message:
      'There is no folder {path} on this machine; where the server runs, it must exist or the server refuses this line.',
  },
  'dir-missing-here': {
    severity: 'error',
    family,
    message: 'There is no folder {path}: the server cannot enter it and refuses this line.',
  },
  'dir-is-file': {
    severity: 'error',
    family,
    message: '{path} is a file, not a folder: the server cannot enter it and refuses this line.',
  },
  'logfile-folder-missing': {
    severity: 'warning',
    family,
    message:
      'There is no folder for {path} on this machine; where the server runs, it must exist and be writable or the server does not start.',
  },
  'logfile-is-folder': {
    severity: 'error',
    family,
    message:
      '{path} is a folder, not a file: the server cannot open its log and does not start. Name a file, or "" for standard output.',
  },
  'replicaof-in-cluster': {
    severity: 'error',
    family,
    message:
      'replicaof and cluster-enabled yes exclude each other: the server does not start. In a cluster, roles are given by CLUSTER REPLICATE.',
  },
  'rename-unknown-command': {
    severity: 'error',
    family,
    message: 'There is no command "{command}"{where} to rename: the server refuses the line{hint}.',
  },
  'rename-target-exists': {
    severity: 'error',
    family,
    message: 'There is already a command "{command}": the server refuses to rename another one to it.',
  },
  'rename-subcommand': {
    severity: 'error',
    family,
    message: 'rename-command works on whole commands; with "{command}" {what}.',
  },
  'sentinel-line-outside': {
    severity: 'error',
    family,
    message:
      'sentinel lines are only read in sentinel mode (redis-sentinel FILE, or redis-server FILE --sentinel): a plain server refuses this line.',
  },
} as const;
