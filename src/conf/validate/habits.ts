/** Runs, but not as meant: what a person who knows Redis would say on reading the file (section 2.3, pitfalls 1-4, 12). */
import { isDefaultBridge, isLoopback } from '../addresses';
import { memory } from '../numbers';
import { fixes, isTime, lineNumber, lineSpan, mostRepeats, nameSpan, related, wordSpan } from './judge';
import type { Assigned, Judge, Steps } from './judge';

export function* checkHabits(judge: Judge, steps: Steps): Generator<void> {
  yield* checkDuplicates(judge, steps);
  checkBridgeAddresses(judge);
  if (judge.mode === 'sentinel') {
    checkSentinelFile(judge);
    return;
  }
  yield* checkUsers(judge, steps);
  checkAccess(judge);
  checkPasswords(judge);
  checkMemoryAndDisk(judge);
  checkReplication(judge);
  checkProcess(judge);
  yield* checkRenames(judge, steps);
}

const first = (judge: Judge, id: string): string => judge.last(id)?.values[0] ?? '';
const yes = (one: Assigned | undefined): boolean => one?.accepted === true && one.values[0]?.toLowerCase() === 'yes';

/** Settings of which every line counts, or of which a second line is how one writes it. */
const addsUp = new Set(['save', 'client-output-buffer-limit', 'dir', 'replicaof', 'bind']);

function* checkDuplicates(judge: Judge, steps: Steps): Generator<void> {
  for (const [id, lines] of judge.assigned) {
    if (addsUp.has(id) || lines.length < 2) continue;
    const last = lines[lines.length - 1];
    if (last?.accepted !== true) continue;
    const line = lineNumber(last.entry);
    const again = [related('set-again', lineSpan(last.entry))];
    for (const one of lines.slice(-mostRepeats, -1)) {
      // A line that overrides one of an included file is what includes are for.
      if (one.entry.unit.document !== last.entry.unit.document || !one.accepted) continue;
      judge.remark(
        'duplicate-directive',
        lineSpan(one.entry),
        { name: one.entry.statement.name, line },
        [fixes.commentOut(one.entry)],
        again,
      );
      if (isTime(steps)) yield;
    }
  }
}

function checkBridgeAddresses(judge: Judge): void {
  const replica = judge.last('replicaof');
  const host = replica?.accepted === true ? (replica.values[0] ?? '') : '';
  if (replica !== undefined && isDefaultBridge(host))
    judge.remark('default-bridge-address', wordSpan(replica.entry, replica.entry.statement.words[1]), {
      address: host,
    });
  for (const monitor of judge.monitors.values()) {
    if (isDefaultBridge(monitor.host))
      judge.remark('default-bridge-address', wordSpan(monitor.entry, monitor.entry.statement.words[3]), {
        address: monitor.host,
      });
  }
}

const dataOnly = [
  'replicaof',
  'cluster-enabled',
  'appendonly',
  'save',
  'maxmemory',
  'maxmemory-policy',
  'dbfilename',
  'masterauth',
  'replica-priority',
  'min-replicas-to-write',
];

function checkSentinelFile(judge: Judge): void {
  const [document] = judge.read;
  const [line] = document?.statements ?? [];
  const monitors = judge.sentinelLines.some(entry => entry.statement.words[1]?.value.toLowerCase() === 'monitor');
  if (document !== undefined && line !== undefined && !monitors)
    judge.remark('sentinel-no-monitor', { uri: document.uri, start: line.start, end: line.end });
  for (const { entry, quorum } of judge.monitors.values()) {
    if (quorum === 1) judge.remark('sentinel-even-quorum', wordSpan(entry, entry.statement.words[5]));
  }
  for (const id of dataOnly) {
    const one = judge.last(id);
    if (one?.accepted === true)
      judge.remark('sentinel-plain-without-effect', nameSpan(one.entry), { name: one.entry.statement.name });
  }
}

