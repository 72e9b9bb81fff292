import { delay } from '../../../base/abort';
import { isFault } from '../../../base/errors';
import type { Host, Instance } from '../../../model/instance';
import type { Expectation, InstanceRequest, Place, PlaceRequest, RoomRequest } from '../../engine';
import { projectOf } from '../../names';
import type { Calls } from '../calls';
import { fail } from '../faults';
import { encodeReference } from '../images';
import type { Images } from '../images';
import type { Listed } from '../instances';
import { labelsOf, namesOf, ownershipOf } from '../labels';
import { makeOnce } from '../once';
import { list, number, record, text, texts } from '../read';
import type { Raw } from '../read';
import { Held } from './held';
import { SERVICE_LABEL, SwarmLook, idOf, labelsIn } from './look';
import { boundTo, currentTask, readService, stillRuns } from './read';
import type { SwarmNode, Task } from './read';
import { SERVER_USER, serviceSpec, splitSecret, unique } from './spec';

const LOOK_MS = 100;
/** A task is placed, its volumes are made, and its container is started; the image is there or is fetched by its machine. */
const START_MS = 120_000;
const GONE_MS = 60_000;
/** The spec is changed by nobody but us and the swarm itself. */
const UPDATE_TRIES = 10;
/** Characters of an address in a message of the cluster bus. */
const LONGEST_ADDRESS = 45;

/** Servers as services of a Docker swarm: what the engine does with containers, done with what a manager offers. Loaded when there is one. */
export class Swarm {
  /** The network of each service, by its id: it never changes. */
  readonly #networkOf = new Map<string, string>();

  readonly #look: SwarmLook;
  readonly #held: Held;

  constructor(
    private readonly calls: Calls,
    private readonly images: Images,
  ) {
    this.#look = new SwarmLook(calls);
    this.#held = new Held(calls);
  }

  /** See `SwarmLook.hosts`. */
  hosts(signal: AbortSignal | undefined): Promise<readonly Host[]> {
    return this.#look.hosts(signal);
  }

