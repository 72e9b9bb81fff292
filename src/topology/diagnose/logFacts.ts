/**
 * What the lines of a server's log say, as facts. Patterns are those of Redis 6.2 to 8 and Valkey 7.2 to 9, whose words differ in letter case, in
 * MASTER and PRIMARY, and in the prefix of a line. A log of one run: lines before the last start are another life's.
 */
export type LogFact =
  | { readonly code: 'bind-failed'; readonly address: string; readonly port: number; readonly reason: string }
  | { readonly code: 'conf-error'; readonly line?: number; readonly directive: string; readonly reason: string }
  | { readonly code: 'denied-by-master' }
  | { readonly code: 'auth-missing' }
  | { readonly code: 'auth-wrong' }
  | { readonly code: 'connecting'; readonly address: string }
  | { readonly code: 'socket-error'; readonly reason: string }
  | { readonly code: 'link-up' }
  | { readonly code: 'full-resync' }
  | { readonly code: 'rewrite-failed'; readonly reason: string }
  | { readonly code: 'told-to-follow'; readonly address: string; readonly by: string }
  | { readonly code: 'save-failed'; readonly text: string }
  | { readonly code: 'data-unreadable'; readonly text: string }
  | { readonly code: 'overcommit' }
  | { readonly code: 'conf-not-writable'; readonly reason: string };

/** A fact with the line that says so, without the prefix of pid, role and time. */
export interface LogEvidence {
  readonly fact: LogFact;
  readonly text: string;
}

/** `1:M 20 Jan 2022 15:25:40.244 # ` of every version so far, `[1] 20 Jan … # ` of old ones. */
const prefix = /^(?:\d+:[XCSM]|\[\d+\]) \d{1,2} \w{3} (?:\d{4} )?\d{2}:\d{2}:\d{2}\.\d{3} [.\-*#] /;
/** Valkey's `log-format logfmt`. */
const logfmt = /^pid=\d+ .*?message="((?:[^"\\]|\\.)*)"/;
const begins = /oO0OoO0OoO0Oo .*(?:is starting|start)/;

export function messageOf(line: string): string {
  const formatted = logfmt.exec(line);
  return formatted?.[1] !== undefined ? formatted[1].replace(/\\(.)/g, '$1') : line.replace(prefix, '');
}

/** The lines since the server last started. A fault in the conf is printed before the greeting, by a life of its own: it ends what was before. */
export function lastLife(lines: readonly string[]): readonly string[] {
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (begins.test(line)) start = index;
    // two fatal errors in a row are two starts
    else if (isFatal(line)) start = Math.max(start, index);
  }
  return lines.slice(start);
}

function isFatal(line: string): boolean {
  return line.includes('*** FATAL CONFIG FILE ERROR');
}

type Pattern = readonly [pattern: RegExp, fact: (match: RegExpExecArray) => LogFact];
const group = (match: RegExpExecArray, index: number): string => match[index] ?? '';

