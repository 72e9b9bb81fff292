/** Sentinel's own statements, in its order: not that of the file (section 1.6 and fact 4). */
import { addressKind } from '../addresses';
import { asciiLower, byteLength } from '../bytes';
import { atoi, laxInteger } from '../numbers';
import type { Word } from '../scanner';
import { Suggester } from '../suggest';
import { commentWord, fixes, isTime, lineNumber, lineSpan, made, related, restSpan, wordSpan } from './judge';
import type { Entry, Judge, Monitor, Steps } from './judge';
import { inReach } from './paths';
import { isIn, sentinelStatement, sentinelStatements } from './sentinelShape';
import type { SentinelStatement } from './sentinelShape';

/** A sentinel line that has the right shape, with its words behind the statement's name. */
interface Line {
  readonly entry: Entry;
  readonly shape: SentinelStatement;
  readonly args: readonly Word[];
}

interface State {
  readonly judge: Judge;
  readonly monitors: Map<string, Monitor>;
  /** Where each master is monitored, whether accepted or not, for messages. */
  readonly named: ReadonlyMap<string, Entry>;
  readonly resolves: boolean;
  readonly seen: Set<string>;
  /** The names of all masters. */
  readonly nearest: Suggester;
}

/** Judges the sentinel lines that {@link readText} put by. */
export function* readSentinelLines(judge: Judge, steps: Steps): Generator<void> {
  const phases = judge.target.column === 'redis-6.0' ? [['pre', 'monitor', 'post']] : [['pre'], ['monitor'], ['post']];
  // A line that is none of the known ones is met in the last phase.
  const phaseOf = (entry: Entry): string => sentinelStatement(statementName(entry))?.phase ?? 'post';
  const named = new Map<string, Entry>();
  let resolves = false;
  for (const entry of judge.sentinelLines) {
    const [, , word] = entry.statement.words;
    const name = statementName(entry);
    if (name === 'monitor' && word !== undefined && !named.has(word.value)) named.set(word.value, entry);
    else if (name === 'resolve-hostnames' && word !== undefined && /^(?:yes|no)$/i.test(word.value))
      resolves = asciiLower(word.value) === 'yes';
    if (isTime(steps)) yield;
  }
  const state: State = {
    judge,
    monitors: judge.monitors,
    named,
    resolves,
    seen: new Set(),
    nearest: new Suggester([...named.keys()]),
  };
  for (const phase of phases) {
    for (const entry of judge.sentinelLines) {
      if (isTime(steps)) yield;
      if (!phase.includes(phaseOf(entry))) continue;
      judge.takeTurn(entry);
      readStatement(state, entry);
    }
  }
  judge.takeTurn(undefined);
}

const statementName = (entry: Entry): string => asciiLower(entry.statement.words[1]?.value ?? '');

function readStatement(state: State, entry: Entry): void {
  const { judge } = state;
  const name = statementName(entry);
  const shape = sentinelStatement(name);
  const word = entry.statement.words[1];
  if (shape === undefined || !isIn(shape, judge.target)) {
    const near =
      shape === undefined
        ? new Suggester(sentinelStatements.filter(one => isIn(one, judge.target)).map(one => one.name)).nearest(name)
        : undefined;
    const fix = near === undefined ? [] : [fixes.rename(wordSpan(entry, word), near, false)];
    if (shape !== undefined)
      judge.refuse('sentinel-statement-not-in-target', wordSpan(entry, word), {
        name,
        target: judge.targetTitle,
        since: shape.since,
      });
    else
      judge.refuse(
        'sentinel-statement',
        wordSpan(entry, word),
        { name, hint: near === undefined ? '' : ` (did you mean ${near}?)` },
        fix,
      );
    return;
  }
  const args = entry.statement.words.slice(2);
  if (!shape.counts.includes(args.length)) {
    refuseCount(judge, entry, shape, args.length);
    return;
  }
  const line = { entry, shape, args };
  if (shape.ofMaster && !knowsMaster(state, line)) return;
  checks[name]?.(state, line);
}

