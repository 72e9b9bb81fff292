/** `dir` and the files that other directives name. What is not on this machine is a warning, inside our reach an error. */
import { fixes, wordSpan } from './judge';
import type { Entry, Judge } from './judge';

/** `dir` takes effect at once: it moves later includes (section 0, fact 2). */
export function enterDirectory(judge: Judge, entry: Entry): void {
  const last = judge.last('dir');
  const path = last?.values[0];
  const word = entry.statement.words[1];
  if (last?.accepted !== true || path === undefined || word === undefined || last.entry !== entry) return;
  const place = wordSpan(entry, word);
  const foreign = /^(?:\/Users\/|\/home\/|[A-Za-z]:[\\/])/.test(path);
  if (judge.files === undefined || judge.workingDirectory === undefined) {
    if (foreign) judge.remark('foreign-dir', place, { path }, [fixes.commentOut(entry)]);
    return;
  }
  const target = judge.files.resolve(judge.workingDirectory, path);
  const found = judge.files.stat(target).kind;
  if (found === 'directory') {
    judge.workingDirectory = target;
    return;
  }
  judge.workingDirectory = undefined;
  if (found === 'missing' && inReach(judge, target))
    judge.refuse('dir-missing-here', place, { path }, [fixes.commentOut(entry)]);
  else if (foreign) judge.remark('foreign-dir', place, { path }, [fixes.commentOut(entry)]);
  else if (found === 'missing') judge.remark('dir-missing', place, { path }, [fixes.commentOut(entry)]);
  else if (found === 'file' || found === 'other') judge.refuse('dir-is-file', place, { path });
}

/** Whether a path lies in the folder that we were given, so that its absence is a fact and not a matter of the machine. */
export const inReach = (judge: Judge, path: string): boolean =>
  judge.base !== undefined &&
  (path === judge.base || path.startsWith(judge.base.endsWith('/') ? judge.base : `${judge.base}/`));

/** The folder that a path is in. */
export const folderOf = (path: string): string => path.replace(/[/\\][^/\\]*$/, '') || '/';