/** Whether `default` can be used without a password: then protected mode counts. */
function withoutPassword(judge: Judge): boolean {
  if (first(judge, 'aclfile') !== '') return false;
  const user = judge.userLines.find(line => line.entry.statement.words[1]?.value === 'default')?.user;
  if (user !== undefined) return user.noPassword;
  return first(judge, 'requirepass') === '';
}

/** Users that nobody can log in as. */
function* checkUsers(judge: Judge, steps: Steps): Generator<void> {
  for (const { entry, user: one } of judge.userLines) {
    if (isTime(steps)) yield;
    const name = entry.statement.words[1]?.value ?? '';
    if (one.on && !one.noPassword && !one.hasPassword)
      judge.remark('user-no-password', wordSpan(entry, entry.statement.words[1]), { user: name });
    else if (!one.on && one.hasPassword && !entry.statement.words.some(word => word.value.toLowerCase() === 'off'))
      judge.remark('user-off', wordSpan(entry, entry.statement.words[1]), { user: name });
  }
}

function checkAccess(judge: Judge): void {
  const user = judge.users.find(entry => entry.statement.words[1]?.value === 'default');
  const password = judge.last('requirepass');
  // A server that rewrites its file writes both lines, with one password.
  const same =
    judge.userLines.find(line => line.entry === user)?.user.onlyPasswordIs(password?.values[0] ?? '') === true;
  if (user !== undefined && password?.accepted === true && password.values[0] !== '' && !same) {
    judge.remark(
      'requirepass-overridden',
      lineSpan(password.entry),
      { line: lineNumber(user) },
      [],
      [related('users-here', lineSpan(user))],
    );
  }
  const bind = judge.last('bind');
  const open = bind?.accepted === true ? bind.values.filter(value => value !== '' && !isLoopback(value)) : [];
  const others = ['replicaof', 'cluster-enabled', 'replica-announce-ip', 'cluster-announce-ip', 'min-replicas-to-write']
    .map(id => judge.last(id))
    .find(
      one =>
        one?.accepted === true &&
        !['no', '', '0'].includes(one.values[0]?.toLowerCase() ?? '') &&
        !isLoopback(one.values[0] ?? ''),
    );
  if (bind?.accepted === true && bind.values.some(isLoopback) && open.length === 0 && others !== undefined) {
    judge.remark(
      'bind-loopback-only',
      lineSpan(bind.entry),
      {
        who:
          others.setting.id === 'cluster-enabled'
            ? 'the other nodes of the cluster'
            : 'other nodes, replicas and sentinels',
      },
      [
        {
          ...fixes.replace(
            { ...lineSpan(bind.entry), start: wordSpan(bind.entry, bind.entry.statement.words[1]).start },
            '* -::*',
          ),
          code: 'listen-everywhere',
        },
        fixes.commentOut(bind.entry),
      ],
      [related('also-here', lineSpan(others.entry))],
    );
    return;
  }
  if (!withoutPassword(judge)) return;
  const protects = judge.last('protected-mode');
  if (judge.isYes('protected-mode')) {
    const cause = open.length > 0 ? bind : bind === undefined ? others : undefined;
    if (cause !== undefined && (judge.modern || bind === undefined))
      judge.remark(
        'protected-mode-refuses',
        lineSpan(cause.entry),
        {},
        protects === undefined
          ? [fixes.lineAfter(cause.entry, 'protected-mode no')]
          : [fixes.replace(wordSpan(protects.entry, protects.entry.statement.words[1]), 'no')],
      );
  } else if (protects?.accepted === true && (bind === undefined || open.length > 0)) {
    judge.remark(
      'open-to-all',
      lineSpan(protects.entry),
      { where: open.length > 0 ? open.join(' ') : 'all addresses' },
      [fixes.replace(wordSpan(protects.entry, protects.entry.statement.words[1]), 'yes')],
    );
  }
}

