import type { Translate } from '../../base/translate';
import { networkInterfaces } from 'node:os';
import { mapLimit } from '../../base/abort';
import { isFault } from '../../base/errors';
import type { Ownership, Place, PlaceRequest, RoomRequest } from '../engine';
import { addFolders, isFolderOf, makeFolders, readMarker, removeFolders, removeNodeFolders } from '../folders';
import type { Calls } from './calls';
import { fail } from './faults';
import type { EngineHost, ThisMachine } from './host';
import { hostOf, identityFor } from './host';
import { projectOf } from '../names';
import { PREFIX, labelsOf, namesOf, ownFilter, ownershipOf } from './labels';
import { makeOnce } from './once';
import { isRecord, list, record, text, textMap, texts } from './read';
import type { Raw } from './read';
import { formatSubnet, freeSubnet, isOf, layOut, MOST_NODES, parseSubnet, seedOf, subnetAround } from './subnets';
import type { Subnet } from './subnets';

/** On the network: the folder of this machine that holds conf and data of the topology. */
const FOLDER_LABEL = `${PREFIX}folder`;
/** Two creations at the same moment may choose the same subnet; the daemon refuses the second, which then chooses again. */
const SUBNET_TRIES = 8;
/** Network and volumes that are made at the same time. */
const OBJECTS_AT_ONCE = 4;

/** Networks, volumes and folders of topologies. */
export class Places {
  constructor(
    private readonly calls: Calls,
    private readonly machine: ThisMachine,
    private readonly t: Translate,
  ) {}