const patterns: readonly Pattern[] = [
  [
    /Could not create server TCP listening socket (\S+):(\d+): (?:bind|listen|Name or service not known|.*?)(?:: )?(.*)$/i,
    m => ({ code: 'bind-failed', address: group(m, 1), port: Number(m[2]), reason: group(m, 3) }),
  ],
  [/Error reply to PING from (?:master|primary): '?-DENIED/i, () => ({ code: 'denied-by-master' })],
  [
    /(?:Error reply to PING from (?:master|primary): '?|\(?[Nn]on critical\)?:? ?(?:Master|Primary) does not understand REPLCONF \S+: |aborted replication with an error: |Unexpected reply to PSYNC from (?:master|primary): )-?NOAUTH/i,
    () => ({ code: 'auth-missing' }),
  ],
  [/Unable to AUTH to (?:MASTER|PRIMARY): -?(?:WRONGPASS|ERR|NOPERM)/i, () => ({ code: 'auth-wrong' })],
  [/^Connecting to (?:MASTER|PRIMARY) (\S+)$/i, m => ({ code: 'connecting', address: group(m, 1) })],
  [/^Error condition on socket for SYNC: (.+)$/i, m => ({ code: 'socket-error', reason: group(m, 1) })],
  [/^Unable to connect to (?:MASTER|PRIMARY): (.+)$/i, m => ({ code: 'socket-error', reason: group(m, 1) })],
  [
    /(?:MASTER|PRIMARY) <-> REPLICA sync: (?:Finished with success|(?:Master|Primary) accepted a Partial Resynchronization)/i,
    () => ({ code: 'link-up' }),
  ],
  [/^Full resync (?:requested by replica|from (?:master|primary))/i, () => ({ code: 'full-resync' })],
  [
    /^(?:#? ?CONFIG REWRITE failed|Could not (?:create|rename) tmp config file)[: ]+\(?(.+?)\)?$/i,
    m => ({ code: 'rewrite-failed', reason: group(m, 1) }),
  ],
  [
    /Sentinel was not able to save the new configuration on disk!*: (.+)$/i,
    m => ({ code: 'rewrite-failed', reason: group(m, 1) }),
  ],
  [
    /Sentinel config file (\S+) is not writable: (.+?)\. Exiting/i,
    m => ({ code: 'conf-not-writable', reason: group(m, 2) }),
  ],
  [
    /^(?:REPLICAOF|SLAVEOF) (\S+) enabled \(user request from '(.*)'\)/i,
    m => ({
      code: 'told-to-follow',
      address: group(m, 1),
      by: /(?:^| )name=(\S+)/.exec(group(m, 2))?.[1] ?? /(?:^| )addr=(\S+)/.exec(group(m, 2))?.[1] ?? '',
    }),
  ],
  [
    /^(?:Can't save in background|Background saving error|Failed opening the (?:temp )?RDB file|Error opening \/?setting|Write error (?:saving|while saving) DB|Error writing to the AOF file|Can't rewrite append only file in background|MISCONF)/i,
    m => ({ code: 'save-failed', text: m.input }),
  ],
  [
    /(?:Bad file format reading the append only file|Short read or OOM loading DB|Internal error in RDB reading|Terminating server after rdb file reading failure|Fatal error loading the DB|Wrong signature trying to load DB|Can't handle RDB format version|Unexpected end of file reading the append only file|Can't open the append[- ]only file|Can't open or create append-only dir|Unrecoverable error reading the append only file|Can't chdir to)/i,
    m => ({ code: 'data-unreadable', text: m.input }),
  ],
  [/Memory overcommit must be enabled|overcommit_memory is set to 0/i, () => ({ code: 'overcommit' })],
];

/** Facts in the order of the lines. */
export function readLog(lines: readonly string[]): readonly LogEvidence[] {
  const found: LogEvidence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (isFatal(line)) {
      found.push(confError(lines, i));
      continue;
    }
    const text = messageOf(line);
    for (const [pattern, fact] of patterns) {
      const match = pattern.exec(text);
      if (match === null) continue;
      found.push({ fact: fact(match), text });
      break;
    }
  }
  return found;
}

/**
 * `*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***`, then `Reading the configuration file, at line 2`, `>>> 'dir …'` and the reason; the line and
 * the quote are missing when the fault is one of the whole.
 */
function confError(lines: readonly string[], at: number): LogEvidence {
  let line: number | undefined;
  let directive = '';
  let reason = '';
  let end = at + 1;
  for (; end < lines.length && end <= at + 4 && reason === ''; end++) {
    const text = messageOf(lines[end] ?? '');
    const numbered = /^Reading the configuration file, at line (\d+)/.exec(text);
    const quoted = /^>>> '(.*)'$/.exec(text);
    if (numbered) line = Number(numbered[1]);
    else if (quoted) directive = quoted[1] ?? '';
    else reason = text.trim();
  }
  return {
    fact: { code: 'conf-error', ...(line === undefined ? {} : { line }), directive, reason },
    text: [line === undefined ? '' : `line ${line}`, directive === '' ? '' : `>>> '${directive}'`, reason]
      .filter(part => part !== '')
      .join(' '),
  };
}
