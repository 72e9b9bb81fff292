/** What the server meets after the file is loaded: sockets, cluster, modules, users (section 2.2). */
import { addressKind, ipv4Number, isLoopback } from '../addresses';
import { byteLength } from '../bytes';
import { checkAclFile } from './aclFile';
import { fixes, isTime, lineSpan, made, nameSpan, related, restSpan, wordSpan } from './judge';
import type { Assigned, Judge, Steps } from './judge';
import { unknownName } from './lines';
import { folderOf, inReach } from './paths';
import { bindsNothing, checkClusterStart } from './startCluster';
import { checkTls } from './startTls';
import { checkUsersAtStart } from './users';

export function* checkStart(judge: Judge, steps: Steps): Generator<void> {
  yield* checkModuleSettings(judge, steps);
  yield* checkModules(judge, steps);
  checkListening(judge);
  checkUnixSocket(judge);
  checkTls(judge);
  checkClusterStart(judge);
  if (judge.mode === 'redis') checkDatabaseFile(judge);
  yield* checkUsersAtStart(judge, steps);
  checkAclFile(judge);
  checkLocale(judge);
}

/** Names that were put by for modules: Redis 8 keeps every unknown name with a value, others those with a dot. */
function* checkModuleSettings(judge: Judge, steps: Steps): Generator<void> {
  for (const entry of judge.moduleSettings) {
    if (isTime(steps)) yield;
    const dotted = entry.statement.name.includes('.');
    const unknown = unknownName(judge, entry);
    if (judge.mode === 'sentinel') {
      judge.remark(
        'unknown-accepted',
        nameSpan(entry),
        { target: judge.targetTitle, name: unknown.data['name'] ?? '', hint: unknown.hint },
        unknown.fix,
      );
    } else if (judge.modules.length > 0 || judge.unseenIncludes) {
      judge.remark(
        'module-setting-unsure',
        nameSpan(entry),
        { name: unknown.data['name'] ?? '', hint: unknown.hint },
        unknown.fix,
      );
    } else if (dotted) {
      judge.exits(
        'module-setting-without-module',
        nameSpan(entry),
        { name: unknown.data['name'] ?? '', hint: unknown.hint },
        unknown.fix,
      );
    } else {
      judge.exits(unknown.code, nameSpan(entry), unknown.data, unknown.fix);
    }
  }
}

function* checkModules(judge: Judge, steps: Steps): Generator<void> {
  if (judge.files === undefined || judge.workingDirectory === undefined || judge.mode === 'sentinel') return;
  for (const entry of judge.modules) {
    if (isTime(steps)) yield;
    const word = entry.statement.words[1];
    if (word === undefined) continue;
    if (word.value === '') {
      // dlopen("") is the server itself, which is no module.
      judge.report('module-missing', wordSpan(entry, word), { path: '""' }, { severity: 'error', refusal: 'startup' });
      continue;
    }
    const path = judge.files.resolve(judge.workingDirectory, word.value);
    if (judge.files.stat(path).kind === 'missing')
      judge.remark('module-missing', wordSpan(entry, word), { path: word.value });
  }
}

/** One address of a bind line, without the `-` that makes it optional. */
interface Bound {
  readonly text: string;
  readonly optional: boolean;
  readonly place: ReturnType<typeof lineSpan>;
}

function boundAddresses(judge: Judge, bind: Assigned): Bound[] {
  const words = bind.entry.statement.words.slice(1);
  return bind.values.map((value, index) => {
    const optional = value.startsWith('-') && judge.target.column !== 'redis-6.0';
    const place =
      words.length === bind.values.length ? wordSpan(bind.entry, words[index]) : wordSpan(bind.entry, words[0]);
    return { text: optional ? value.slice(1) : value, optional, place };
  });
}

function checkListening(judge: Judge): void {
  const bind = judge.last('bind');
  const port = judge.value('port') ?? '6379';
  const tlsPort = judge.value('tls-port') ?? '0';
  const accepted = (id: string): boolean => judge.last(id)?.accepted !== false;
  const nowhere = bindsNothing(judge);
  const listens = (port !== '0' || tlsPort !== '0') && accepted('port') && accepted('tls-port');
  if (nowhere || (port === '0' && tlsPort === '0')) {
    const socket = judge.value('unixsocket') ?? '';
    const cause = nowhere && listens ? bind : judge.last('port');
    const other = judge.last('rdma-bind') ?? judge.last('rdma-port');
    if (socket === '' && other === undefined && cause !== undefined && accepted('port')) {
      judge.exits('listen-nowhere', lineSpan(cause.entry), {
        cause: cause.setting.id === 'bind' ? 'no address in bind' : 'port 0',
      });
    }
  }
  const firstPort = judge.last('port');
  const lastTls = judge.last('tls-port');
  if (listens && port === tlsPort && lastTls !== undefined) {
    judge.exits(
      'port-clash',
      lineSpan(lastTls.entry),
      { first: 'port', second: 'tls-port', port },
      [],
      firstPort === undefined ? [] : [related('also-here', lineSpan(firstPort.entry))],
    );
  }
  if (bind?.accepted === true && !nowhere && listens) checkAddresses(judge, bind);
}

