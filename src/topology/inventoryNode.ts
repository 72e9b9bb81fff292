import { isCancellation } from '../base/abort';
import type { Disposable } from '../base/disposable';
import { HumanError, isFault } from '../base/errors';
import type { Address } from '../model/address';
import type { Instance } from '../model/instance';
import { sameAddress, sameWay } from '../model/address';
import type { ServerReport } from '../model/report';
import type { ServerState } from '../model/servers';
import { reportOf } from '../model/servers';
import { share } from '../model/share';
import type { Contact, SilenceReason } from '../model/snapshot';
import type { AddressBook } from '../redis/addressBook';
import type { CallOptions, RedisConnection, RedisConnector, RedisFault } from '../redis/client';
import { identitiesOf } from './inventoryDiscovery';
import { asksForPassword, placesOf, reach } from './inventoryReach';
import type { NodeTarget } from './inventoryTarget';
import { Prober } from './probe';
import { silenceOf } from './silence';

export interface NodeWatchDeps {
  readonly connector: RedisConnector;
  readonly book: AddressBook;
  readonly password: (watch: NodeWatch) => Promise<string | undefined>;
  /** Something about the server changed. */
  readonly onChange: (watch: NodeWatch) => void;
  /** A message on a channel that this kind of server was asked for. */
  readonly onHeard: (watch: NodeWatch, channel: string, message: string) => void;
  /** The channels worth hearing on this server; none: no subscription. */
  readonly channels: (watch: NodeWatch) => readonly string[];
  /** Told of what is no silence of a server but a mistake of ours. */
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds. */
export interface NodeTiming {
  readonly probeTimeout: number;
  /** How long a lost connection may take to come back before the server is called silent: a Sentinel cuts all connections at a promotion. */
  readonly grace: number;
  readonly firstRetry: number;
  readonly lastRetry: number;
}

export const defaultNodeTiming: NodeTiming = { probeTimeout: 1000, grace: 30, firstRetry: 100, lastRetry: 5000 };

/** Asking again does not help until somebody gives another password, or the container is another; and each try starts a program in there. */
const staysSo: ReadonlySet<SilenceReason> = new Set([...asksForPassword, 'no-tunnel']);

/**
 * Watches one server: a kept connection (its closing is the fastest signal that a server died), a second one for subscriptions where
 * there is something to hear, a back-off of its own. A failure here concerns this server only.
 */
export class NodeWatch implements Disposable {
  readonly #deps: NodeWatchDeps;
  readonly #timing: NodeTiming;
  readonly #ending = new AbortController();
  #target: NodeTarget;
  #prober: Prober;
  #contact: Contact = { state: 'unknown' };
  #connection: RedisConnection | undefined;
  #subscriber: { readonly connection: RedisConnection; readonly key: string } | undefined;
  #port = 0;
  #reachable: Address | undefined;
  /** The connection that waits for the answer to a probe. */
  #probing: RedisConnection | undefined;
  #looking: Promise<void> | undefined;
  /** When the latest question began, in milliseconds of `performance`. */
  #asked = -Infinity;
  /** The question after the one that is under way; all who ask meanwhile wait for it. */
  #next: Promise<void> | undefined;
  /** Its connection was cut, and no new one has told yet whether it lives. */
  #cut = false;
  #failures = 0;
  #retryAt = 0;
  /** The secret that the kept connection was opened with, and whether it is to be compared with what is kept now. */
  #openedWith: string | undefined;
  #compareSecret = false;
  #refusedPassword: { readonly value: string | undefined } | undefined;

  constructor(target: NodeTarget, deps: NodeWatchDeps, timing: NodeTiming = defaultNodeTiming) {
    this.#target = target;
    this.#deps = deps;
    this.#timing = timing;
    this.#prober = new Prober(target.hint);
    this.#port = target.ports[0] ?? target.address?.port ?? 0;
    this.#followInstance(undefined);
  }

  get target(): NodeTarget {
    return this.#target;
  }

