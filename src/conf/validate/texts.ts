/** Texts and their includes, in the server's order, with the checks at the end of every text (sections 1.1 and 1.3). */
import { Statement } from '../blocks';
import { cString } from '../bytes';
import type { ConfDocument } from '../document';
import { parseDocument } from '../document';
import { textStart, Word } from '../scanner';
import { atLeast } from '../target';
import { lastAtMost } from '../search';
import type { Finding, Span } from '../types';
import { readUser } from './users';
import { enterDirectory, inReach } from './paths';
import { fixes, isTime, lineSpan, related, wordSpan } from './judge';
import type { Entry, Judge, Steps, Unit } from './judge';
import { readLine } from './lines';
import { readRename } from './rename';

/** How deep includes are followed; real files need two or three, and the server itself has no limit but its stack. Behind that, nothing is claimed. */
const deepest = 400;

/** Reads one text from its first to its last line. `chain` holds the files that led here, this one included. */
export function* readText(judge: Judge, unit: Unit, chain: readonly string[], steps: Steps): Generator<void> {
  const { document } = unit;
  let from = 0;
  if (document.byteOrderMark && unit.locate === undefined) from = refuseByteOrderMark(judge, document);
  if (document.nulAt !== undefined && unit.locate === undefined) remarkNul(judge, document, document.nulAt);
  for (let i = from; i < document.statements.length; i++) {
    const statement = document.statements[i];
    if (statement === undefined) break;
    const entry: Entry = { unit, statement };
    switch (readLine(judge, entry)) {
      case 'setting':
        if (statement.name === 'dir') enterDirectory(judge, entry);
        break;
      case 'include':
        judge.includes.push(entry);
        yield* readInclude(judge, entry, chain, steps);
        break;
      case 'rename-command':
        readRename(judge, entry);
        break;
      case 'user':
        readUser(judge, entry);
        break;
      case 'loadmodule':
        judge.modules.push(entry);
        break;
      case 'sentinel':
        queueSentinelLine(judge, entry);
        break;
      case 'nothing':
        break;
    }
    if (isTime(steps)) yield;
  }
  checkEnd(judge);
}

function queueSentinelLine(judge: Judge, entry: Entry): void {
  const { statement } = entry;
  const hasNul = statement.words.some(word => word.value.includes('\0'));
  // Sentinel copies its words as C strings.
  const words = hasNul
    ? statement.words.map(word => new Word(textStart, word.start, word.end, cString(word.value), word.quoted))
    : statement.words;
  const line = hasNul
    ? {
        ...entry,
        statement: new Statement(
          { offset: statement.start, line: statement.line },
          0,
          0,
          statement.end - statement.start,
          statement.name,
          words,
          undefined,
        ),
      }
    : entry;
  judge.sentinelLines.push(line);
  // 6.0 has no queue: it judges the line here and now.
  if (judge.target.column === 'redis-6.0') judge.keepTurn(line);
}

/** The first line cannot be read, whatever is on it; answers with the first statement that can. */
function refuseByteOrderMark(judge: Judge, document: ConfDocument): number {
  const marked = document.text.charCodeAt(0) === 0xfeff;
  const first = document.statements[0]?.line === 0 ? document.statements[0] : undefined;
  const end = document.lineEnd(0);
  const place: Span = { uri: document.uri, start: 0, end };
  const words = document
    .lineText(0)
    .trim()
    .split(/[ \t\r]+/);
  // Redis 8 keeps a line with a value for the modules, others one whose name has a dot; a sentinel never looks again.
  const queued =
    words.length > 1 && (atLeast(judge.target, 'redis', 8) || (judge.modern && words[0]?.includes('.') === true));
  const passes = queued && judge.mode === 'sentinel';
  const marks = /^\ufeff*/.exec(document.text)?.[0].length ?? 0;
  const edits = marked ? [{ uri: document.uri, start: 0, end: marks, text: '' }] : [];
  judge.report(
    'byte-order-mark',
    place,
    {},
    {
      ...(passes ? { severity: 'warning' } : { refusal: queued ? 'startup' : 'parse' }),
      fixes: marked ? [{ code: 'remove-bom', data: {}, safe: true, edits }] : [],
    },
  );
  return first === undefined ? 0 : 1;
}