function checkPasswords(judge: Judge): void {
  const own = judge.last('requirepass');
  const masters = judge.last('masterauth');
  const mine = first(judge, 'requirepass');
  const theirs = first(judge, 'masterauth');
  if (own === undefined || mine === '' || (judge.isYes('cluster-enabled') && theirs === '')) {
    if (own !== undefined && mine !== '' && judge.isYes('cluster-enabled'))
      judge.remark('masterauth-missing', nameSpan(own.entry));
    return;
  }
  const replicates = judge.last('replicaof')?.accepted === true || judge.isYes('cluster-enabled');
  if (theirs === '' && replicates) judge.remark('masterauth-missing', nameSpan(own.entry));
  else if (theirs !== '' && theirs !== mine && masters !== undefined && first(judge, 'masteruser') === '')
    judge.remark('masterauth-differs', nameSpan(masters.entry), {}, [], [related('also-here', nameSpan(own.entry))]);
}

function checkMemoryAndDisk(judge: Judge): void {
  const limit = judge.last('maxmemory');
  if (limit?.accepted === true) {
    const place = wordSpan(limit.entry, limit.entry.statement.words[1]);
    const size = memory(limit.values[0] ?? '');
    if (size?.digits === true && size.meant > 0n && size.meant < 1048576n)
      judge.remark('maxmemory-tiny', place, { value: limit.values[0] ?? '', bytes: String(size.meant) });
    else if (size !== undefined && size.value > 0n && judge.last('maxmemory-policy') === undefined)
      judge.remark(
        'maxmemory-no-policy',
        lineSpan(limit.entry),
        {},
        ['allkeys-lru', 'volatile-lru', 'noeviction'].map(policy =>
          fixes.lineAfter(limit.entry, `maxmemory-policy ${policy}`),
        ),
      );
  }
  const save = judge.assigned.get('save') ?? [];
  const none = save.length > 0 && save.every(one => one.accepted && (one.values.length === 0 || one.values[0] === ''));
  const [lastSave] = save.slice(-1);
  if (!none || lastSave === undefined) return;
  if (judge.isYes('appendonly')) judge.remark('no-persistence-mix', lineSpan(lastSave.entry));
  else judge.remark('appendonly-off-save-off', lineSpan(lastSave.entry));
}

function checkReplication(judge: Judge): void {
  const needed = judge.last('min-replicas-to-write');
  const count = Number(needed?.accepted === true ? needed.values[0] : '0');
  if (needed !== undefined && count >= 1) judge.remark('min-replicas-one', lineSpan(needed.entry), { count });
  const priority = judge.last('replica-priority');
  if (priority?.accepted === true && priority.values[0] === '0')
    judge.remark('replica-priority-zero', lineSpan(priority.entry));
  const [timeout, period] = [
    Number(judge.value('repl-timeout') ?? '60'),
    Number(judge.value('repl-ping-replica-period') ?? '10'),
  ];
  const cause = judge.last('repl-timeout') ?? judge.last('repl-ping-replica-period');
  if (cause?.accepted === true && timeout <= period)
    judge.remark('repl-timeout-short', lineSpan(cause.entry), { timeout, period });
}

function checkProcess(judge: Judge): void {
  const daemon = judge.last('daemonize');
  const supervised = judge.last('supervised');
  if (!yes(daemon) || daemon === undefined) return;
  if (supervised?.accepted === true && !['no', undefined].includes(supervised.values[0]?.toLowerCase()))
    judge.remark(
      'daemonize-supervised',
      lineSpan(daemon.entry),
      {},
      [fixes.commentOut(daemon.entry)],
      [related('also-here', lineSpan(supervised.entry))],
    );
  else judge.remark('daemonize-container', lineSpan(daemon.entry));
}

const needed = new Set([
  'config',
  'slaveof',
  'replicaof',
  'client',
  'publish',
  'subscribe',
  'info',
  'ping',
  'multi',
  'exec',
  'script',
  'psync',
  'replconf',
  'auth',
  'role',
  'hello',
]);

function* checkRenames(judge: Judge, steps: Steps): Generator<void> {
  for (const entry of judge.renames) {
    if (isTime(steps)) yield;
    const word = entry.statement.words[1];
    if (word !== undefined && needed.has(word.value.toLowerCase()))
      judge.remark('rename-needed-command', wordSpan(entry, word), { command: word.value.toUpperCase() });
  }
}