  get state(): ServerState {
    const { id, instance, added } = this.#target;
    return {
      id,
      port: this.#port,
      contact: this.#contact,
      ...(instance === undefined ? {} : { instance }),
      ...(added === undefined ? {} : { added }),
      ...(this.#reachable === undefined ? {} : { reachable: this.#reachable }),
    };
  }

  get contact(): Contact {
    return this.#contact;
  }

  /** Its first answer is still to come. */
  get isNew(): boolean {
    return this.#contact.state === 'unknown' && this.#mayAnswer;
  }

  /** Settles when the look that is under way has ended. */
  get asking(): Promise<void> {
    return this.#looking ?? Promise.resolve();
  }

  /** When the next look is due by itself, milliseconds since the epoch; Infinity while it cannot answer or is being asked. */
  dueAt(lastLook: number, interval: number): number {
    if (!this.#mayAnswer || this.#looking !== undefined) return Infinity;
    return this.#contact.state === 'silent' ? this.#retryAt : lastLook + interval;
  }

  /** Takes what the engine now says of the instance. */
  update(target: NodeTarget): void {
    const before = this.#target;
    this.#target = target;
    if (!target.ports.includes(this.#port) && target.ports.length > 0 && this.#connection === undefined)
      this.#port = target.ports[0] as number;
    if (before.instance !== target.instance) this.#followInstance(before.instance);
  }

  #followInstance(before: Instance | undefined): void {
    const { instance } = this.#target;
    if (instance === undefined) return;
    const { state } = instance;
    if (state === 'running') {
      // containers that started in another order have each other's addresses: what answers at the old one is another server
      if (this.#reachable !== undefined && !this.#leadsHere(this.#reachable)) {
        this.#reachable = undefined;
        this.#deps.book.forget(this.#target.id);
        this.#drop();
        this.#prober = new Prober(this.#target.hint);
        this.#port = this.#target.ports[0] ?? 0;
        this.#setContact({ state: 'unknown' });
        this.retryNow();
      }
      const another = before?.startedAt !== undefined && before.startedAt !== instance.startedAt;
      const restarted = before !== undefined && (before.state !== 'running' || another);
      if (restarted) this.retryNow();
      if (restarted && before.state === 'running') this.#drop();
      return;
    }
    const last = reportOf(this.#contact);
    if (state === 'paused') {
      this.#setContact({ state: 'silent', reason: 'paused', ...(last === undefined ? {} : { last }) });
      return; // the connection stays: after the pause it goes on
    }
    this.#drop();
    this.#setContact({ state: 'not-running', ...(last === undefined ? {} : { last }) });
  }

  get #mayAnswer(): boolean {
    const state = this.#target.instance?.state;
    return state === undefined || state === 'running';
  }

  /** Forgets the back-off and a refused password: something happened that may have changed the answer. */
  retryNow(): void {
    this.#failures = 0;
    this.#retryAt = 0;
    this.#refusedPassword = undefined;
    this.#compareSecret = true;
  }

  /** The engine says that the process ended: it is silent from now on, whatever the engine's next list says of its state. */
  died(): void {
    this.#drop();
    this.retryNow();
    if (this.#mayAnswer && this.#contact.state === 'answering') this.#silent('closed');
  }

  /**
   * Asks the server now, unless it is in back-off and `force` is not set. A forced one while a question is under way waits for another after it, so that
   * what comes is never older than the call; nobody waits for more than that, however often others ask. What went wrong is the contact; only a
   * mistake of ours is thrown.
   * @param since a question that began at this time of `performance` or later is new enough, and not asked again
   */
  look(force = false, since = Infinity): Promise<void> {
    if (this.#ending.signal.aborted || !this.#mayAnswer) return Promise.resolve();
    const isNew = this.#asked >= since;
    if (this.#looking !== undefined) {
      if (!force || isNew) return this.#looking;
      const next = (): Promise<void> => {
        this.#next = undefined;
        return this.#looking ?? this.look(true);
      };
      return (this.#next ??= this.#looking.then(next, next));
    }
    if (isNew) return Promise.resolve();
    if (!force && this.#contact.state === 'silent' && Date.now() < this.#retryAt) return Promise.resolve();
    const looking = (async () => {
      try {
        await this.#once();
      } finally {
        // in the turn in which it ends: who asks from now on is told by a question that begins after that
        this.#looking = undefined;
      }
    })();
    this.#looking = looking;
    return looking;
  }

  async #once(): Promise<void> {
    const { signal } = this.#ending;
    const options = { timeoutMs: this.#timing.probeTimeout, signal };
    const asked = Date.now();
    this.#asked = performance.now();
    try {
      if (this.#compareSecret) await this.#dropForgotten();
      let report: ServerReport;
      const kept = this.#connection;
      try {
        report = await this.#probe(kept ?? (await this.#connect()), options);
      } catch (error) {
        // the kept connection was cut (CLIENT KILL at a promotion, a restart): a fresh one tells at once whether the server lives
        if (
          kept === undefined ||
          !(isFault(error, 'redis-silent') && (error.fault as { reason?: string }).reason === 'closed')
        )
          throw error;
        this.#drop();
        report = await this.#probe(await this.#connect(), options);
      }
      if (signal.aborted || !this.#mayAnswer) return;
      if (!this.#isExpected(report))
        throw new HumanError<RedisFault>({ code: 'redis-silent', address: this.#somewhere, reason: 'no-address' });
      this.#failures = 0;
      this.#cut = false;
      this.#setContact({ state: 'answering', report });
      await this.#subscribe();
    } catch (error) {
      if (signal.aborted || isCancellation(error)) return;
      this.#drop();
      this.#failures++;
      const reason = silenceOf(error);
      if (reason === undefined) throw error;
      // Counted from the question: a server that was held up for a second and takes part in a failover must not be missed for a pause as well.
      this.#retryAt =
        asked +
        (staysSo.has(reason)
          ? Infinity
          : Math.min(this.#timing.lastRetry, this.#timing.firstRetry * 2 ** (this.#failures - 1)));
      if (this.#mayAnswer) this.#silent(reason);
    }
  }

  /** A password that was forgotten or changed by the user is not used any more by a connection that it once opened. */
  async #dropForgotten(): Promise<void> {
    this.#compareSecret = false;
    if (this.#connection !== undefined && (await this.#deps.password(this)) !== this.#openedWith) this.#drop();
  }

  /** At an address that was only guessed, another server than the one that is looked for is nobody. */
  #isExpected(report: ServerReport): boolean {
    const { instead } = this.#target;
    return (
      instead === undefined ||
      this.#connection === undefined ||
      !sameAddress(this.#connection.address, instead.address) ||
      identitiesOf({ contact: { state: 'answering', report } }).includes(instead.identity)
    );
  }

  async #probe(connection: RedisConnection, options: CallOptions): Promise<ServerReport> {
    this.#probing = connection;
    try {
      return await this.#prober.probe(connection, options);
    } finally {
      this.#probing = undefined;
    }
  }

  /** Opens another connection of the caller's own, to where the server was last reached. */
  async open(signal?: AbortSignal): Promise<RedisConnection> {
    const password = await this.#deps.password(this);
    return (await this.#reach(true, password, signal)).connection;
  }

  async #connect(): Promise<RedisConnection> {
    const password = await this.#deps.password(this);
    if (this.#refusedPassword !== undefined && this.#refusedPassword.value === password)
      throw new HumanError<RedisFault>({
        code: 'redis-silent',
        address: this.#somewhere,
        reason: password === undefined ? 'password-required' : 'password-wrong',
      });
    try {
      const { connection, port } = await this.#reach(
        this.#target.ports.length > 1 && !this.#deps.book.knows(this.#target.id),
        password,
        this.#ending.signal,
      );
      if (!this.#leadsHere(connection.address)) {
        // the engine told of another address while this one was being tried: it is another server's now
        connection.dispose();
        this.#deps.book.forget(this.#target.id);
        throw new HumanError<RedisFault>({ code: 'redis-silent', address: connection.address, reason: 'closed' });
      }
      this.#port = port;
      this.#reachable = share(this.#reachable, connection.address);
      this.#connection = connection;
      this.#openedWith = password;
      this.#probing = connection; // also while it is closed before anything was asked
      connection.onClose(() => this.#onClosed(connection));
      return connection;
    } catch (error) {
      const reason = silenceOf(error);
      if (reason === 'password-required' || reason === 'password-wrong') this.#refusedPassword = { value: password };
      throw error;
    }
  }

  #reach(
    verify: boolean,
    password: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly connection: RedisConnection; readonly port: number }> {
    const options = {
      verify,
      timeoutMs: this.#timing.probeTimeout,
      ...(signal === undefined ? {} : { signal }),
    };
    return reach(this.#deps, this.#target, this.#somewhere, password, options, (at, reason) => {
      if (reason !== undefined && asksForPassword.has(reason)) this.#reachable = share(this.#reachable, at);
      // Where it answered a moment ago nobody takes a connection: that says enough, before the other addresses are tried.
      else if (
        this.#cut &&
        this.#mayAnswer &&
        this.#contact.state === 'answering' &&
        (reason === 'refused' || reason === 'closed')
      )
        this.#silent(reason);
    });
  }

  #leadsHere(address: Address): boolean {
    return placesOf(this.#target).some(({ at }) => sameWay(at, address));
  }

  get #somewhere(): Address {
    return this.#reachable ?? this.#target.address ?? { host: '', port: this.#port };
  }

  async #subscribe(): Promise<void> {
    const channels = this.#deps.channels(this);
    const key = channels.join(' ');
    if ((this.#subscriber?.key ?? '') === key) return;
    this.#subscriber?.connection.dispose();
    this.#subscriber = undefined;
    if (channels.length === 0 || this.#reachable === undefined) return;
    try {
      const connection = await this.open(this.#ending.signal);
      if (this.#ending.signal.aborted || this.#connection === undefined) return connection.dispose();
      const subscriber = { connection, key };
      this.#subscriber = subscriber;
      connection.onClose(() => {
        if (this.#subscriber === subscriber) this.#subscriber = undefined;
      });
      await connection.subscribe(
        channels,
        (channel, message) => this.#deps.onHeard(this, channel, message),
        this.#ending.signal,
      );
    } catch (error) {
      // Messages only wake; without them the poll still sees everything. The next look tries again.
      if (silenceOf(error) === undefined && !isCancellation(error) && !isFault(error, 'redis-refused')) throw error;
      this.#subscriber?.connection.dispose();
      this.#subscriber = undefined;
    }
  }

  #onClosed(connection: RedisConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    if (this.#ending.signal.aborted || !this.#mayAnswer) return;
    this.#cut = true;
    // The probe on it fails and says so. One look more for each closing would go round without end at a port that takes connections and closes them.
    if (this.#probing === connection) return;
    const timer = setTimeout(() => {
      if (this.#connection === undefined && this.#contact.state === 'answering' && this.#mayAnswer)
        this.#silent('closed');
    }, this.#timing.grace);
    this.look(true)
      .finally(() => clearTimeout(timer))
      .catch(this.#deps.onFailure);
  }

  #silent(reason: SilenceReason): void {
    const last = reportOf(this.#contact);
    this.#setContact({ state: 'silent', reason, ...(last === undefined ? {} : { last }) });
  }

  #setContact(contact: Contact): void {
    const shared = share(this.#contact, contact);
    if (shared === this.#contact) return;
    this.#contact = shared;
    this.#deps.onChange(this);
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined; // first, so that its closing is not taken for a signal
    connection?.dispose();
    this.#subscriber?.connection.dispose();
    this.#subscriber = undefined;
  }

  dispose(): void {
    this.#ending.abort();
    this.#drop();
    this.#deps.book.forget(this.#target.id);
  }
}
