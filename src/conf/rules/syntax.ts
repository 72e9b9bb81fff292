/** How lines and words are read, and which names there are (CONFIG errors of section 2.1). */
const family = 'syntax';

export const syntaxRules = {
  'byte-order-mark': {
    severity: 'error',
    family,
    message:
      'The file starts with a byte order mark. The server takes it for part of the first word and refuses line 1; save the file as UTF-8 without BOM.',
  },
  'nul-byte': {
    severity: 'warning',
    family,
    message: 'A NUL byte: the server drops the rest of the line and glues the next line to it.',
  },
  'utf-16': {
    severity: 'warning',
    family,
    message:
      'The file is UTF-16, and the server reads bytes: what it makes of the lines is not what stands there. Save the file as UTF-8.',
  },
  'unbalanced-quotes': {
    severity: 'error',
    family,
    message:
      'A quote is opened and never closed, so the server refuses the line. Close it, or put the whole value in double quotes and write the quote as \\{quote}.',
  },
  'text-after-quote': {
    severity: 'error',
    family,
    message:
      'Text right behind a closing quote: the server calls the quotes unbalanced and refuses the line. Put a blank there, or one pair of quotes around the whole value.',
  },
  'trailing-comment': {
    severity: 'error',
    family,
    message:
      'A # behind a value starts no comment: the server reads "{text}" as more values of {name} and refuses them. Move the comment to its own line.',
  },
  'wrong-arity': {
    severity: 'error',
    family,
    message: '{name} takes {expected}, not {got}: the server refuses the line with "wrong number of arguments".',
  },
  'unknown-directive': {
    severity: 'error',
    family,
    message: '{target} knows no directive "{name}"{hint} and does not start with it.',
  },
  'not-in-target': {
    severity: 'error',
    family,
    message: '{target} has no directive "{name}" ({history}) and does not start with it{hint}.',
  },
  'maybe-unknown-directive': {
    severity: 'warning',
    family,
    message: 'No server measured so far knows "{name}"{hint}; {target} is newer than the newest of them, so it may.',
  },
  'unknown-accepted': {
    severity: 'warning',
    family,
    message:
      '{target} accepts the unknown name "{name}" here and never looks at it again{hint}: the line has no effect.',
  },
  'ignored-directive': {
    severity: 'info',
    family,
    message: '{target} accepts {name} only for old files: the line has no effect.',
  },
  'old-name': {
    severity: 'info',
    family,
    message:
      '"{name}" is the old name of "{newName}". Both work on {target}; the server writes the new one when it rewrites the file.',
  },
  'duplicate-directive': {
    severity: 'warning',
    family,
    message: '{name} is set again at line {line}: the later line wins and this one has no effect.',
  },
  'module-setting-without-value': {
    severity: 'error',
    family,
    message:
      '"{name}" looks like a setting of a module (a name with a dot) and has no value: the server refuses the line.',
  },
  'literal-placeholder': {
    severity: 'warning',
    family,
    message: 'The server expands no variables: {name} gets the text "{text}" as it stands.',
  },
} as const;