  /** Makes what the nodes need around them, or finds it when it is there already; what it made is undone when it can't finish. */
  async create(request: PlaceRequest, signal: AbortSignal | undefined): Promise<Place> {
    const { ownership, nodes, storage } = request;
    const [host, [existing]] = await Promise.all([
      hostOf(this.calls, this.machine, signal),
      this.#ownNetworks(ownership.topologyId, signal),
    ]);
    if (!existing) await this.#refuseTakenNames(request, signal);
    if (storage.kind === 'folder') await this.#makeFolders(storage.root, request, host);
    try {
      signal?.throwIfAborted();
      // The daemon makes volumes while it makes the network. When one fails, the others have ended before anything is undone.
      let made: { readonly network: string; readonly subnet: Subnet | undefined } | undefined;
      await mapLimit(
        [
          async () => {
            made = existing
              ? { network: existing.id, subnet: subnetOf(existing.raw) }
              : await this.#makeNetwork(request, host, signal);
          },
          ...(storage.kind === 'volume' ? nodes.map(node => () => this.#makeVolumes(ownership, node, signal)) : []),
        ],
        OBJECTS_AT_ONCE,
        make => make(),
      );
      if (made === undefined) throw new RangeError('no network made, and no failure');
      if (made.subnet === undefined)
        return fail({ code: 'bad-reply', call: 'GET /networks', text: 'our network has no IPv4 subnet' });
      signal?.throwIfAborted();
      const free = layOut(made.subnet, nodes.length).addresses;
      const { subnet } = made;
      if (request.addresses?.every(address => isOf(subnet, address)) === false)
        return fail({ code: 'subnet-taken', subnet: request.addresses?.[0] ?? '' });
      return { network: made.network, addresses: request.addresses ?? free };
    } catch (error) {
      if (!existing && request.addresses === undefined) await this.#undo(request);
      else if (!existing) await this.remove(ownership.topologyId, false, undefined).catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
  }

  /** See {@link Engine.extendPlace}. @param taken addresses that containers of ours have, also stopped ones */
  async extend(
    { ownership, storage }: RoomRequest,
    taken: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<Place> {
    const host = await hostOf(this.calls, this.machine, signal);
    const [network] = await this.#ownNetworks(ownership.topologyId, signal);
    if (!network) return fail({ code: 'gone', id: projectOf(ownership.topologyName) });
    const subnet = subnetOf(network.raw);
    const address = subnet && layOut(subnet, MOST_NODES).addresses.find(one => !taken.has(one));
    if (address === undefined) return fail({ code: 'no-free-subnet' });
    if (storage.kind === 'volume') await this.#makeVolumes(ownership, ownership.node, signal);
    if (storage.kind === 'folder')
      await addFolders(
        storage.root,
        ownership.topologyId,
        ownership.node,
        identityFor(storage, host, this.machine).folders,
      );
    return { network: network.id, addresses: [address] };
  }

  /** See {@link Engine.removeRoom}. */
  async removeRoom(topologyId: string, node: string, signal: AbortSignal | undefined): Promise<void> {
    for (const { name, ownership } of await this.#volumes(topologyId, signal)) {
      if (ownership.topologyId === topologyId && ownership.node === node)
        await this.calls.act('DELETE', `/volumes/${encodeURIComponent(name)}`, {
          signal,
          done: [404],
          about: { id: name },
        });
    }
    for (const root of folderLabels(await this.#ownNetworks(topologyId, signal)))
      await removeNodeFolders(this.t, root, topologyId, node);
  }

  /** See {@link Engine.removePlace}. Data first: while the network is there, it tells where they are. */
  async remove(topologyId: string, data: boolean, signal: AbortSignal | undefined): Promise<void> {
    const networks = await this.#ownNetworks(topologyId, signal);
    for (const { id } of networks) await this.#refuseForeignEndpoints(id, topologyId, signal);
    if (data) {
      for (const name of await this.volumes(topologyId, signal))
        await this.calls.act('DELETE', `/volumes/${encodeURIComponent(name)}`, {
          signal,
          done: [404],
          about: { id: name },
        });
      for (const root of folderLabels(networks)) await removeFolders(root, topologyId);
    }
    for (const { id } of networks)
      await this.calls
        .act('DELETE', `/networks/${id}`, { signal, done: [404], ms: 30_000, about: { id } })
        .catch(inUse(id));
  }

  async networks(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return (await this.#ownNetworks(topologyId, signal)).map(network => network.id);
  }

  /** Names of the topology's volumes. */
  async volumes(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return (await this.#volumes(topologyId, signal)).map(volume => volume.name);
  }

  /** Names of the nodes that have volumes or folders. */
  async rooms(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const [volumes, networks] = await Promise.all([
      this.#volumes(topologyId, signal),
      this.#ownNetworks(topologyId, signal),
    ]);
    const markers = await Promise.all(folderLabels(networks).map(readMarker));
    return [
      ...new Set([
        ...volumes.map(({ ownership }) => ownership.node),
        ...markers.flatMap(marker => (marker?.topologyId === topologyId ? marker.nodes : [])),
      ]),
    ];
  }

  /** Folders of this machine that still are the topology's. */
  async folders(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const found: string[] = [];
    for (const root of folderLabels(await this.#ownNetworks(topologyId, signal)))
      if (await isFolderOf(root, topologyId)) found.push(root);
    return found;
  }

  /** What the labels of all networks and volumes of ours say. */
  async ownerships(signal: AbortSignal | undefined): Promise<readonly Ownership[]> {
    const [networks, volumes] = await Promise.all([
      this.#ownNetworks(undefined, signal),
      this.#volumes(undefined, signal),
    ]);
    return [...networks, ...volumes].map(object => object.ownership);
  }

  async #makeFolders(root: string, request: PlaceRequest, host: EngineHost): Promise<void> {
    if (!host.sharesFiles)
      return fail({
        code: 'folder-not-writable',
        path: root,
        text: 'the engine does not share the files of this machine',
      });
    await makeFolders(
      root,
      { ...request.ownership, nodes: request.nodes },
      identityFor(request.storage, host, this.machine).folders,
    );
  }

  /** Asked before anything is made: a name that is taken halfway would mean to undo half a topology. */
  async #refuseTakenNames({ ownership, nodes }: PlaceRequest, signal: AbortSignal | undefined): Promise<void> {
    const taken = new Set(
      await this.calls.json('GET', '/containers/json', { query: { all: 1 }, signal }, value =>
        list(value).flatMap(one => texts(record(one)['Names']).map(name => name.replace(/^\//, ''))),
      ),
    );
    for (const name of nodes.map(node => namesOf(ownership.topologyName, node).container))
      if (taken.has(name)) fail({ code: 'name-taken', name });
    const name = projectOf(ownership.topologyName);
    if ((await this.#networks({ name: [name] }, signal)).some(network => text(network['Name']) === name))
      fail({ code: 'name-taken', name });
  }

  async #makeVolumes(ownership: Omit<Ownership, 'node'>, node: string, signal: AbortSignal | undefined): Promise<void> {
    const { conf, data } = namesOf(ownership.topologyName, node);
    for (const [name, use] of [
      [conf, 'conf'],
      [data, 'data'],
    ] as const) {
      signal?.throwIfAborted();
      // Creating a volume that exists answers with the existing one, whoever made it: its labels tell.
      const labels = await this.calls.json(
        'POST',
        '/volumes/create',
        {
          body: {
            Name: name,
            Labels: { ...labelsOf({ ...ownership, node }), 'com.docker.compose.volume': `${node}-${use}` },
          },
        },
        value => textMap(record(value)['Labels']),
      );
      if (ownershipOf(labels)?.topologyId !== ownership.topologyId) fail({ code: 'name-taken', name });
    }
  }

  async #makeNetwork(
    request: PlaceRequest,
    host: EngineHost,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly network: string; readonly subnet: Subnet }> {
    const { ownership, storage } = request;
    const name = projectOf(ownership.topologyName);
    const refused: Subnet[] = [];
    for (let attempt = 0; attempt < SUBNET_TRIES; attempt++) {
      signal?.throwIfAborted();
      const [before] = request.addresses ?? [];
      const subnet =
        before === undefined
          ? freeSubnet([...(await this.#takenSubnets(host, signal)), ...refused], seedOf(ownership.topologyId))
          : subnetAround(before);
      if (!subnet) return fail({ code: 'no-free-subnet' });
      const { gateway, dynamicRange } = layOut(subnet, request.nodes.length);
      const body = {
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        EnableIPv6: false,
        IPAM: {
          Driver: 'default',
          Config: [{ Subnet: formatSubnet(subnet), Gateway: gateway, IPRange: dynamicRange }],
        },
        Labels: {
          ...labelsOf(ownership),
          'com.docker.compose.network': 'default',
          ...(storage.kind === 'folder' ? { [FOLDER_LABEL]: storage.root } : {}),
        },
      };
      try {
        // Without the caller's signal: a request that is cut off may be carried out all the same, and would be nobody's.
        const network = await makeOnce(
          () => this.calls.json('POST', '/networks/create', { body, ms: 30_000, about: { name } }, idOf),
          async () =>
            (await this.#ownNetworks(ownership.topologyId, undefined)).find(
              found => found.ownership.session === ownership.session,
            )?.id,
        );
        return { network, subnet };
      } catch (error) {
        if (!isFault(error, 'no-free-subnet')) throw error;
        if (before !== undefined) fail({ code: 'subnet-taken', subnet: formatSubnet(subnet) }, error);
        refused.push(subnet);
      }
    }
    return fail({ code: 'no-free-subnet' });
  }

  /** Subnets of all networks of the engine and, when it is this machine, of all its interfaces. */
  async #takenSubnets(host: EngineHost, signal: AbortSignal | undefined): Promise<readonly Subnet[]> {
    const networks = await this.#networks({}, signal);
    const ofEngine = networks
      .flatMap(network => [...list(record(network['IPAM'])['Config']), ...list(network['subnets'])])
      .flatMap(config => parseSubnet(text(record(config)['Subnet']) ?? text(record(config)['subnet']) ?? '') ?? []);
    const here =
      host.name === this.machine.hostname
        ? Object.values(networkInterfaces())
            .flatMap(all => all ?? [])
            .flatMap(one => parseSubnet(one.cidr ?? '') ?? [])
        : [];
    return [...ofEngine, ...here];
  }

  async #refuseForeignEndpoints(id: string, topologyId: string, signal: AbortSignal | undefined): Promise<void> {
    const network = await this.calls.json('GET', `/networks/${id}`, { signal, done: [404] }, record);
    if (ownershipOf(textMap(network['Labels']))?.topologyId !== topologyId) return; // removed meanwhile
    const attached = Object.keys(record(network['Containers']));
    if (attached.length === 0) return;
    const ours = new Set(
      await this.calls.json(
        'GET',
        '/containers/json',
        { query: { all: 1, filters: ownFilter(topologyId) }, signal },
        value => list(value).map(one => text(record(one)['Id']) ?? ''),
      ),
    );
    const foreign = attached.filter(one => !ours.has(one));
    if (foreign.length > 0)
      fail({
        code: 'in-use',
        id,
        text: foreign.map(one => text(record(record(network['Containers'])[one])['Name']) ?? one).join(', '),
      });
  }

  async #networks(filters: object, signal: AbortSignal | undefined): Promise<readonly Raw[]> {
    return this.calls.json('GET', '/networks', { query: { filters }, signal }, value => list(value).map(record));
  }

  async #ownNetworks(
    topologyId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly id: string; readonly ownership: Ownership; readonly raw: Raw }[]> {
    return (await this.#networks(ownFilter(topologyId), signal)).flatMap(raw => {
      const id = text(raw['Id']);
      const ownership = ownershipOf(textMap(raw['Labels']));
      return id !== undefined && ownership && (topologyId === undefined || ownership.topologyId === topologyId)
        ? [{ id, ownership, raw }]
        : [];
    });
  }

  async #volumes(
    topologyId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly name: string; readonly ownership: Ownership }[]> {
    const volumes = await this.calls.json(
      'GET',
      '/volumes',
      { query: { filters: ownFilter(topologyId) }, signal },
      value => list(record(value)['Volumes']).map(record),
    );
    return volumes.flatMap(raw => {
      const name = text(raw['Name']);
      const ownership = ownershipOf(textMap(raw['Labels']));
      return name !== undefined && ownership && (topologyId === undefined || ownership.topologyId === topologyId)
        ? [{ name, ownership }]
        : [];
    });
  }

  /** Takes back what `create` made. A failure here must not hide the first one; what stays is found by its label. */
  async #undo({ ownership, storage }: PlaceRequest): Promise<void> {
    await this.remove(ownership.topologyId, true, undefined).catch(() => undefined);
    if (storage.kind === 'folder') await removeFolders(storage.root, ownership.topologyId).catch(() => undefined);
  }
}

/** The daemon refuses a network with endpoints by 403, whatever its words. */
function inUse(id: string): (error: unknown) => never {
  return error => {
    if (isFault(error, 'engine-error')) fail({ code: 'in-use', id, text: error.message }, error);
    throw error;
  };
}

function idOf(value: unknown): string {
  const id = isRecord(value) ? text(value['Id']) : undefined;
  if (id === undefined) throw new Error('no Id');
  return id;
}

function subnetOf(network: Raw): Subnet | undefined {
  return list(record(network['IPAM'])['Config']).flatMap(
    config => parseSubnet(text(record(config)['Subnet']) ?? '') ?? [],
  )[0];
}

function folderLabels(networks: readonly { readonly raw: Raw }[]): readonly string[] {
  return networks.flatMap(network => textMap(network.raw['Labels'])[FOLDER_LABEL] ?? []);
}
