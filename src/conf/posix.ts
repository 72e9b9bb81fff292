/** Joins a path to a folder as the servers do, and drops `.` and `..`. Windows folders keep their drive letter. */
export function resolvePath(workingDirectory: string, path: string): string {
  const folder = workingDirectory.replace(/\\/g, '/');
  const joined = path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : `${folder}/${path}`;
  const drive = /^[A-Za-z]:/.exec(joined)?.[0] ?? '';
  const parts: string[] = [];
  for (const part of joined.slice(drive.length).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${drive}/${parts.join('/')}`;
}
