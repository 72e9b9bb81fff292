import { join } from 'node:path';
import { currentContext, readContext } from './contexts';

/** Where an engine listens. `text` is what the user knows it by (`unix:///var/run/docker.sock`, `ssh://me@box`). */
export type Endpoint = { /** The Docker context that names it. */ readonly context?: string } & Where;

type Where =
  | { readonly kind: 'socket'; readonly text: string; readonly path: string }
  | { readonly kind: 'tcp'; readonly text: string; readonly host: string; readonly port: number; readonly tls?: Tls }
  | {
      readonly kind: 'ssh';
      readonly text: string;
      readonly destination: string;
      readonly port?: number;
      readonly user?: string;
    };

/** Paths of PEM files; absent ones are not used. `verify: false` only where the user's Docker context says so. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/** What discovery looks at, so that a test can set it up in memory. */
export interface Surroundings {
  readonly setting?: string | undefined;
  /** The Docker context that the user chose for us alone. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
  readonly uid?: number | undefined;
  /** Content of a file, `undefined` when it can't be read. */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Names in a folder; none when it can't be read. */
  readonly list: (path: string) => Promise<readonly string[]>;
}

/**
 * Endpoints to try, best first: the setting, the context chosen here, else DOCKER_HOST, else the command line's current context, else the
 * platform's sockets that exist. All but the last name exactly one; only the platform's guess may give several. `unsupported`: what is named
 * is not something we can speak to, or is not there.
 */
export async function findEndpoints(
  around: Surroundings,
): Promise<readonly (Endpoint | { readonly kind: 'unsupported'; readonly text: string })[]> {
  const { env } = around;
  const chosen = around.setting?.trim() ? undefined : around.context?.trim() || undefined;
  const named =
    around.setting?.trim() || (chosen !== undefined || env['DOCKER_CONTEXT'] ? undefined : env['DOCKER_HOST']?.trim());
  if (named) return [parseEndpoint(named, environmentTls(env, around.home)) ?? { kind: 'unsupported', text: named }];
  const name = chosen ?? (await currentContext(around));
  const context = await readContext(around, name);
  if (context) {
    const endpoint = parseEndpoint(context.host, context.tls);
    return [endpoint ? { ...endpoint, context: name } : { kind: 'unsupported', text: context.host }];
  }
  if (chosen !== undefined && chosen !== 'default') return [{ kind: 'unsupported', text: chosen }];
  const sockets = platformSockets(around);
  const present: Endpoint[] = [];
  for (const path of sockets) if (await around.exists(path)) present.push(socketEndpoint(path));
  return present.length > 0
    ? present
    : [socketEndpoint(around.platform === 'win32' ? sockets[0]! : '/var/run/docker.sock')];
}

/** Reads `unix://`, `npipe://`, `tcp://`, `http(s)://`, `ssh://` and bare socket paths. */
export function parseEndpoint(text: string, tls: Tls | undefined): Endpoint | undefined {
  if (text.startsWith('unix://'))
    return { kind: 'socket', text, path: text.slice('unix://'.length) || '/var/run/docker.sock' };
  if (text.startsWith('npipe://'))
    return { kind: 'socket', text, path: text.slice('npipe://'.length) || '//./pipe/docker_engine' };
  if (text.startsWith('/') || text.startsWith('\\\\.\\pipe\\')) return socketEndpoint(text);
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `tcp://${text}`);
  } catch {
    return undefined; // the caller tells the user which text can't be read
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!host) return undefined;
  switch (url.protocol) {
    case 'ssh:':
      // A leading dash would be read as an option by ssh.
      if (host.startsWith('-') || url.username.startsWith('-')) return undefined;
      return {
        kind: 'ssh',
        text,
        destination: host,
        ...(url.port ? { port: Number(url.port) } : {}),
        ...(url.username ? { user: decodeURIComponent(url.username) } : {}),
      };
    case 'tcp:':
    case 'http:':
    case 'https:': {
      const secure = url.protocol === 'https:' || tls !== undefined;
      const port = url.port ? Number(url.port) : url.protocol === 'http:' ? 80 : secure ? 2376 : 2375;
      return { kind: 'tcp', text, host, port, ...(secure ? { tls: tls ?? { verify: true } } : {}) };
    }
    default:
      return undefined;
  }
}

/** TLS as the Docker command line reads it: only when DOCKER_TLS_VERIFY or DOCKER_TLS is set. */
function environmentTls(env: Surroundings['env'], home: string): Tls | undefined {
  if (!env['DOCKER_TLS_VERIFY'] && !env['DOCKER_TLS']) return undefined;
  const folder = env['DOCKER_CERT_PATH'] || env['DOCKER_CONFIG'] || join(home, '.docker');
  return {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
    verify: Boolean(env['DOCKER_TLS_VERIFY']),
  };
}

/** Docker Desktop, the system's, rootless Docker, then Podman (rootless, machine, root). */
function platformSockets({ platform, env, home, uid }: Surroundings): readonly string[] {
  if (platform === 'win32')
    return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default'];
  const runtime = env['XDG_RUNTIME_DIR'] || (uid === undefined ? undefined : `/run/user/${uid}`);
  return [
    '/var/run/docker.sock',
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.colima/default/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    join(home, '.rd/docker.sock'),
    ...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
    join(home, '.local/share/containers/podman/machine/podman.sock'),
    '/run/podman/podman.sock',
  ];
}

function socketEndpoint(path: string): Endpoint {
  return {
    kind: 'socket',
    text: path.startsWith('//./') || path.startsWith('\\\\') ? `npipe://${path}` : `unix://${path}`,
    path,
  };
}
