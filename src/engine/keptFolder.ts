import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Translate } from '../base/translate';
import type { EngineKind, Ownership } from '../model/instance';
import { projectOf } from './names';
import { removeHalves, writeWhole } from './wholeFile';

/** How one node is run: kept beside its conf and data, so that it can be run again by whoever has the folder. Holds no secret. */
export interface NodeNote {
  readonly schema: 1;
  readonly node: string;
  readonly engine: EngineKind;
  readonly program: 'redis' | 'sentinel';
  readonly image: string;
  /** What is started: a name that the image finds, or a path of this machine. */
  readonly binary: string;
  readonly port: number;
  /** Fixed in the topology's network; its peers keep it in their files. */
  readonly address: string;
  /** Name of the file in the conf folder that it is started with. */
  readonly conf: string;
  /** As whom it runs in its container, `uid:gid`. */
  readonly user?: string;
}

const NOTE = 'node.json';
export const README = 'README.md';
export const COMPOSE = 'compose.yaml';
const FIRST_LINE = '# Written by Redis Topology Explorer';

/** Notes of one folder are written one after the other: nodes are made at the same time. */
const writing = new Map<string, Promise<void>>();

/** Keeps the note of a node, and writes README (and `compose.yaml`) anew for all nodes that have one. */
export function noteNode(t: Translate, root: string, about: Omit<Ownership, 'node'>, note: NodeNote): Promise<void> {
  const work = async (): Promise<void> => {
    await writeWhole(join(root, note.node, NOTE), `${JSON.stringify(note, undefined, 2)}\n`);
    await describe(t, root, about, await readNotes(root));
  };
  const next = (writing.get(root) ?? Promise.resolve()).then(work, work);
  writing.set(root, next);
  const forget = (): void => {
    if (writing.get(root) === next) writing.delete(root);
  };
  next.then(forget, forget);
  return next;
}

/** The notes of all nodes below `root`, in the order of their names; what is no note is left out. */
export async function readNotes(root: string): Promise<readonly NodeNote[]> {
  const names = await readdir(root).catch(() => []); // no folder, no notes
  const notes = await Promise.all(
    names.map(async name => {
      const text = await readFile(join(root, name, NOTE), 'utf8').catch(() => undefined);
      const note = text === undefined ? undefined : readNote(text);
      return note?.node === name ? [note] : [];
    }),
  );
  return notes.flat().sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
}

export function readNote(text: string): NodeNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // damaged by hand: then it tells nothing
  }
  const note = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof NodeNote, unknown>>;
  const texts = [note.node, note.image, note.binary, note.address];
  const fits =
    note.schema === 1 &&
    texts.every(text => typeof text === 'string' && text !== '') &&
    (note.engine === 'docker' || note.engine === 'process') &&
    (note.program === 'redis' || note.program === 'sentinel') &&
    Number.isInteger(note.port) &&
    typeof note.conf === 'string' &&
    /^[A-Za-z0-9][\w.-]*$/.test(note.conf) &&
    (note.user === undefined || (typeof note.user === 'string' && /^\d+:\d+$/.test(note.user)));
  return fits ? (value as NodeNote) : undefined;
}

/** After a node left. */
export async function describe(
  t: Translate,
  root: string,
  about: Omit<Ownership, 'node'>,
  notes: readonly NodeNote[],
): Promise<void> {
  for (const [name, content] of Object.entries(descriptions(t, about, notes)))
    await writeWhole(join(root, name), content);
}

/** Removes what {@link describe} wrote; a file that somebody replaced stays. */
export async function removeDescriptions(root: string): Promise<void> {
  for (const name of [README, COMPOSE]) {
    const text = await readFile(join(root, name), 'utf8').catch(() => '');
    if (text.startsWith(FIRST_LINE) || text.includes(`<!-- ${FIRST_LINE.slice(2)}`))
      await rm(join(root, name), { force: true });
    await removeHalves(join(root, name));
  }
}

/** The texts of a folder's own files. Pure. */
export function descriptions(
  t: Translate,
  about: Pick<Ownership, 'topologyName' | 'topologyKind'>,
  notes: readonly NodeNote[],
): Readonly<Record<string, string>> {
  const [first] = notes;
  if (first === undefined) return {};
  return first.engine === 'docker'
    ? { [COMPOSE]: composeYaml(t, about, notes), [README]: readme(t, about, notes, dockerStart(t, about)) }
    : { [README]: readme(t, about, notes, processStart(t, notes)) };
}

