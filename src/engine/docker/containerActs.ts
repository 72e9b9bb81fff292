import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import type { ContainerActs, Expectation, Recreated, Remounted } from '../engine';
import type { Acts } from './acts';
import type { Calls } from './calls';
import { fail } from './faults';
import { readInspected } from './instances';
import { execute } from './output';
import { isRecord, list, record, text, texts } from './read';
import type { Raw } from './read';
import { dial } from './tunnel';

const GRACE_SECONDS = 15;

/** What only containers can do: leave a network and come back, and be made anew with other mounts. */
export class DockerContainerActs implements ContainerActs {
  constructor(
    private readonly calls: Calls,
    private readonly acts: Acts,
  ) {}

  async disconnect(id: string, expect: Expectation, network: string, signal?: AbortSignal): Promise<void> {
    await this.acts.inspect(id, expect, signal);
    // forced, so that a frozen or stopped container goes as well
    await this.calls.act('POST', `/networks/${network}/disconnect`, {
      body: { Container: id, Force: true },
      signal,
      about: { id },
    });
  }

  async connect(
    id: string,
    expect: Expectation,
    network: string,
    endpoint: { readonly address?: string; readonly aliases: readonly string[] },
    signal?: AbortSignal,
  ): Promise<void> {
    await this.acts.inspect(id, expect, signal);
    const config = {
      Aliases: endpoint.aliases,
      ...(endpoint.address === undefined ? {} : { IPAMConfig: { IPv4Address: endpoint.address } }),
    };
    await this.calls.act('POST', `/networks/${network}/connect`, {
      body: { Container: id, EndpointConfig: config },
      signal,
      about: { id },
    });
  }

  async endpointOf(
    id: string,
    network: string,
    signal?: AbortSignal,
  ): Promise<{ readonly address?: string; readonly aliases: readonly string[] }> {
    const raw = await this.acts.inspect(id, 'foreign', signal);
    const found = Object.values(record(record(raw['NetworkSettings'])['Networks']))
      .map(record)
      .find(one => text(one['NetworkID']) === network);
    const address = text(record(found?.['IPAMConfig'])['IPv4Address']);
    return {
      ...(address === undefined ? {} : { address }),
      aliases: texts(found?.['Aliases']).filter(alias => !id.startsWith(alias)),
    };
  }

  /**
   * The container anew, with the folder of its conf mounted where the single file was. Everything else stays: name, command, ports, networks,
   * environment, labels, and every volume, the nameless one of the image included.
   */
  async remountConf(id: string, expect: Expectation, file: string, signal?: AbortSignal): Promise<Remounted> {
    const raw = await this.acts.inspect(id, expect, signal);
    const instance = readInspected(raw);
    const mount = instance.mounts.find(({ target, kind }) => target === file && kind === 'folder');
    if (mount === undefined) return fail({ code: 'conflict', id, text: `${file} is not mounted as a file` });
    const folder = { source: posix.dirname(mount.source), target: posix.dirname(file) };
    const inside = posix.join(folder.target, posix.basename(mount.source));
    const made = await this.#anew(
      id,
      expect,
      raw,
      spec => withFolder(spec, raw, { file, inside, folder }),
      async made => this.#give(made, [folder.target, inside]),
      signal,
    );
    return { ...made, file: inside };
  }

  async publish(
    id: string,
    expect: Expectation,
    { inside, outside }: { readonly inside: number; readonly outside: number },
    signal?: AbortSignal,
  ): Promise<Recreated> {
    const raw = await this.acts.inspect(id, expect, signal);
    const key = `${inside}/tcp`;
    return this.#anew(
      id,
      expect,
      raw,
      spec => {
        const host = record(spec['HostConfig']);
        const bindings = record(host['PortBindings']);
        const binding = { HostIp: '127.0.0.1', HostPort: String(outside) };
        return {
          ...spec,
          ExposedPorts: { ...record(spec['ExposedPorts']), [key]: {} },
          HostConfig: { ...host, PortBindings: { ...bindings, [key]: [...list(bindings[key]), binding] } },
        };
      },
      () => Promise.resolve(),
      signal,
    );
  }

  /** The container anew by a changed spec, started, its data kept. The old one waits under another name, stopped, until `commit`. */
  async #anew(
    id: string,
    expect: Expectation,
    raw: Raw,
    change: (spec: Raw) => Raw,
    whenStarted: (id: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<Recreated> {
    const instance = readInspected(raw);
    const spec = change(specOf(raw));
    const waiting = `${instance.name}-before-${Date.now().toString(36)}`;
    const ran = instance.state === 'running' || instance.state === 'paused';
    if (ran) await this.acts.stop(id, expect, GRACE_SECONDS, signal);
    // from here on a cancel would leave it half done
    await this.#rename(id, waiting);
    // never with `v`: a nameless volume of the one is the other's data
    const removeOnly = (which: string): Promise<void> =>
      this.calls.act('DELETE', `/containers/${which}`, {
        query: { force: 1, v: 0 },
        done: [404],
        ms: 30_000,
        about: { id: which },
      });
    let made: string | undefined;
    const undo = async (): Promise<void> => {
      if (made !== undefined) await removeOnly(made);
      await this.#rename(id, instance.name);
      if (ran) await this.acts.start(id, expect, undefined);
    };
    try {
      made = await this.calls.json(
        'POST',
        '/containers/create',
        { query: { name: instance.name }, body: spec, ms: 30_000, about: { name: instance.name } },
        value => {
          const created = isRecord(value) ? text(value['Id']) : undefined;
          if (created === undefined) throw new Error('no Id');
          return created;
        },
      );
      await this.acts.start(made, expect, undefined);
      await whenStarted(made);
      if (!ran) await this.acts.stop(made, expect, GRACE_SECONDS, undefined);
    } catch (error) {
      await undo();
      throw error;
    }
    return { id: made, undo, commit: () => removeOnly(id) };
  }

  async dial(
    id: string,
    address: { readonly host: string; readonly port: number },
    signal?: AbortSignal,
  ): Promise<Duplex> {
    return dial(this.calls, id, address, signal);
  }

  async #rename(id: string, name: string): Promise<void> {
    await this.calls.act('POST', `/containers/${id}/rename`, { query: { name }, about: { id, name } });
  }

  /** Folder and file become the server's own; the group of whoever made them keeps what it had, and may write. */
  async #give(id: string, paths: readonly string[]): Promise<void> {
    const { stdout, exitCode } = await execute(this.calls, id, ['stat', '-c', '%u', '/proc/1'], {}, undefined);
    if (exitCode !== 0 || !/^\d+$/.test(stdout.trim()))
      return fail({ code: 'conflict', id, text: 'who the server runs as cannot be told' });
    await execute(this.calls, id, ['chown', stdout.trim(), ...paths], { user: '0' }, undefined);
    await execute(this.calls, id, ['chmod', 'ug+rwX', ...paths], { user: '0' }, undefined);
  }
}

