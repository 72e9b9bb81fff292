import { readFileSync } from 'node:fs';
import { chown, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HumanError, textOf } from '../base/errors';
import type { Translate } from '../base/translate';
import type { ConfFile, EngineFault, Ownership } from './engine';
import type { NodeNote } from './keptFolder';
import { removeHalves, writeWhole } from './wholeFile';

/** Tells that the folder it lies in was made for one topology; without it nothing there is ever removed. */
const MARKER = '.redis-topology.json';
const IGNORE = '.gitignore';

export interface Marker extends Omit<Ownership, 'node'> {
  readonly nodes: readonly string[];
}

/** User and group that own what a server writes; `undefined` leaves the current user's. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function nodeFolders(root: string, node: string): { readonly conf: string; readonly data: string } {
  return { conf: join(root, node, 'conf'), data: join(root, node, 'data') };
}

/**
 * Makes `root` with `<node>/conf` and `<node>/data` in it. Refuses a folder that holds anything, unless it is this very
 * topology's. The password stands in the conf files, so the folder ignores itself for git.
 */
export async function makeFolders(root: string, marker: Marker, owner: Owner | undefined): Promise<void> {
  const held = await entries(root);
  const known = held.length > 0 ? await readMarker(root) : undefined;
  if (held.length > 0 && known?.topologyId !== marker.topologyId)
    throw new HumanError<EngineFault>({ code: 'folder-not-empty', path: root });
  await writing(root, async () => {
    await mkdir(root, { recursive: true });
    await writeWhole(join(root, MARKER), markerText(marker));
    await writeFile(join(root, IGNORE), '# Passwords and data of running servers.\n*\n', { mode: 0o644 });
    for (const node of marker.nodes) {
      const { conf, data } = nodeFolders(root, node);
      for (const folder of [dirname(conf), conf, data]) {
        await mkdir(folder, { recursive: true, mode: 0o750 });
        if (owner) await chown(folder, owner.uid, owner.gid);
      }
    }
  });
}

/** Makes the folders of one more node below a root that is this topology's already. */
export async function addFolders(
  root: string,
  topologyId: string,
  node: string,
  owner: Owner | undefined,
): Promise<void> {
  const marker = await readMarker(root);
  if (marker?.topologyId !== topologyId)
    throw new HumanError<EngineFault>({
      code: 'folder-not-writable',
      path: root,
      text: "the folder is not this topology's",
    });
  const held = await entries(join(root, checkedName(node)));
  if (held.length > 0 && !marker.nodes.includes(node))
    throw new HumanError<EngineFault>({ code: 'folder-not-empty', path: join(root, node) });
  await makeFolders(root, { ...marker, nodes: [...new Set([...marker.nodes, node])] }, owner);
}

/** Removes the folders of one node; `root` stays with those of the others. */
export async function removeNodeFolders(t: Translate, root: string, topologyId: string, node: string): Promise<void> {
  const marker = await readMarker(root);
  if (marker?.topologyId !== topologyId || !marker.nodes.includes(node)) return;
  await writing(root, async () => {
    await rm(join(root, checkedName(node)), { recursive: true, force: true, maxRetries: 3 });
    await writeWhole(
      join(root, MARKER),
      markerText({ ...marker, nodes: marker.nodes.filter(other => other !== node) }),
    );
    const { describe, readNotes } = await import('./keptFolder');
    await describe(t, root, marker, await readNotes(root));
  });
}

/** See `noteNode` of keptFolder, which is loaded when the first node is made. */
export async function noteNode(
  t: Translate,
  root: string,
  about: Omit<Ownership, 'node'>,
  note: NodeNote,
): Promise<void> {
  await (await import('./keptFolder')).noteNode(t, root, about, note);
}

/** Puts files into a conf folder by rename, so that no reader sees half a file; readable by their owner only. */
export async function putFiles(folder: string, files: readonly ConfFile[], owner: Owner | undefined): Promise<void> {
  await writing(folder, async () => {
    for (const { name, content } of files) {
      const path = join(folder, checkedName(name));
      const fresh = `${path}.new`;
      await rm(fresh, { force: true });
      await writeFile(fresh, content, { mode: 0o600, flag: 'wx' });
      if (owner) await chown(fresh, owner.uid, owner.gid);
      await rename(fresh, path);
    }
  });
}

/** Whether `root` was made for the topology. */
export async function isFolderOf(root: string, topologyId: string): Promise<boolean> {
  return (await readMarker(root))?.topologyId === topologyId;
}

/** Removes what {@link makeFolders} made: the node folders that the marker names and, when nothing else is left, `root` itself. */
export async function removeFolders(root: string, topologyId: string): Promise<void> {
  const marker = await readMarker(root);
  if (marker?.topologyId !== topologyId) return;
  await writing(root, async () => {
    for (const node of marker.nodes)
      await rm(join(root, checkedName(node)), { recursive: true, force: true, maxRetries: 3 });
    await (await import('./keptFolder')).removeDescriptions(root);
    await rm(join(root, IGNORE), { force: true });
    await rm(join(root, MARKER), { force: true });
    await removeHalves(join(root, MARKER));
    if ((await entries(root)).length === 0) await rmdir(root);
  });
}

export function readMarker(root: string): Promise<Marker | undefined> {
  return Promise.resolve(readMarkerNow(root));
}

/** As {@link readMarker}, without giving way: one small file, of which a list reads one for each topology. */
export function readMarkerNow(root: string): Marker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(root, MARKER), 'utf8'));
  } catch {
    return undefined; // no marker, or a damaged one: then the folder is not ours to touch
  }
  const marker = value as Partial<Marker> | null;
  if (
    typeof marker !== 'object' ||
    marker === null ||
    typeof marker.topologyId !== 'string' ||
    !Array.isArray(marker.nodes) ||
    !marker.nodes.every(node => typeof node === 'string')
  )
    return undefined;
  return marker as Marker;
}

/** A file or node name must not lead out of its folder. */
export function checkedName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name))
    throw new RangeError(`not a name for a file: ${JSON.stringify(name)}`);
  return name;
}

function markerText(marker: Marker): string {
  return `${JSON.stringify(marker, undefined, 2)}\n`;
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new HumanError<EngineFault>(
      { code: 'folder-not-writable', path: folder, text: textOf(error) },
      { cause: error },
    );
  }
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
      throw new HumanError<EngineFault>({ code: 'disk-full', text: error.message }, { cause: error });
    throw new HumanError<EngineFault>({ code: 'folder-not-writable', path, text: error.message }, { cause: error });
  }
}
