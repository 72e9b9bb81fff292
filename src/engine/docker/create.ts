import type { Translate } from '../../base/translate';
import type { InstanceRequest, Ownership } from '../engine';
import type { Owner } from '../folders';
import { checkedName, nodeFolders, putFiles, noteNode } from '../folders';
import { tar } from './archive';
import type { Calls } from './calls';
import type { ThisMachine } from './host';
import { hostOf, identityFor } from './host';
import type { Images, ServerInside } from './images';
import { labelsOf, namesOf, ownFilter, ownershipOf, serviceLabels } from './labels';
import { makeOnce } from './once';
import { isRecord, list, record, text, textMap } from './read';

export const CONF = '/conf';
export const DATA = '/data';

/**
 * The body of `POST /containers/create`. Nothing in it is secret: passwords stand in the conf files alone, which are put into
 * place by other ways (`docker inspect` shows everything that is here).
 */
export function containerSpec(
  request: InstanceRequest,
  server: ServerInside,
  user: Owner,
  selinux: boolean,
): Readonly<Record<string, unknown>> {
  const { ownership, program, image, place, address, port, storage } = request;
  const start = request.files[0];
  if (!start) throw new RangeError('an instance needs a conf file');
  const names = namesOf(ownership.topologyName, ownership.node);
  const folders = storage.kind === 'folder' ? nodeFolders(storage.root, ownership.node) : undefined;
  const key = `${port}/tcp`;
  return {
    Image: image,
    Hostname: ownership.node,
    User: `${user.uid}:${user.gid}`,
    WorkingDir: DATA,
    // The server itself, not the image's entry point: who it runs as is our choice and the same in every image.
    Entrypoint: [server.binary],
    Cmd: [`${CONF}/${checkedName(start.name)}`, ...(program === 'sentinel' ? ['--sentinel'] : [])],
    Labels: { ...labelsOf(ownership), ...serviceLabels(ownership.node), 'redis-topology.role': program },
    ExposedPorts: { [key]: {} },
    StopSignal: 'SIGTERM',
    HostConfig: {
      NetworkMode: place.network,
      // One fixed number inside and outside: a number that the engine chooses changes at every start.
      PortBindings: { [key]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: { Name: 'no' },
      // SELinux wants a label on mounted folders, which only the older form of a mount can ask for.
      ...(folders && selinux
        ? { Binds: [`${folders.conf}:${CONF}:Z`, `${folders.data}:${DATA}:Z`] }
        : { Mounts: [mount(folders?.conf, names.conf, CONF), mount(folders?.data, names.data, DATA)] }),
    },
    NetworkingConfig: {
      EndpointsConfig: { [place.network]: { Aliases: [ownership.node], IPAMConfig: { IPv4Address: address } } },
    },
  };
}

/** What the image holds at `target` is not wanted: a volume of ours begins empty, and the engine need not look. */
function mount(folder: string | undefined, volume: string, target: string): Readonly<Record<string, unknown>> {
  return folder === undefined
    ? { Type: 'volume', Source: volume, Target: target, VolumeOptions: { NoCopy: true } }
    : { Type: 'bind', Source: folder, Target: target };
}

/** Makes containers with their files in place. */
export class Creator {
  constructor(
    private readonly calls: Calls,
    private readonly images: Images,
    private readonly machine: ThisMachine,
    private readonly t: Translate,
  ) {}

  /** A cancel is heard between the steps; what was made until then is removed again before it is reported. */
  async create(request: InstanceRequest, signal: AbortSignal | undefined): Promise<string> {
    const { ownership, storage } = request;
    const [host, server] = await Promise.all([
      hostOf(this.calls, this.machine, signal),
      this.images.inside(request.image, signal),
    ]);
    const { user, folders } = identityFor(storage, host, this.machine);
    if (storage.kind === 'folder')
      await putFiles(nodeFolders(storage.root, ownership.node).conf, request.files, folders);
    if (storage.kind === 'folder')
      await noteNode(this.t, storage.root, ownership, {
        schema: 1,
        node: ownership.node,
        engine: 'docker',
        program: request.program,
        image: request.image,
        binary: server.binary,
        port: request.port,
        address: request.address,
        conf: checkedName(request.files[0]?.name ?? ''),
        user: `${user.uid}:${user.gid}`,
      });
    signal?.throwIfAborted();
    const id = await this.#make(request, containerSpec(request, server, user, host.selinux));
    try {
      signal?.throwIfAborted();
      if (storage.kind === 'volume') await this.#fill(id, request, user);
      signal?.throwIfAborted();
      return id;
    } catch (error) {
      // What can't be removed now is found later by its label; the first failure is the one to tell.
      await this.calls
        .act('DELETE', `/containers/${id}`, { query: { force: 1, v: 1 }, done: [404] })
        .catch(() => undefined);
      throw error;
    }
  }

  #make(request: InstanceRequest, spec: Readonly<Record<string, unknown>>): Promise<string> {
    const { ownership, image } = request;
    const { container: name } = namesOf(ownership.topologyName, ownership.node);
    // Without the caller's signal: a request that is cut off is carried out all the same, and would be nobody's.
    return makeOnce(
      () =>
        this.calls.json(
          'POST',
          '/containers/create',
          { query: { name }, body: spec, ms: 30_000, about: { image, name, address: request.address } },
          value => {
            const id = isRecord(value) ? text(value['Id']) : undefined;
            if (id === undefined) throw new Error('no Id');
            return id;
          },
        ),
      () => this.#find(ownership),
    );
  }

  async #find({ topologyId, session, node }: Ownership): Promise<string | undefined> {
    const found = await this.calls.json(
      'GET',
      '/containers/json',
      { query: { all: 1, filters: ownFilter(topologyId) } },
      value => list(value).map(record),
    );
    return text(
      found.find(one => {
        const ownership = ownershipOf(textMap(one['Labels']));
        return ownership?.session === session && ownership.node === node;
      })?.['Id'],
    );
  }

  /** Both volumes are made the server's own, and the files laid into `/conf`, by one archive unpacked at the root. */
  async #fill(id: string, request: InstanceRequest, { uid, gid }: Owner): Promise<void> {
    const archive = tar([
      { kind: 'folder', name: 'conf', mode: 0o750, uid, gid },
      { kind: 'folder', name: 'data', mode: 0o750, uid, gid },
      ...request.files.map(file => ({
        kind: 'file' as const,
        name: `conf/${checkedName(file.name)}`,
        mode: 0o600,
        uid,
        gid,
        content: file.content,
      })),
    ]);
    await this.calls.act('PUT', `/containers/${id}/archive`, { query: { path: '/' }, archive, about: { id } });
  }
}

/** As {@link Creator} lays them: for files that are added later. */
export async function putIntoVolume(
  calls: Calls,
  id: string,
  files: InstanceRequest['files'],
  { uid, gid }: Owner,
  signal: AbortSignal | undefined,
): Promise<void> {
  const archive = tar(
    files.map(file => ({ kind: 'file', name: checkedName(file.name), mode: 0o600, uid, gid, content: file.content })),
  );
  await calls.act('PUT', `/containers/${id}/archive`, { query: { path: CONF }, archive, signal, about: { id } });
}