function refuseCount(judge: Judge, entry: Entry, shape: SentinelStatement, got: number): void {
  const most = Math.max(...shape.counts);
  const comment = got > most ? commentWord(entry, 3) : -1;
  if (comment >= 0 && comment <= most + 2) {
    judge.refuse(
      'trailing-comment',
      restSpan(entry, comment),
      { name: `sentinel ${shape.name}`, text: '#' },
      made(fixes.moveComment(entry, comment, /-pass$/.test(shape.name))),
    );
    return;
  }
  const quote =
    got > most && /-pass$/.test(shape.name)
      ? fixes.quote(wordSpan(entry, entry.statement.words[most + 1]), wordSpan(entry, entry.statement.words.at(-1)))
      : undefined;
  judge.refuse(
    'sentinel-arity',
    got > most ? restSpan(entry, most + 2) : lineSpan(entry),
    {
      name: shape.name,
      expected: shape.args,
      got: got === 0 ? 'nothing' : got === 1 ? 'one word' : `${String(got)} words`,
    },
    made(quote, got > most ? fixes.removeWords(entry, most + 2) : undefined),
  );
}

function knowsMaster(state: State, { entry, args, shape }: Line): boolean {
  const { judge, monitors, named } = state;
  const [master] = args;
  if (master === undefined || monitors.has(master.value)) return true;
  // A known-sentinel without id is read and thrown away before anyone asks for the master: measured.
  if (shape.name === 'known-sentinel' && args.length === 3) return true;
  const place = wordSpan(entry, master);
  const later = named.get(master.value);
  if (later !== undefined && judge.target.column === 'redis-6.0') {
    judge.refuse(
      'sentinel-monitor-later',
      place,
      { target: judge.targetTitle, master: master.value, line: lineNumber(later) },
      [],
      [related('first-monitored', lineSpan(later))],
    );
    return false;
  }
  if (later !== undefined) return false; // its own monitor line is refused already; the server never comes here
  const near =
    state.nearest.nearest(master.value) ?? [...named.keys()].find(one => asciiLower(one) === asciiLower(master.value));
  judge.refuse(
    'sentinel-no-such-master',
    place,
    { master: master.value, hint: near === undefined ? '' : `; "${near}" is monitored` },
    made(near === undefined ? undefined : fixes.replace(place, near, asciiLower(near) === asciiLower(master.value))),
  );
  return false;
}

type SentinelCheck = (state: State, line: Line) => void;

const timeAbove =
  (least: 0 | 1): SentinelCheck =>
  ({ judge }, { entry, shape, args }) => {
    const [, word] = args;
    if (word === undefined) return;
    const read = atoi(word.value);
    const place = wordSpan(entry, word);
    if (read < least) {
      judge.refuse(least === 1 ? 'sentinel-time' : 'sentinel-time-negative', place, {
        name: shape.name,
        value: word.value,
        read,
      });
      return;
    }
    if (remarkLax(judge, entry, word, ' milliseconds')) return;
    if (shape.name === 'down-after-milliseconds' && read < 1000)
      judge.remark('sentinel-time-short', place, {
        value: word.value,
        read,
        what: 'any short pause counts as down and starts failovers',
      });
    if (shape.name === 'failover-timeout' && read < 1000)
      judge.remark('sentinel-time-short', place, { value: word.value, read, what: 'no failover finishes that fast' });
  };

/** `30s` is 30, `abc` is 0: read without complaint. */
function remarkLax(judge: Judge, entry: Entry, word: Word, unit = ''): boolean {
  const lax = laxInteger(word.value);
  if (lax.digits && lax.rest === '' && lax.value === BigInt(atoi(word.value))) return false;
  const seconds = /^([0-9]{1,6})s$/i.exec(word.value)?.[1];
  const place = wordSpan(entry, word);
  judge.remark(
    'lax-number',
    place,
    { value: word.value, read: atoi(word.value), unit: unit === '' ? '' : ` (${unit.trim()})` },
    seconds === undefined || unit === '' ? [] : [fixes.replace(place, `${seconds}000`)],
  );
  return true;
}

