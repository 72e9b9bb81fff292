/** A cluster node's start: bus port, address, its own state file. */
import { addressKind } from '../addresses';
import { fixes, lineSpan, related, wordSpan } from './judge';
import type { Judge } from './judge';
import { folderOf, inReach } from './paths';

export function checkClusterStart(judge: Judge): void {
  if (!judge.isYes('cluster-enabled')) return;
  const enabled = judge.last('cluster-enabled');
  if (enabled === undefined) return;
  checkBusPort(judge);
  const bind = judge.last('bind');
  if (bind !== undefined && bindsNothing(judge))
    judge.exits(
      'cluster-no-bind',
      lineSpan(bind.entry),
      {},
      [],
      [related('cluster-enabled-here', lineSpan(enabled.entry))],
    );
  checkStateFile(judge);
  const announced = judge.last('cluster-announce-ip');
  const address = announced?.values[0] ?? '';
  if (announced?.accepted === true && address !== '' && !['ipv4', 'ipv6'].includes(addressKind(address))) {
    judge.remark('cluster-announce-name', wordSpan(announced.entry, announced.entry.statement.words[1]), {
      value: address,
    });
  }
  const databases = judge.last('databases');
  if (databases?.accepted === true && Number(databases.values[0]) > 1) {
    const what =
      judge.target.product === 'valkey' && judge.target.major >= 9
        ? 'this setting is not used, see cluster-databases'
        : judge.target.major <= 6 || judge.target.column === 'redis-7.0'
          ? 'SELECT of another one fails'
          : 'the server warns and uses one';
    judge.remark('cluster-databases', lineSpan(databases.entry), { what });
  }
}

function checkBusPort(judge: Judge): void {
  const tls = judge.isYes('tls-cluster');
  const base = judge.last(tls ? 'tls-port' : 'port');
  const port = Number(judge.value(tls ? 'tls-port' : 'port') ?? '0');
  const own = judge.last('cluster-port');
  const bus = Number(own?.accepted === true ? own.values[0] : '0');
  if (bus === 0) {
    if (port <= 55535 || base?.accepted !== true) return;
    const fix = judge.modern ? ', or set cluster-port' : '';
    const free = String(port - 10000);
    const mend =
      own?.accepted === true
        ? fixes.replace(wordSpan(own.entry, own.entry.statement.words[1]), free)
        : fixes.lineAfter(base.entry, `cluster-port ${free}`);
    judge.exits('cluster-port-too-high', lineSpan(base.entry), { port, fix }, judge.modern ? [mend] : []);
    return;
  }
  if (own === undefined) return;
  for (const id of ['port', 'tls-port']) {
    if (Number(judge.value(id) ?? '0') !== bus) continue;
    const other = judge.last(id);
    judge.exits(
      'port-clash',
      lineSpan(own.entry),
      { first: id, second: 'cluster-port', port: bus },
      [],
      other === undefined ? [] : [related('also-here', lineSpan(other.entry))],
    );
  }
}

function checkStateFile(judge: Judge): void {
  const file = judge.last('cluster-config-file');
  const name = file?.values[0];
  if (file?.accepted !== true || name === undefined) return;
  const place = wordSpan(file.entry, file.entry.statement.words[1]);
  if (name === '') {
    judge.exits('cluster-config-is-conf', place, { what: 'it has no name' });
    return;
  }
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  const path = judge.files.resolve(judge.workingDirectory, name);
  const found = judge.files.stat(path).kind;
  if (found === 'directory' && inReach(judge, path))
    judge.exits('cluster-config-is-conf', place, { what: 'this is a folder' });
  else if (judge.read.some(document => document.uri === path))
    judge.exits('cluster-config-is-conf', place, { what: 'this is a configuration file' });
  else if (found === 'missing' && judge.files.stat(folderOf(path)).kind === 'missing')
    judge.remark('cluster-config-folder', place, { path: name });
}

/** Whether bind names no address at all: `bind ""`, or bind without one (7.0 and later). */
export function bindsNothing(judge: Judge): boolean {
  const bind = judge.last('bind');
  return (
    bind?.accepted === true &&
    judge.modern &&
    (bind.values.length === 0 || (bind.values.length === 1 && bind.values[0] === ''))
  );
}
