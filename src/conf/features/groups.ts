/** Which files belong to one topology, told from their text: they watch the same master, or name each other by address. */
import type { ConfDocument, Statement } from '../document';

export interface Grouped {
  readonly document: ConfDocument;
  /** Folder of the file, with forward slashes. */
  readonly folder: string;
}

interface Facts {
  readonly file: Grouped;
  readonly port: number;
  readonly addresses: ReadonlySet<string>;
  /** `host port` of masters that it follows or watches, with the name of a watched one. */
  readonly points: readonly { readonly host: string; readonly port: number; readonly name?: string }[];
}

/** The files of the group that `document` belongs to, itself included, in the order given. */
export function groupOf<T extends Grouped>(document: ConfDocument, files: readonly T[]): T[] {
  const steps = groupInSteps(document, files, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Looks at some statements per `next()`, for very long files in an editor. */
export function* groupInSteps<T extends Grouped>(
  document: ConfDocument,
  files: readonly T[],
  perStep = 2000,
): Generator<void, T[]> {
  const facts: Facts[] = [];
  for (const file of files) facts.push(yield* read(file, perStep));
  const group = new Set(facts.filter(one => one.file.document.uri === document.uri));
  for (let before = -1; before !== group.size;) {
    before = group.size;
    for (const one of facts)
      if (!group.has(one) && [...group].some(member => linked(member, one) || linked(one, member))) group.add(one);
  }
  return files.filter(file => [...group].some(one => one.file === file));
}

const telling = new Set(['replicaof', 'slaveof', 'port', 'bind', 'replica-announce-ip', 'cluster-announce-ip']);

function* read(file: Grouped, perStep: number): Generator<void, Facts> {
  let left = perStep;
  const lines = new Map<string, Statement>();
  const monitors: Statement[] = [];
  for (const statement of file.document.statements) {
    if (--left === 0) {
      left = perStep;
      yield;
    }
    if (telling.has(statement.name)) lines.set(statement.name, statement);
    else if (statement.name === 'sentinel' && statement.words[1]?.value.toLowerCase() === 'monitor')
      monitors.push(statement);
  }
  const last = (name: string): readonly string[] =>
    lines
      .get(name)
      ?.words.slice(1)
      .map(word => word.value) ?? [];
  const [host, port] = last('replicaof').length > 0 ? last('replicaof') : last('slaveof');
  return {
    file,
    port: Number(last('port')[0] ?? (monitors.length > 0 ? 26379 : 6379)),
    addresses: new Set(
      [...last('bind'), ...last('replica-announce-ip'), ...last('cluster-announce-ip')]
        .map(one => one.replace(/^-/, '').toLowerCase())
        .filter(one => !isLocal(one) && one !== '*'),
    ),
    points: [
      ...(host === undefined || port === undefined || host.toLowerCase() === 'no'
        ? []
        : [{ host: host.toLowerCase(), port: Number(port) }]),
      ...monitors.map(one => ({
        host: one.words[3]?.value.toLowerCase() ?? '',
        port: Number(one.words[4]?.value),
        name: one.words[2]?.value ?? '',
      })),
    ],
  };
}

const isLocal = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '::*' || host === '0.0.0.0' || host.startsWith('127.');

/** Whether `from` points at `to`, or both watch the same master. */
function linked(from: Facts, to: Facts): boolean {
  return from.points.some(point => {
    if (
      to.points.some(
        other =>
          point.name !== undefined &&
          other.name === point.name &&
          other.host === point.host &&
          other.port === point.port,
      )
    )
      return true;
    if (to.port !== point.port || to.points.some(other => other.name !== undefined)) return false;
    if (to.addresses.has(point.host)) return true;
    // Loopback and names say nothing across folders that are far apart, and a file that tells its address is not meant.
    return near(from.file.folder, to.file.folder) && (isLocal(point.host) || to.addresses.size === 0);
  });
}

/** The same folder, or two beside each other. */
function near(one: string, other: string): boolean {
  const parent = (folder: string): string => folder.slice(0, folder.lastIndexOf('/'));
  return one === other || parent(one) === parent(other) || parent(parent(one)) === parent(parent(other));
}
