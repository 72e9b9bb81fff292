/** Short texts beside the messages: titles of quick fixes and captions of related places. */
export const fixWords: Readonly<Record<string, string>> = {
  replace: 'Replace by {text}',
  'replace-name': 'Change to {text}',
  'remove-line': 'Remove the line',
  'comment-out': 'Comment the line out',
  'move-comment': 'Move the comment to its own line',
  'quote-value': 'Put the value in quotes',
  'escape-quote': 'Escape the quote',
  'close-quote': 'Close the quote',
  'remove-words': 'Remove {text}',
  'insert-line': 'Add "{text}"',
  'split-address': 'Write host and port as two words',
  'make-optional': 'Make the address optional: -{text}',
  'listen-everywhere': 'Listen on all addresses: * -::*',
  'remove-bom': 'Remove the byte order mark',
  'comment-out-first': 'Comment the first line out',
  'comment-out-cluster': 'Comment cluster-enabled out: a replica, not a cluster node',
  'insert-blank': 'Put a blank behind the closing quote',
  'close-selector': 'Close the selector',
  'insert-rule': 'Put {text}before it',
};

export const relatedWords: Readonly<Record<string, string>> = {
  'also-here': 'the other line',
  'set-again': 'set again here',
  'first-defined': 'first defined here',
  'fault-here': 'the fault is here',
  'included-from': 'included from here',
  'cluster-enabled-here': 'cluster-enabled is set here',
  'aclfile-here': 'the ACL file is named here',
  'users-here': 'a user is defined here',
  'first-monitored': 'monitored here',
};