function checkAddresses(judge: Judge, bind: Assigned): void {
  const seen = new Set<string>();
  const addresses = boundAddresses(judge, bind);
  if ((judge.value('unixsocket') ?? '') === '' && addresses.every(one => one.optional && mayBeMissing(one.text)))
    judge.remark(
      'bind-all-optional',
      lineSpan(bind.entry),
      {},
      bind.entry.statement.words.length - 1 === addresses.length
        ? [fixes.insert('bind-loopback-too', lineSpan(bind.entry), lineSpan(bind.entry).end, ' 127.0.0.1')]
        : [],
    );
  for (const bound of addresses) {
    const { text, optional, place } = bound;
    const comment = text === '#' ? bind.entry.statement.words.findIndex(word => word.value === '#') : -1;
    if (text === '*' || text === '::*') {
      if (text === '::*' && !optional)
        judge.remark('bind-ipv6-required', place, { value: text }, [
          ...(judge.target.column === 'redis-6.0'
            ? []
            : [fixes.insert('make-optional', place, place.start, '-', true)]),
          fixes.commentOut(bind.entry),
        ]);
    } else if (comment >= 1) {
      const rest = bind.entry.statement.words
        .slice(comment)
        .map(word => word.value)
        .join(' ');
      judge.exits(
        'trailing-comment',
        { ...place, end: lineSpan(bind.entry).end },
        { name: 'bind', text: rest.slice(0, 20) },
        made(fixes.moveComment(bind.entry, comment)),
      );
      return;
    } else {
      checkAddress(judge, bind, bound);
    }
    // An optional address of another machine is skipped before it can clash.
    if (optional && !isLoopback(text) && text !== '*' && text !== '::*') continue;
    const same = canonical(text);
    const all = same.includes(':') ? '::' : '0.0.0.0';
    const clashes =
      seen.has(same) ||
      seen.has(all) ||
      (same === all && [...seen].some(other => other.includes(':') === same.includes(':')));
    if (clashes) judge.exits('bind-twice', place, { value: text });
    seen.add(same);
  }
}

/** An address that not every machine has; IPv6's own are missing where IPv6 is off. */
const mayBeMissing = (text: string): boolean =>
  text !== '*' && ipv4Number(text) !== 0 && !(isLoopback(text) && !text.includes(':'));

function canonical(text: string): string {
  if (text === '*') return '0.0.0.0';
  if (text === '::*') return '::';
  const number = ipv4Number(text);
  if (number !== undefined) return [24, 16, 8, 0].map(shift => String((number >>> shift) & 255)).join('.');
  const lower = text.toLowerCase();
  return lower === 'localhost' ? '127.0.0.1' : lower;
}

/** 6379 is 0.0.24.235 for the C library: no address that a machine has. */
const isPort = (text: string): boolean => /^[1-9][0-9]{0,4}$/.test(text);

function checkAddress(judge: Judge, bind: Assigned, { text, optional, place }: Bound): void {
  const kind = addressKind(text);
  if (isPort(text) || kind === 'junk' || (text.includes(':') && kind !== 'ipv6')) {
    judge.exits(
      'bind-not-an-address',
      place,
      { value: text, why: whyJunk(text) },
      mendAddress(judge, text, optional ? '-' : '', place),
    );
  } else if (kind === 'name') {
    if (text.toLowerCase() !== 'localhost') judge.remark('bind-host-name', place, { value: text });
  } else if (!optional && kind === 'ipv6' && text !== '::') {
    judge.remark(
      isLoopback(text) ? 'bind-ipv6-required' : 'bind-elsewhere',
      place,
      { value: text },
      judge.target.column === 'redis-6.0'
        ? [fixes.commentOut(bind.entry)]
        : [
            fixes.insert('make-optional', place, place.start, '-', true),
            { ...fixes.replace(restSpan(bind.entry, 1), '* -::*'), code: 'listen-everywhere' },
            fixes.commentOut(bind.entry),
          ],
    );
  } else if (!optional && kind === 'ipv4' && !isLoopback(text) && text !== '0.0.0.0' && text !== '0') {
    judge.remark(
      'bind-elsewhere',
      place,
      { value: text },
      judge.target.column === 'redis-6.0'
        ? []
        : [
            fixes.insert('make-optional', place, place.start, '-'),
            { ...fixes.replace(place, '* -::*'), code: 'listen-everywhere' },
          ],
    );
  }
}

