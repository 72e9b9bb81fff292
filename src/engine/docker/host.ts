import { existsSync } from 'node:fs';
import { hostname, release } from 'node:os';
import type { Owner } from '../folders';
import type { Storage } from '../engine';
import type { Calls } from './calls';
import type { Connection } from './connection';
import { record, text, texts } from './read';

/** What matters of the machine that the daemon runs on. */
export interface EngineHost {
  readonly name: string;
  /** Whether a folder of this machine, mounted, is the same folder there. */
  readonly sharesFiles: boolean;
  /** Root inside a container is the user of this machine (rootless Docker, Podman, Docker Desktop for Linux). */
  readonly rootIsUser: boolean;
  /** Mounts of folders need a label. */
  readonly selinux: boolean;
}

/** This machine, as far as the judgement needs it; replaced in tests. */
export interface ThisMachine {
  readonly hostname: string;
  readonly platform: string;
  readonly release: string;
  readonly inContainer: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export function thisMachine(): ThisMachine {
  return {
    hostname: hostname(),
    platform: process.platform,
    release: release(),
    inContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  };
}

const known = new WeakMap<Connection, EngineHost>();

/** Asks the daemon once per connection. */
export async function hostOf(calls: Calls, machine: ThisMachine, signal: AbortSignal | undefined): Promise<EngineHost> {
  const connection = await calls.connection(signal);
  const host =
    known.get(connection) ?? (await calls.json('GET', '/info', { signal }, info => readHost(record(info), machine)));
  known.set(connection, host);
  return host;
}

/**
 * Folders are shared only when there is good reason to believe it: a Docker Desktop of this machine, or a daemon whose host has
 * our name and kernel. A socket may as well be forwarded, or be the outer daemon's in a dev container; then volumes are used.
 */
export function readHost(info: Readonly<Record<string, unknown>>, machine: ThisMachine): EngineHost {
  const security = texts(info['SecurityOptions']).join(' ');
  const rootless = /name=rootless/.test(security);
  const desktop = text(info['OperatingSystem']) === 'Docker Desktop' && !machine.inContainer;
  const local =
    text(info['Name']) === machine.hostname &&
    (machine.platform !== 'linux' || text(info['KernelVersion']) === machine.release);
  // With user namespaces (not rootless) neither root nor our uid inside may write a folder of ours.
  const remapped = /name=userns/.test(security) && !rootless;
  return {
    name: desktop || local ? machine.hostname : (text(info['Name']) ?? ''),
    sharesFiles: (desktop || local) && !remapped,
    rootIsUser: rootless || (desktop && machine.platform === 'linux' && !/microsoft/i.test(machine.release)),
    selinux: /name=selinux/.test(security),
  };
}

/** Any unprivileged number does; this one is what the official images use, so that other tools find the files familiar. */
const SERVER: Owner = { uid: 999, gid: 999 };

/**
 * As whom the server runs, and who must own its folders for `CONFIG REWRITE` to succeed whatever the image does. We choose the
 * user and start the server binary itself, so an entry point that drops root never comes into it.
 */
export function identityFor(
  storage: Storage,
  host: EngineHost,
  machine: ThisMachine,
): { readonly user: Owner; readonly folders: Owner | undefined } {
  if (storage.kind === 'volume') return { user: SERVER, folders: SERVER };
  if (host.rootIsUser) return { user: { uid: 0, gid: 0 }, folders: undefined };
  if (machine.uid === undefined || machine.gid === undefined) return { user: SERVER, folders: undefined };
  if (machine.uid === 0) return { user: SERVER, folders: SERVER };
  return { user: { uid: machine.uid, gid: machine.gid }, folders: undefined };
}
