/** `user` lines and ACL files (section 1.5). */
const family = 'acl';

export const aclRules = {
  'user-rule': {
    severity: 'error',
    family,
    message: '"{rule}" is no ACL rule{hint}: the server refuses the line with "Syntax error".',
  },
  'user-pattern-after-all': {
    severity: 'error',
    family,
    message:
      '"{rule}" after {all} adds nothing, and the server refuses the line for it. Write {reset} first, or leave it out.',
  },
  'user-password-absent': {
    severity: 'error',
    family,
    message: 'The user has no such password to remove: the server refuses the line.',
  },
  'user-hash': {
    severity: 'error',
    family,
    message: 'A password hash is 64 characters 0-9 and a-f (SHA-256, lower case): the server refuses this one{why}.',
  },
  'user-first-arg': {
    severity: 'error',
    family,
    message: '"{rule}": a rule goes as deep as command|subcommand; the server refuses more.',
  },
  'user-unclosed-selector': {
    severity: 'error',
    family,
    message: 'A selector is opened with "(" and never closed with ")": the server refuses the line.',
  },
  'user-duplicate': {
    severity: 'error',
    family,
    message: 'The user "{user}" is defined a second time: {target} refuses the line. Put all its rules on one line.',
  },
  'user-merged': {
    severity: 'warning',
    family,
    message:
      'The user "{user}" is defined a second time: {target} adds these rules to the first line\'s; 7.0 and later refuse it.',
  },
  'user-unknown-command': {
    severity: 'error',
    family,
    message:
      '{target} knows no command or category "{command}"{hint}: the file loads, then the server exits with "Error loading ACL rule".',
  },
  'user-maybe-module-command': {
    severity: 'warning',
    family,
    message:
      '{target} itself knows no command or category "{command}"{hint}; unless a module brings it, the server exits at start.',
  },
  'user-name-space': {
    severity: 'error',
    family,
    message: 'A user name must not hold blanks or NUL: the file loads, then the server exits.',
  },
  'user-and-aclfile': {
    severity: 'error',
    family,
    message:
      'Users are defined both here and in an ACL file (aclfile, line {line}): the file loads, then the server exits. Keep one of the two.',
  },
  'aclfile-missing': {
    severity: 'warning',
    family,
    message:
      'There is no file {path} on this machine; where the server runs, it must exist or the server exits at start.',
  },
  'aclfile-missing-here': {
    severity: 'error',
    family,
    message: 'There is no file {path}: the server exits at start because it cannot load its users.',
  },
  'aclfile-refused': { severity: 'error', family, message: 'The server refuses {path} at its line {line} and exits.' },
  'aclfile-line': {
    severity: 'error',
    family,
    message: 'Every line of an ACL file is "user NAME RULE…"; comments are not allowed. The server refuses the file.',
  },
  'user-off': { severity: 'info', family, message: 'The user "{user}" is off (say "on"): nobody can log in as it.' },
  'user-no-password': {
    severity: 'info',
    family,
    message: 'The user "{user}" is on, but has neither a password nor nopass: nobody can log in as it.',
  },
  'requirepass-overridden': {
    severity: 'warning',
    family,
    message:
      'The line "user default" (line {line}) resets the default user when the server starts, so this requirepass has no effect.',
  },
} as const;
