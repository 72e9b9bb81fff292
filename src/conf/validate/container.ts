/** What a file means in the container that runs with it: which folders are kept, and which ports lead in (pitfalls 1, 2 and 14). */
import { isLoopback } from '../addresses';
import { fixes, lineSpan, wordSpan } from './judge';
import type { Judge } from './judge';
import type { Container } from '../types';

export function checkContainer(judge: Judge, { mounts, published }: Container): void {
  checkFolder(judge, mounts);
  checkBind(judge);
  if (published.length > 0) checkPort(judge, published);
}

/** An absolute `dir` outside all mounts. A relative one starts in the image's own folder, which nobody told us. */
function checkFolder(judge: Judge, mounts: readonly string[]): void {
  const dir = judge.last('dir');
  const path = dir?.accepted === true ? (dir.values[0] ?? '') : '';
  if (
    dir === undefined ||
    !path.startsWith('/') ||
    mounts.some(mount => path === mount || path.startsWith(`${mount.replace(/\/$/, '')}/`))
  )
    return;
  const place = wordSpan(dir.entry, dir.entry.statement.words[1]);
  const known = mounts.filter(mount => !mount.endsWith('.conf'));
  const data = known.find(mount => mount === '/data') ?? (known.length === 1 ? known[0] : undefined);
  judge.remark('dir-not-mounted', place, { path, mounts: known.length === 0 ? 'none' : known.join(', ') }, [
    ...(data === undefined ? [] : [fixes.replace(place, data)]),
    fixes.commentOut(dir.entry),
  ]);
}

function checkBind(judge: Judge): void {
  const bind = judge.last('bind');
  if (
    bind?.accepted !== true ||
    bind.values.length === 0 ||
    !bind.values.every(isLoopback) ||
    judge.findings.some(one => one.code === 'bind-loopback-only')
  )
    return;
  const values = { ...lineSpan(bind.entry), start: wordSpan(bind.entry, bind.entry.statement.words[1]).start };
  judge.remark(
    'bind-loopback-only',
    lineSpan(bind.entry),
    { who: 'everybody outside of its container, this machine included,' },
    [{ ...fixes.replace(values, '* -::*'), code: 'listen-everywhere' }, fixes.commentOut(bind.entry)],
  );
}

function checkPort(judge: Judge, published: readonly number[]): void {
  const named = (id: string): number => Number(judge.value(id) ?? '0');
  const id =
    (judge.last('port') === undefined && judge.mode === 'sentinel' ? 26379 : named('port')) === 0 ? 'tls-port' : 'port';
  const line = judge.last(id);
  const port = line === undefined && judge.mode === 'sentinel' ? 26379 : named(id);
  if (!(port > 0) || published.includes(port) || line?.accepted === false) return;
  const [document] = judge.read;
  const first = document?.statements[0];
  const place =
    line === undefined
      ? document !== undefined && first !== undefined
        ? { uri: document.uri, start: first.start, end: first.end }
        : undefined
      : wordSpan(line.entry, line.entry.statement.words[1]);
  if (place === undefined) return;
  const mend = line === undefined ? [] : published.slice(0, 3).map(one => fixes.replace(place, String(one)));
  judge.remark('port-not-published', place, { port, published: published.join(', ') }, mend);
}