  async instances(
    services: readonly Raw[],
    listed: readonly Listed[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Instance[]> {
    const [tasks, nodes, networks] = await Promise.all([
      this.#look.tasks(undefined, signal),
      this.#look.nodes(signal),
      this.#look.networks(undefined, signal),
    ]);
    const byId = new Map(nodes.map(node => [node.id, node]));
    const names = new Map(networks.map(({ id, name }) => [id, name]));
    return services.flatMap(raw => {
      const found = readService(raw, tasks, byId, listed, names);
      const network = found?.networks[0]?.id;
      if (found !== undefined && network !== undefined) this.#networkOf.set(found.id, network);
      return found ?? [];
    });
  }

  /** An attachable network over all machines: programs in containers of their own can be put on it. Addresses are names: those of the services. */
  async createPlace({ ownership, nodes }: PlaceRequest, signal: AbortSignal | undefined): Promise<Place> {
    const [existing] = await this.#look.networks(ownership.topologyId, signal);
    const names = nodes.map(node => namesOf(ownership.topologyName, node).container);
    const name = projectOf(ownership.topologyName);
    if (existing === undefined) await this.#refuseTaken(name, names, signal);
    signal?.throwIfAborted();
    const network =
      existing?.id ??
      (await makeOnce(
        () =>
          this.calls.json(
            'POST',
            '/networks/create',
            {
              body: {
                Name: name,
                Driver: 'overlay',
                Attachable: true,
                CheckDuplicate: true,
                Labels: labelsOf(ownership),
              },
              ms: 30_000,
              about: { name },
            },
            value => idOf(value, 'Id'),
          ),
        async () => (await this.#look.networks(ownership.topologyId, undefined))[0]?.id,
      ));
    // a cluster's nodes tell each other at most so much of an address; within the network the shorter names lead there as well
    return { network, addresses: names.some(one => one.length > LONGEST_ADDRESS) ? nodes : names };
  }

  async extendPlace({ ownership }: RoomRequest, signal: AbortSignal | undefined): Promise<Place> {
    const [network] = await this.#look.networks(ownership.topologyId, signal);
    if (network === undefined) return fail({ code: 'gone', id: projectOf(ownership.topologyName) });
    return { network: network.id, addresses: [namesOf(ownership.topologyName, ownership.node).container] };
  }

  /** The service with all that it stands on, without a task. Returns its id. */
  async create(request: InstanceRequest, signal: AbortSignal | undefined): Promise<string> {
    const { ownership, image } = request;
    const [server, exact, host] = await Promise.all([
      this.images.inside(image, signal),
      this.#exactly(image, signal),
      request.host ?? this.#leastUsed(ownership.topologyId, signal),
    ]);
    const names = namesOf(ownership.topologyName, ownership.node);
    const [file, ...more] = request.files;
    if (file === undefined || more.length > 0) throw new RangeError('a service begins with one conf file');
    const { conf, secret } = splitSecret(file, request.secret);
    signal?.throwIfAborted();
    try {
      const held = {
        conf: await this.#held.make('configs', `${names.conf}-${unique(ownership.topologyId)}`, ownership, conf),
        ...(secret === ''
          ? {}
          : {
              secret: await this.#held.make(
                'secrets',
                `${names.container}-${unique(ownership.topologyId)}`,
                ownership,
                secret,
              ),
            }),
      };
      signal?.throwIfAborted();
      const body = serviceSpec(request, host, { binary: server.binary, image: exact }, held);
      return await makeOnce(
        () =>
          this.calls.json('POST', '/services/create', { body, ms: 30_000, about: { name: names.container } }, value =>
            idOf(value, 'ID'),
          ),
        async () => (await this.#look.serviceOf(ownership.topologyId, ownership.node))?.id,
      );
    } catch (error) {
      // What can't be removed now is found later by its label; the first failure is the one to tell.
      await this.#held.drop(ownership.topologyId, ownership.node, undefined).catch(() => undefined);
      throw error;
    }
  }

  /** One task more: returns when the server's process is there, or was. */
  async start(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    await this.#scale(id, expect, 1, signal);
    await this.#until(id, START_MS, signal, async () => {
      const task = currentTask(await this.#look.tasks(id, signal));
      if (task?.state === 'rejected' || (task?.state === 'pending' && task.error !== undefined))
        return fail({ code: 'conflict', id, text: task.error ?? task.state });
      return task !== undefined && ['running', 'failed', 'complete'].includes(task.state);
    });
  }

  async stop(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    await this.#scale(id, expect, 0, signal);
    await this.#until(id, GONE_MS, signal, async () => !(await this.#runs(await this.#look.tasks(id, signal), signal)));
  }

  /** Ends and removes the service at once, and what the swarm holds for it; the volumes stay. Gone already is done. */
  async remove(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    let raw: Raw;
    try {
      raw = await this.inspect(id, expect, signal);
    } catch (error) {
      if (isFault(error, 'gone')) return;
      throw error;
    }
    await this.calls.act('DELETE', `/services/${id}`, { signal, done: [404], ms: 30_000, about: { id } });
    await this.#until(id, GONE_MS, signal, async () => {
      const here = await this.#look.containers({ label: [`${SERVICE_LABEL}=${id}`] }, signal);
      // Not waiting until the swarm has asked it to end: a removal is no shutdown.
      for (const { id: container } of here)
        await this.calls.act('DELETE', `/containers/${container}`, {
          query: { force: 1, v: 1 },
          done: [404, 409],
          ms: 30_000,
        });
      const tasks = (await this.#look.tasks(undefined, signal)).filter(({ service }) => service === id);
      return here.length === 0 && !(await this.#runs(tasks, signal));
    });
    const ownership = ownershipOf(labelsIn(raw));
    if (ownership !== undefined) await this.#held.drop(ownership.topologyId, ownership.node, signal);
  }

  async loose(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return (await this.#held.list(topologyId, signal)).map(({ name }) => name);
  }

  /** See `SwarmDoor.clear`. A network is given up by the machines one after the other. */
  async clear(topologyId: string, node: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    await this.#held.drop(topologyId, node, signal);
    if (node !== undefined) return;
    let why: unknown;
    await this.#until(topologyId, GONE_MS, signal, async () => {
      const [network] = await this.#look.networks(topologyId, signal);
      if (network === undefined) return true;
      const { id } = network;
      const others = await this.#look.containers({ network: [id] }, signal);
      if (others.length > 0) return fail({ code: 'in-use', id, text: others.map(one => one.name).join(', ') });
      await this.calls
        .act('DELETE', `/networks/${id}`, { signal, done: [404], ms: 30_000, about: { id } })
        .catch((error: unknown) => {
          if (!isFault(error, 'in-use', 'conflict', 'engine-error')) throw error;
          why = error;
        });
      return false; // this machine lets go of it a moment later than the swarm
    }).catch((error: unknown) => {
      throw isFault(error, 'conflict') ? (why ?? error) : error;
    });
  }

  /** The service as it is now. `gone` when there is none of this id, `not-ours` when it lacks the label that `expect` names. */
  async inspect(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<Raw> {
    const raw = await this.calls.json('GET', `/services/${id}`, { signal, about: { id } }, record);
    if (expect !== 'foreign' && ownershipOf(labelsIn(raw))?.topologyId !== expect.topologyId)
      return fail({ code: 'not-ours', id });
    return raw;
  }

  /** See `SwarmDoor.seat`. */
  async seat(
    id: string,
    expect: Expectation,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly id: string; readonly expect: Expectation; readonly user: string }> {
    const { Spec: spec } = await this.inspect(id, expect, signal);
    const [found] = await this.#look.containers({ label: [`${SERVICE_LABEL}=${id}`] }, signal);
    // the task carries no label of ours: it comes and goes with its service, whose label was looked at
    if (found !== undefined) return { id: found.id, expect: 'foreign', user: SERVER_USER };
    const bound = boundTo(record(record(spec)['TaskTemplate']));
    const node = (await this.#look.nodes(signal)).find(one => one.id === bound);
    return fail({ code: 'elsewhere', id, machine: node?.name ?? bound });
  }

  /** A container here from which names in the service's network lead somewhere: its own, or that of any neighbour. */
  async doorstep(id: string, signal: AbortSignal | undefined): Promise<string> {
    let network = this.#networkOf.get(id);
    if (network === undefined) {
      const template = record(record((await this.inspect(id, 'foreign', signal))['Spec'])['TaskTemplate']);
      network = text(record(list(template['Networks'])[0])['Target']) ?? '';
      this.#networkOf.set(id, network);
    }
    const here = await this.#look.containers({ network: [network] }, signal);
    const found = here.find(({ service }) => service === id) ?? here[0];
    if (found !== undefined) return found.id;
    throw Object.assign(new Error('no server of the topology runs on the machine of this engine'), {
      code: 'ENOTUNNEL',
    });
  }

  async #runs(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<boolean> {
    return stillRuns(tasks, []) && stillRuns(tasks, await this.#look.nodes(signal));
  }

  async #scale(id: string, expect: Expectation, replicas: number, signal: AbortSignal | undefined): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const raw = await this.inspect(id, expect, signal);
      const spec = record(raw['Spec']);
      const mode = record(record(spec['Mode'])['Replicated']);
      if (number(mode['Replicas']) === replicas) return;
      try {
        return await this.calls.act('POST', `/services/${id}/update`, {
          query: { version: number(record(raw['Version'])['Index']) ?? 0 },
          body: { ...spec, Mode: { Replicated: { ...mode, Replicas: replicas } } },
          ms: 30_000,
          signal,
          about: { id },
        });
      } catch (error) {
        // "update out of sequence": the swarm wrote something of its own in between
        if (!isFault(error, 'engine-error', 'conflict', 'engine-lost') || attempt >= UPDATE_TRIES) throw error;
        await delay(LOOK_MS, signal);
      }
    }
  }

  async #until(id: string, ms: number, signal: AbortSignal | undefined, done: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + this.calls.limit(ms);
    while (!(await done())) {
      if (Date.now() > end) fail({ code: 'conflict', id, text: `not done within ${ms / 1000} s` });
      await delay(LOOK_MS, signal);
    }
  }