function remarkNul(judge: Judge, document: ConfDocument, at: number): void {
  const place: Span = { uri: document.uri, start: at, end: at + 1 };
  if (at <= 3 && /^\udcff\udcfe|^\udcfe\udcff|^.\0/s.test(document.text)) judge.remark('utf-16', place);
  else judge.remark('nul-byte', place);
}

function* readInclude(judge: Judge, entry: Entry, chain: readonly string[], steps: Steps): Generator<void> {
  const word = entry.statement.words[1];
  const { files, workingDirectory } = judge;
  if (word === undefined) return;
  if (files === undefined || workingDirectory === undefined) {
    judge.unseenIncludes = true;
    return;
  }
  const place = wordSpan(entry, word);
  const written = cString(word.value);
  const isPattern = /[*?[]/.test(written);
  let paths: readonly string[];
  if (written === '') {
    judge.refuse('include-missing', place, { path: '""' });
    return;
  }
  if (isPattern && judge.modern) {
    const matches = files.glob(workingDirectory, written);
    if (matches === undefined) {
      judge.unseenIncludes = true;
      return;
    }
    if (matches.length === 0) judge.remark('include-nothing', place, { pattern: written });
    paths = matches.map(path => files.resolve(workingDirectory, path));
  } else {
    paths = [files.resolve(workingDirectory, written)];
  }
  const texts: ConfDocument[] = [];
  for (const path of paths) {
    const text = openText(judge, entry, path, written, isPattern);
    if (text === undefined) continue;
    judge.includedBy.set(text.uri, place);
    if (chain.includes(path)) {
      judge.report(
        'include-cycle',
        place,
        { chain: [...chain.slice(chain.indexOf(path)), path].map(shortPath).join(' → ') },
        { refusal: 'crash', fixes: [fixes.commentOut(entry)] },
      );
      return;
    }
    if (chain.length > deepest) {
      judge.unseenIncludes = true;
      return;
    }
    texts.push(text);
  }
  const before = judge.findings.length;
  const next = [...chain, ...paths];
  const glued = isPattern ? glue(judge, place, texts) : undefined;
  if (glued !== undefined) yield* readText(judge, glued, next, steps);
  else for (const document of texts) yield* readText(judge, { document }, next, steps);
  pointAtRefusals(judge, place, before);
}

/** The file of an include, or what its absence means. */
function openText(
  judge: Judge,
  entry: Entry,
  path: string,
  written: string,
  isPattern: boolean,
): ConfDocument | undefined {
  const place = wordSpan(entry, entry.statement.words[1]);
  const opened = judge.files?.open(path);
  if (opened !== 'directory' && typeof opened !== 'object') judge.unseenIncludes = true;
  if (opened === undefined || opened === 'unknown') return undefined;
  if (typeof opened !== 'string') {
    if (!judge.read.includes(opened)) judge.read.push(opened);
    return opened;
  }
  if (opened === 'directory') {
    // fopen() opens a folder and reads nothing from it.
    judge.report('include-directory', place, { path: written }, { severity: 'warning' });
  } else if (isPattern && !judge.modern && /[*?[]/.test(path)) {
    judge.refuse('include-pattern-literal', place, { target: judge.targetTitle, pattern: written });
  } else if (opened === 'unreadable') {
    judge.remark('include-unreadable', place, { path: written });
  } else if (inReach(judge, path)) {
    judge.refuse('include-missing', place, { path: written }, [fixes.commentOut(entry)]);
  } else {
    judge.remark('include-out-of-reach', place, { path: written }, [fixes.commentOut(entry)]);
  }
  return undefined;
}

const shortPath = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** The files of a pattern as the one text that the server makes of them, when a missing newline melts two lines. */
function glue(judge: Judge, place: Span, texts: readonly ConfDocument[]): Unit | undefined {
  const filled = texts.filter(text => text.text !== '');
  const melting = filled.slice(0, -1).filter(text => !text.text.endsWith('\n'));
  if (melting.length === 0) return undefined;
  for (const text of melting) {
    const next = filled[filled.indexOf(text) + 1];
    judge.remark(
      'include-joins-lines',
      place,
      { path: shortPath(text.uri), next: shortPath(next?.uri ?? '') },
      [],
      [related('fault-here', { uri: text.uri, start: text.text.length, end: text.text.length })],
    );
  }
  const starts: number[] = [];
  let length = 0;
  for (const text of filled) {
    starts.push(length);
    length += text.text.length;
  }
  const locate = (offset: number): { document: ConfDocument; offset: number } => {
    const index = lastAtMost(starts, offset);
    const document = filled[index] ?? filled[0];
    if (document === undefined) throw new Error('a glued text has at least two files');
    return { document, offset: offset - (starts[index] ?? 0) };
  };
  return { document: parseDocument(filled.map(text => text.text).join(''), filled[0]?.uri ?? ''), locate };
}

/** An include of which a line is refused is refused itself: say so where the file is named. */
function pointAtRefusals(judge: Judge, place: Span, before: number): void {
  const fault = judge.findings
    .slice(before)
    .find(finding => finding.refusal !== undefined && finding.uri !== place.uri);
  if (fault !== undefined) pointAt(judge, place, fault);
}

/** The same for what is met when all texts were read, sentinel lines and the start: up to the file that was asked about. */
export function pointAtLateRefusals(judge: Judge): void {
  const [main] = judge.read;
  const told = new Set(
    judge.findings
      .filter(finding => finding.code === 'include-refused')
      .map(finding => `${finding.uri} ${String(finding.start)}`),
  );
  for (const finding of judge.findings) {
    if (finding.refusal === undefined || finding.code === 'include-refused') continue;
    let fault = finding;
    for (
      let place = judge.includedBy.get(fault.uri);
      place !== undefined && fault.uri !== main?.uri && !told.has(`${place.uri} ${String(place.start)}`);
      place = judge.includedBy.get(fault.uri)
    ) {
      told.add(`${place.uri} ${String(place.start)}`);
      fault = pointAt(judge, place, fault);
    }
  }
}

function pointAt(judge: Judge, place: Span, fault: Finding): Finding {
  const document = judge.read.find(one => one.uri === fault.uri);
  const line = document === undefined ? 0 : document.positionAt(fault.start).line + 1;
  const also = related('fault-here', { uri: fault.uri, start: fault.start, end: fault.end });
  const finding: Finding = {
    ...place,
    code: 'include-refused',
    severity: 'error',
    data: { path: shortPath(fault.uri), line },
    related: [also],
    fixes: [],
    ...(fault.refusal && { refusal: fault.refusal }),
  };
  judge.findings.push(finding);
  return finding;
}

/** What the server looks at when a text ends, included or not: a replica in a cluster. */
function checkEnd(judge: Judge): void {
  const replica = judge.last('replicaof');
  if (replica?.accepted !== true || judge.refusedReplica === replica.entry || !judge.isYes('cluster-enabled')) return;
  const [host = '', port = ''] = replica.values;
  if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') return;
  const cluster = judge.last('cluster-enabled');
  judge.refusedReplica = replica.entry;
  const also = cluster === undefined ? [] : [related('cluster-enabled-here', lineSpan(cluster.entry))];
  judge.refuse(
    'replicaof-in-cluster',
    lineSpan(replica.entry),
    {},
    [
      fixes.commentOut(replica.entry),
      ...(cluster === undefined ? [] : [{ ...fixes.commentOut(cluster.entry), code: 'comment-out-cluster' }]),
    ],
    also,
  );
}