const wholeNumber: SentinelCheck = ({ judge }, { entry, args }) => {
  const word = args.at(-1);
  if (word !== undefined) remarkLax(judge, entry, word);
};

const yesOrNo: SentinelCheck = ({ judge }, { entry, shape, args }) => {
  const [word] = args;
  if (word === undefined) return;
  const lower = asciiLower(word.value);
  if (lower === 'yes' || lower === 'no') return;
  const place = wordSpan(entry, word);
  const meant = /^(true|on|1|y)$/.test(lower) ? 'yes' : /^(false|off|0|n)$/.test(lower) ? 'no' : undefined;
  judge.refuse(
    'sentinel-bool',
    place,
    { name: shape.name, value: word.value },
    made(meant === undefined ? undefined : fixes.replace(place, meant, true)),
  );
};

/** A host as `createSentinelAddr` takes it; reports and answers whether it is accepted. */
function acceptsHost({ judge, resolves }: State, entry: Entry, word: Word | undefined): boolean {
  if (word === undefined) return false;
  const kind = addressKind(word.value);
  const place = wordSpan(entry, word);
  if (kind === 'ipv4' || kind === 'ipv6') return true;
  if (judge.target.column === 'redis-6.0') {
    if (kind === 'junk') judge.refuse('sentinel-host-value', place, { host: word.value });
    else judge.remark('sentinel-host-name-unsupported', place, { host: word.value, target: judge.targetTitle });
    return kind !== 'junk';
  }
  if (resolves) return true;
  const first = judge.sentinelLines[0];
  const said = judge.sentinelLines.filter(line => statementName(line) === 'resolve-hostnames').at(-1);
  const answer = said?.statement.words[2];
  const mend =
    said !== undefined && answer !== undefined
      ? fixes.replace(wordSpan(said, answer), 'yes', true)
      : first === undefined
        ? undefined
        : fixes.lineBefore(first, 'sentinel resolve-hostnames yes', true);
  judge.refuse('sentinel-host-name', place, { host: word.value }, kind === 'junk' ? [] : made(mend));
  return false;
}

function acceptsPort(judge: Judge, entry: Entry, word: Word | undefined): boolean {
  const read = atoi(word?.value ?? '');
  if (read >= 0 && read <= 65535) return true;
  judge.refuse('sentinel-port', wordSpan(entry, word), { value: word?.value ?? '', read });
  return false;
}

const monitor: SentinelCheck = (state, { entry, args }) => {
  const { judge, monitors } = state;
  const [name, host, port, quorum] = args;
  if (name === undefined || host === undefined || port === undefined || quorum === undefined) return;
  const votes = atoi(quorum.value);
  if (votes <= 0) {
    const place = wordSpan(entry, quorum);
    // The majority of three, which is what most have.
    judge.refuse('sentinel-quorum', place, { value: quorum.value, read: votes }, [fixes.replace(place, '2')]);
    return;
  }
  if (!acceptsPort(judge, entry, port) || !acceptsHost(state, entry, host)) return;
  const earlier = monitors.get(name.value);
  if (earlier !== undefined) {
    judge.refuse(
      'sentinel-duplicate-master',
      wordSpan(entry, name),
      { master: name.value },
      [fixes.commentOut(entry)],
      [related('first-monitored', lineSpan(earlier.entry))],
    );
    return;
  }
  remarkLax(judge, entry, quorum);
  if (atoi(port.value) === 0) judge.remark('sentinel-port-zero', wordSpan(entry, port), { value: port.value });
  else remarkLax(judge, entry, port);
  monitors.set(name.value, { entry, name: name.value, host: host.value, port: atoi(port.value), quorum: votes });
};