  async #refuseTaken(network: string, names: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const [services, networks] = await Promise.all([
      this.calls.json('GET', '/services', { signal }, value =>
        list(value).map(one => text(record(record(one)['Spec'])['Name'])),
      ),
      this.calls.json('GET', '/networks', { signal }, value => list(value).map(one => text(record(one)['Name']))),
    ]);
    const taken = names.find(name => services.includes(name)) ?? (networks.includes(network) ? network : undefined);
    if (taken !== undefined) fail({ code: 'name-taken', name: taken });
  }

  /**
   * What names this very image on every machine: its digest in the registry it came from; of one that was made here its id, which is looked for and
   * never fetched.
   */
  #exactly(reference: string, signal: AbortSignal | undefined): Promise<string> {
    return this.calls.json(
      'GET',
      `/images/${encodeReference(reference)}/json`,
      { signal, about: { image: reference } },
      value => texts(record(value)['RepoDigests'])[0] ?? text(record(value)['Id']) ?? reference,
    );
  }

  /** The machine that has the fewest services of the topology. */
  async #leastUsed(topologyId: string, signal: AbortSignal | undefined): Promise<string> {
    const [nodes, services] = await Promise.all([this.#look.nodes(signal), this.#look.services(topologyId, signal)]);
    const used = services.map(({ raw }) => boundTo(record(record(raw['Spec'])['TaskTemplate'])));
    const count = ({ id }: SwarmNode): number => used.filter(one => one === id).length;
    const [first] = nodes.filter(({ usable }) => usable).sort((a, b) => count(a) - count(b));
    return first?.id ?? fail({ code: 'conflict', id: topologyId, text: 'no machine of the swarm takes tasks' });
  }
}