/** What `POST /containers/create` is to be told for the same container once more: command, ports, networks, environment, labels, every volume. */
function specOf(raw: Raw): Raw {
  const config = record(raw['Config']);
  const host = record(raw['HostConfig']);
  const binds = texts(host['Binds']);
  const mounts = list(host['Mounts']).map(record);
  const named = new Set([...binds.map(bind => bind.split(':')[1]), ...mounts.map(mount => text(mount['Target']))]);
  // volumes that the image asks for have no entry of their own: without one, the new container would get an empty one
  const nameless = list(raw['Mounts'])
    .map(record)
    .flatMap(mount =>
      mount['Type'] === 'volume' && !named.has(text(mount['Destination']))
        ? [`${text(mount['Name']) ?? ''}:${text(mount['Destination']) ?? ''}`]
        : [],
    );
  const networks = Object.entries(record(record(raw['NetworkSettings'])['Networks'])).map(([name, value]) => {
    const network = record(value);
    const aliases = texts(network['Aliases']).filter(alias => !(text(raw['Id']) ?? '').startsWith(alias));
    return [
      name,
      {
        ...(isRecord(network['IPAMConfig']) ? { IPAMConfig: network['IPAMConfig'] } : {}),
        ...(aliases.length > 0 ? { Aliases: aliases } : {}),
      },
    ] as const;
  });
  return {
    ...config,
    HostConfig: { ...host, Binds: [...binds, ...nameless], Mounts: mounts },
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(networks) },
  };
}

/** The spec with `folder` mounted in place of the single `file`, which the command then finds at `inside`. */
function withFolder(
  spec: Raw,
  raw: Raw,
  {
    file,
    inside,
    folder,
  }: {
    readonly file: string;
    readonly inside: string;
    readonly folder: { readonly source: string; readonly target: string };
  },
): Raw {
  const host = record(spec['HostConfig']);
  const binds = texts(host['Binds']).filter(bind => bind.split(':')[1] !== file);
  const mounts = list(host['Mounts'])
    .map(record)
    .filter(mount => mount['Target'] !== file);
  const isThere =
    texts(record(raw['HostConfig'])['Binds']).some(bind => bind.split(':')[1] === folder.target) ||
    mounts.some(mount => mount['Target'] === folder.target);
  return {
    ...spec,
    Cmd: texts(spec['Cmd']).map(word => (word === file ? inside : word)),
    HostConfig: {
      ...host,
      Binds: [...binds, ...(isThere ? [] : [`${folder.source}:${folder.target}`])],
      Mounts: mounts,
    },
  };
}