function whyJunk(text: string): string {
  if (/^[0-9]+$/.test(text)) return ' (a port has its own line)';
  if (text.includes(',') || text.includes(';')) return ' (addresses are parted by blanks)';
  if (text.includes('/')) return ' (it is a range; bind takes single addresses of this machine)';
  if (/^[\d.]+:\d+$/.test(text)) return ' (the port has its own line)';
  return '';
}

function mendAddress(judge: Judge, text: string, dash: '-' | '', place: Bound['place']): ReturnType<typeof made> {
  const parts = text.split(/[,;]/).filter(part => part !== '');
  const isAddress = (part: string): boolean => {
    const bare = judge.target.column === 'redis-6.0' ? part : part.replace(/^-/, '');
    return addressKind(bare) !== 'junk' && !isPort(bare);
  };
  if (/[,;]/.test(text) && parts.every(isAddress)) return [fixes.replace(place, dash + parts.join(' '), true)];
  const port = /^([\d.]+):\d+$/.exec(text)?.[1];
  return port === undefined ? [] : [fixes.replace(place, dash + port)];
}

function checkUnixSocket(judge: Judge): void {
  const socket = judge.last('unixsocket');
  const path = socket?.values[0] ?? '';
  if (socket === undefined || path === '') return;
  const place = wordSpan(socket.entry, socket.entry.statement.words[1]);
  const bytes = byteLength(path);
  if (bytes > 107) {
    if (judge.modern) judge.exits('unixsocket-too-long', place, { bytes });
    return;
  }
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  const target = judge.files.resolve(judge.workingDirectory, path);
  const found = judge.files.stat(target).kind;
  if (found === 'directory' && inReach(judge, target)) judge.exits('unixsocket-is-folder', place, { path });
  else if (found === 'directory') judge.report('unixsocket-is-folder', place, { path }, { severity: 'warning' });
  else if (judge.files.stat(folderOf(target)).kind === 'missing') judge.remark('unixsocket-folder', place, { path });
}

function checkDatabaseFile(judge: Judge): void {
  const file = judge.last('dbfilename');
  const name = file?.values[0] ?? '';
  if (file?.accepted !== true || name === '') return;
  const place = wordSpan(file.entry, file.entry.statement.words[1]);
  const conf = judge.read[0]?.uri ?? '';
  // With an append-only file, this one is not read at start.
  if (judge.isYes('appendonly')) return;
  const path = judge.workingDirectory === undefined ? undefined : judge.files?.resolve(judge.workingDirectory, name);
  const isFolder = path !== undefined && inReach(judge, path) && judge.files?.stat(path).kind === 'directory';
  if (name === '..' || name === '.' || isFolder) judge.exits('dbfilename-is-conf', place, { what: 'is a folder' });
  else if (path !== undefined && path === conf) judge.exits('dbfilename-is-conf', place, { what: 'is this very file' });
  else if (path !== undefined && judge.read.some(document => document.uri === path))
    judge.exits('dbfilename-is-conf', place, { what: 'is another file that it reads as text' });
  // A cluster node writes its state down before it looks for its database.
  else if (judge.isYes('cluster-enabled') && plainName(judge.value('cluster-config-file') ?? '') === name)
    judge.exits('dbfilename-is-conf', place, { what: 'is also its cluster-config-file' });
}

const plainName = (path: string): string => path.replace(/^(?:\.\/+)+/, '');

function checkLocale(judge: Judge): void {
  const locale = judge.last('locale-collate');
  const value = locale?.values[0] ?? '';
  if (locale?.accepted !== true || value === '' || /^(c|posix|c\.utf-?8)$/i.test(value)) return;
  judge.remark('locale-unsure', wordSpan(locale.entry, locale.entry.statement.words[1]), { value });
}

/** A path that can only be a folder, whatever is on the machine. */
const isFolderByName = (path: string): boolean => /(?:^|\/)\.{0,2}$/.test(path);

/** Logfile: opened for appending when the file is read, so its folder must be there. */
export function checkLogfile(judge: Judge): void {
  const log = judge.last('logfile');
  const path = log?.values[0] ?? '';
  if (log?.accepted !== true || path === '') return;
  if (isFolderByName(path)) {
    judge.refuse('logfile-is-folder', wordSpan(log.entry, log.entry.statement.words[1]), { path });
    return;
  }
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  const target = judge.files.resolve(judge.workingDirectory, path);
  const folder = folderOf(target);
  const place = wordSpan(log.entry, log.entry.statement.words[1]);
  const above = judge.files.stat(folder).kind;
  if (above === 'missing' || above === 'file') judge.remark('logfile-folder-missing', place, { path });
  else if (inReach(judge, target) && judge.files.stat(target).kind === 'directory')
    judge.refuse('logfile-is-folder', place, { path });
}