const quoted = (value: string): string => JSON.stringify(value).replace(/\$/g, '$$$$');

function composeYaml(
  t: Translate,
  { topologyName, topologyKind }: Pick<Ownership, 'topologyName' | 'topologyKind'>,
  notes: readonly NodeNote[],
): string {
  const subnet = (notes[0]?.address ?? '').replace(/\.\d+$/, '.0/24');
  return [
    `${FIRST_LINE}: ${topologyName}, ${topologyKind}. ${t('Runs the topology from this very folder, without an editor.')}`,
    'services:',
    ...notes.flatMap(note => [
      `  ${note.node}:`,
      `    image: ${quoted(note.image)}`,
      ...(note.user === undefined ? [] : [`    user: "${note.user}"`]),
      '    working_dir: /data',
      `    entrypoint: [${quoted(note.binary)}]`,
      `    command: ["/conf/${note.conf}"${note.program === 'sentinel' ? ', "--sentinel"' : ''}]`,
      '    volumes:',
      `      - "./${note.node}/conf:/conf"`,
      `      - "./${note.node}/data:/data"`,
      '    networks:',
      '      redis:',
      `        # ${t('The others keep this address in their files.')}`,
      `        ipv4_address: ${note.address}`,
      '    ports:',
      `      - "127.0.0.1:${note.port}:${note.port}"`,
      '    stop_grace_period: 20s',
      '',
    ]),
    'networks:',
    '  redis:',
    '    ipam:',
    '      config:',
    `        - subnet: ${subnet}`,
    '',
  ].join('\n');
}

function dockerStart(t: Translate, { topologyName }: Pick<Ownership, 'topologyName'>): readonly string[] {
  const project = `docker compose -p ${projectOf(topologyName)}-here`;
  return [
    t(
      'Without the editor, by Docker Compose, from this folder (where only the older program is installed: docker-compose):',
    ),
    '',
    `    ${project} up -d     # ${t('start')}`,
    `    ${project} ps        # ${t('see')}`,
    `    ${project} down      # ${t('end; conf and data stay here')}`,
    '',
    t(
      'Remove the topology in the editor first (“Remove, Keep Data”): ports and addresses can be used by one of both only.',
    ),
  ];
}

function processStart(t: Translate, notes: readonly NodeNote[]): readonly string[] {
  return [
    t('Without the editor, from this folder:'),
    '',
    ...notes.map(
      ({ node, binary, conf, program }) =>
        `    (cd ${node}/data && ${/^[\w./-]+$/.test(binary) ? binary : `'${binary.replace(/'/g, `'\\''`)}'`} ../conf/${conf}${program === 'sentinel' ? ' --sentinel' : ''} --daemonize yes)`,
    ),
    '',
    t('Remove the topology in the editor first (“Remove, Keep Data”): one port serves one server.'),
  ];
}

function readme(
  t: Translate,
  { topologyName, topologyKind }: Pick<Ownership, 'topologyName' | 'topologyKind'>,
  notes: readonly NodeNote[],
  start: readonly string[],
): string {
  return [
    `# ${topologyName}`,
    '',
    `<!-- ${FIRST_LINE.slice(2)}; ${t('written anew whenever a node is made.')} -->`,
    '',
    notes.length === 1
      ? t(
          'A Redis {0} of one node, complete in this folder: `<node>/conf` is what the server reads and rewrites, `<node>/data` is what it keeps.',
          topologyKind,
        )
      : t(
          'A Redis {0} of {1} nodes, complete in this folder: `<node>/conf` is what each server reads and rewrites, `<node>/data` is what it keeps.',
          topologyKind,
          notes.length,
        ),
    '',
    `| ${t('node')} | | ${t('listens on')} |`,
    '|---|---|---|',
    ...notes.map(
      ({ node, program, port, address, engine }) =>
        `| ${node} | ${program} | ${engine === 'docker' ? t('{0}, inside {1}', `127.0.0.1:${port}`, `${address}:${port}`) : `127.0.0.1:${port}`} |`,
    ),
    '',
    t(
      'In the editor: “Redis: Create From Folder…” makes it again from what lies here, with its data and the roles that it had last.',
    ),
    '',
    ...start,
    '',
    t('Passwords stand in the conf files (`requirepass`), which is why git ignores this folder.'),
    '',
  ].join('\n');
}