/** An address of a replica or sentinel that Sentinel wrote down; twice the same is refused. */
const knownReplica: SentinelCheck = (state, { entry, args }) => {
  const { judge, seen } = state;
  const [master, host, port] = args;
  if (!acceptsPort(judge, entry, port) || !acceptsHost(state, entry, host)) return;
  const address = `${host?.value ?? ''}:${String(atoi(port?.value ?? ''))}`;
  if (isNew(seen, 'replica', master?.value, address)) return;
  judge.refuse('sentinel-duplicate-replica', lineSpan(entry), { master: master?.value ?? '', address }, [
    fixes.commentOut(entry),
  ]);
};

const knownSentinel: SentinelCheck = (state, { entry, args }) => {
  const { judge, seen } = state;
  const [master, host, port, id] = args;
  if (id === undefined) return;
  if (!acceptsPort(judge, entry, port) || !acceptsHost(state, entry, host)) return;
  if (isNew(seen, 'sentinel', master?.value, id.value)) return;
  judge.refuse('sentinel-duplicate-sentinel', lineSpan(entry), { master: master?.value ?? '' }, [
    fixes.commentOut(entry),
  ]);
};

const renamed: SentinelCheck = ({ judge, seen }, { entry, args }) => {
  const [master, command] = args;
  if (isNew(seen, 'rename', master?.value, asciiLower(command?.value ?? ''))) return;
  judge.refuse(
    'sentinel-duplicate-rename',
    lineSpan(entry),
    { master: master?.value ?? '', command: command?.value ?? '' },
    [fixes.commentOut(entry)],
  );
};

/** Notes a fact of a master; whether it was new. */
function isNew(seen: Set<string>, kind: string, master: string | undefined, what: string): boolean {
  const key = JSON.stringify([kind, master, what]);
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

const script: SentinelCheck = ({ judge }, { entry, args }) => {
  const [, word] = args;
  if (word === undefined) return;
  if (word.value === '') {
    judge.refuse('sentinel-script', wordSpan(entry, word), { path: '""', what: 'is no path' });
    return;
  }
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  const path = judge.files.resolve(judge.workingDirectory, word.value);
  const found = judge.files.stat(path);
  const place = wordSpan(entry, word);
  if (found.kind === 'missing' && !inReach(judge, path))
    judge.remark('sentinel-script-missing', place, { path: word.value });
  else if (found.kind === 'missing')
    judge.refuse('sentinel-script', place, { path: word.value, what: 'does not exist' });
  else if (found.kind === 'file' && found.runnable === false) {
    if (inReach(judge, path)) judge.refuse('sentinel-script', place, { path: word.value, what: 'is not executable' });
    else judge.remark('sentinel-script-missing', place, { path: word.value });
  }
};

const myid: SentinelCheck = ({ judge }, { entry, args }) => {
  const [word] = args;
  if (word === undefined) return;
  const length = byteLength(word.value);
  if (length !== 40) judge.refuse('sentinel-myid', wordSpan(entry, word), { length }, [fixes.commentOut(entry)]);
  else if (!/^[0-9a-f]{40}$/.test(word.value)) judge.remark('sentinel-myid-characters', wordSpan(entry, word));
};

const checks: Readonly<Record<string, SentinelCheck>> = {
  monitor,
  myid,
  'down-after-milliseconds': timeAbove(1),
  'failover-timeout': timeAbove(1),
  'master-reboot-down-after-period': timeAbove(0),
  'primary-reboot-down-after-period': timeAbove(0),
  'parallel-syncs': wholeNumber,
  'announce-port': wholeNumber,
  'current-epoch': wholeNumber,
  'config-epoch': wholeNumber,
  'leader-epoch': wholeNumber,
  'notification-script': script,
  'client-reconfig-script': script,
  'known-replica': knownReplica,
  'known-slave': knownReplica,
  'known-sentinel': knownSentinel,
  'rename-command': renamed,
  'deny-scripts-reconfig': yesOrNo,
  'resolve-hostnames': yesOrNo,
  'announce-hostnames': yesOrNo,
};
