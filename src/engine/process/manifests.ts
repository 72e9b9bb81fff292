import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ownership, Storage } from '../engine';
import { nodeFolders, readMarkerNow } from '../folders';
import type { Marker } from '../folders';
import { projectOf } from '../names';
import { removeHalves, writeWhole, writeWholeNow } from '../wholeFile';
import { inSlices } from './slices';

/** What is known of one server process, kept in its own folder so that the next start of the editor finds it. Holds no secret. */
export interface Manifest {
  readonly id: string;
  readonly ownership: Ownership;
  readonly program: 'redis' | 'sentinel';
  readonly binary: string;
  readonly port: number;
  /** The file that the server is started with. */
  readonly conf: string;
  /** The process that was started last. `start` makes sure that it is that very one: see processTable. */
  readonly process?: {
    readonly pid: number;
    readonly start: string;
    readonly startedAt: number;
    /** As it told us when it was first asked. */ readonly runId?: string;
  };
  /** How it ended, as far as anyone saw it. */
  readonly exit?: { readonly code: number; readonly at: number };
}

/** A manifest with the folder of its node. */
export interface Held extends Manifest {
  readonly root: string;
}

export interface HeldTopology {
  readonly topologyId: string;
  readonly root: string;
  readonly marker: Marker;
}

const FILE = 'instance.json';
export const LOG = 'server.log';

/**
 * The records of the process engine: `<home>/topologies/<uuid>.json` says in which folder a topology lives; a marker in that folder and
 * a manifest in each node's say the rest. A folder whose marker names another topology is not ours, whatever the record says.
 */
export class Manifests {
  readonly #index: string;

  constructor(private readonly home: string) {
    this.#index = join(home, 'topologies');
  }

  /** The folder of a topology. Volumes, which only containers have, become a folder that the editor keeps. */
  rootOf(storage: Storage, topologyName: string): string {
    return storage.kind === 'folder' ? storage.root : join(this.home, 'data', projectOf(topologyName));
  }

  async topologies(): Promise<readonly HeldTopology[]> {
    const held = await inSlices(
      namesIn(this.#index).filter(name => name.endsWith('.json')),
      (name): readonly HeldTopology[] => {
        const topologyId = name.slice(0, -'.json'.length);
        const root = textOf(readJson(join(this.#index, name)), 'root');
        const marker = root === undefined ? undefined : readMarkerNow(root);
        return root !== undefined && marker?.topologyId === topologyId ? [{ topologyId, root, marker }] : [];
      },
    );
    return held.flat();
  }

  async addTopology(topologyId: string, root: string): Promise<void> {
    await mkdir(this.#index, { recursive: true });
    await writeWhole(join(this.#index, `${topologyId}.json`), textFor({ root }));
  }

  async removeTopology(topologyId: string): Promise<void> {
    const record = join(this.#index, `${topologyId}.json`);
    await rm(record, { force: true });
    await removeHalves(record);
  }

  /** All instances, of all topologies or of one. */
  async instances(topologyId?: string): Promise<readonly Held[]> {
    const topologies = (await this.topologies()).filter(
      one => topologyId === undefined || one.topologyId === topologyId,
    );
    const held = await inSlices(
      topologies.flatMap(({ root, marker }) => marker.nodes.map(node => ({ root, marker, node }))),
      ({ root, marker, node }) => {
        const manifest = readManifest(readJson(join(root, node, FILE)));
        return manifest?.ownership.topologyId === marker.topologyId && manifest.ownership.node === node
          ? [{ ...manifest, root }]
          : [];
      },
    );
    return held.flat();
  }

  async find(id: string): Promise<Held | undefined> {
    return (await this.instances()).find(held => held.id === id);
  }

  async write(root: string, manifest: Manifest): Promise<void> {
    await writeWhole(join(root, manifest.ownership.node, FILE), textFor(plain(manifest)));
  }

  /** As `write`, without giving way: see {@link ProcessTable.lookNow}. */
  writeNow(root: string, manifest: Manifest): void {
    writeWholeNow(join(root, manifest.ownership.node, FILE), textFor(plain(manifest)));
  }

  async remove({ root, ownership }: Held): Promise<void> {
    const record = join(root, ownership.node, FILE);
    await rm(record, { force: true });
    await removeHalves(record);
  }
}

export function logOf(held: Held): string {
  return join(held.root, held.ownership.node, LOG);
}

export function foldersOf(held: Held): { readonly conf: string; readonly data: string } {
  return nodeFolders(held.root, held.ownership.node);
}

function plain({ id, ownership, program, binary, port, conf, process, exit }: Manifest): object {
  return { id, ownership, program, binary, port, conf, process, exit };
}

const textFor = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was made yet
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // not there, or damaged by hand: nothing that we may act upon
  }
}

function textOf(value: unknown, key: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The record as it was written, or `undefined` when anything in it is not. */
export function readManifest(value: unknown): Manifest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, ownership, program, binary, port, conf, process, exit } = value as Partial<
    Record<keyof Manifest, unknown>
  >;
  const owned = typeof ownership === 'object' && ownership !== null ? (ownership as Partial<Ownership>) : {};
  const texts = [
    id,
    binary,
    conf,
    owned.topologyId,
    owned.topologyName,
    owned.topologyKind,
    owned.node,
    owned.owner,
    owned.session,
  ];
  if (
    !texts.every(text => typeof text === 'string' && text !== '') ||
    (program !== 'redis' && program !== 'sentinel') ||
    !Number.isInteger(port)
  )
    return undefined;
  const running = process as Partial<NonNullable<Manifest['process']>> | undefined;
  if (
    running !== undefined &&
    !(
      Number.isInteger(running?.pid) &&
      Number(running.pid) > 1 &&
      typeof running.start === 'string' &&
      typeof running.startedAt === 'number' &&
      (running.runId === undefined || typeof running.runId === 'string')
    )
  )
    return undefined;
  const ended = exit as Partial<NonNullable<Manifest['exit']>> | undefined;
  if (ended !== undefined && !(Number.isInteger(ended?.code) && typeof ended.at === 'number')) return undefined;
  return value as Manifest;
}
