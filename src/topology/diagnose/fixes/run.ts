import { delay, isDeadline, until } from '../../../base/abort';
import { HumanError } from '../../../base/errors';
import type { Expectation } from '../../../engine/engine';
import type { Address } from '../../../model/address';
import type { Node } from '../../../model/snapshot';
import type { VerbDeps } from '../../deps';
import { lifecycleRequestOf, runLifecycle } from '../../lifecycle';
import { secretOfNode } from '../../password';
import { confPlaceOf } from '../confFacts';
import { addressesOf } from '../rules/links';
import { portOf } from '../scope';
import { editLines, setDirectives, undoEdits } from './confEdit';
import type { ConfEditFault } from './confEdit';
import type { FixPlan, FixStep } from './plan';
import type { SpeakFault } from './speak';
import { Speaker } from './speak';

export type MendFault =
  | SpeakFault
  | ConfEditFault
  /** The password of a server that wants one is not known here. */
  | { readonly code: 'fix-needs-password'; readonly node: string }
  /** Making it anew would lose its data: `dir` lies in the container itself. */
  | { readonly code: 'fix-no-volume'; readonly node: string; readonly dir: string }
  /** The node went away since the fix was planned. */
  | { readonly code: 'fix-gone'; readonly node: string }
  /** It was done, and the server does not show it. */
  | { readonly code: 'fix-not-seen'; readonly node: string; readonly what: string };

export interface FixDeps extends VerbDeps {
  /** Files of this machine. `write` keeps the file itself (a mounted file that is replaced stays the old one inside). */
  readonly files: { read(path: string): Promise<string | undefined>; write(path: string, text: string): Promise<void> };
}

export interface FixReport {
  readonly ms: number;
  /** Settings that a server could not write down: lost at its next start. */
  readonly notKept: readonly { readonly node: string; readonly text: string }[];
  /** Takes it back; absent where that cannot be. */
  readonly undo?: FixPlan;
}

/** Runs the steps in their order and has each seen on the server itself before the next. */
export async function runFix(
  deps: FixDeps,
  plan: FixPlan,
  signal: AbortSignal,
  onStep: (step: FixStep, done: number, total: number) => void = () => undefined,
): Promise<FixReport> {
  const run = new FixRun(deps, plan, signal);
  const began = deps.now();
  try {
    for (const [index, step] of plan.steps.entries()) {
      signal.throwIfAborted();
      onStep(step, index, plan.steps.length);
      await run.step(step);
    }
    await run.settle();
  } finally {
    run.dispose();
  }
  const undo = run.undo.reverse();
  return {
    ms: deps.now() - began,
    notKept: run.notKept,
    ...(plan.undoable && undo.length > 0 ? { undo: { ...plan, steps: undo, undoable: false, warnings: [] } } : {}),
  };
}

const SEEN = { everyMs: 100, deadlineMs: 15_000 } as const;

class FixRun {
  readonly undo: FixStep[] = [];
  readonly notKept: { readonly node: string; readonly text: string }[] = [];
  readonly #set = new Map<string, Map<string, string>>();
  readonly #protected = new Set<string>();
  #speaker: Speaker;
  #password: string | undefined;

  constructor(
    private readonly deps: FixDeps,
    private readonly plan: FixPlan,
    private readonly signal: AbortSignal,
  ) {
    this.#speaker = this.#fresh();
  }

  dispose(): void {
    this.#speaker.dispose();
  }

  async step(step: FixStep): Promise<void> {
    const { deps, signal } = this;
    switch (step.act) {
      case 'start':
      case 'unpause':
      case 'restart':
        return runLifecycle(deps, lifecycleRequestOf(this.#node(step.node), step.act), signal);
      case 'edit-file': {
        const text = await deps.files.read(step.path);
        if (text === undefined) throw new HumanError<ConfEditFault>({ code: 'conf-unreadable', path: step.path });
        await deps.files.write(step.path, editLines(text, step.path, step.edits));
        this.undo.push({ ...step, edits: undoEdits(step.edits) });
        return;
      }
      case 'config-set':
        return this.#configSet(step);
      case 'set-masterauth': {
        const password = step.from === undefined ? await this.#newPassword() : await this.#passwordOf(step.from);
        await this.#say(step.node, [['CONFIG', 'SET', 'masterauth', password]]);
        this.#note(step.node, 'masterauth', password);
        return;
      }
      case 'set-auth-pass': {
        await this.#say(step.node, [['SENTINEL', 'SET', step.master, 'auth-pass', await this.#newPassword()]]);
        return;
      }
      case 'set-requirepass': {
        const password = await this.#newPassword();
        // kept before it is set: what the editor does not know afterwards nobody knows
        await deps.secrets.set(this.#node(step.node).instance?.ownership?.topologyId ?? step.node, password);
        await this.#say(step.node, [['CONFIG', 'SET', 'requirepass', password]]);
        this.#note(step.node, 'requirepass', password);
        this.#protected.add(step.node);
        this.#speaker.dispose();
        this.#speaker = this.#fresh();
        return;
      }
      case 'keep':
        return this.#keep(step.node);
      case 'sentinel-set':
        return this.#sentinelSet(step);
      case 'sentinel-remove': {
        const watched = this.#masterOf(step.node, step.master);
        await this.#say(step.node, [['SENTINEL', 'REMOVE', step.master]]);
        if (watched !== undefined)
          this.undo.push({ act: 'sentinel-monitor', node: step.node, master: step.master, ...watched });
        return this.#seen(step.node, `SENTINEL REMOVE ${step.master}`, async () => {
          const [masters = ''] = await this.#say(step.node, [['SENTINEL', 'MASTERS']]);
          return !masters.split(/[\n,]/).includes(step.master);
        });
      }
      case 'sentinel-monitor': {
        const { master, address, quorum } = step;
        await this.#say(step.node, [
          ['SENTINEL', 'MONITOR', master, address.host, String(address.port), String(quorum)],
        ]);
        return;
      }
      case 'acl-rules':
        await this.#say(step.node, [['ACL', 'SETUSER', step.user, ...step.rules]]);
        this.undo.push(
          { act: 'keep-acl', node: step.node, user: step.user },
          {
            ...step,
            rules: step.rules.map(rule => (rule === 'allchannels' ? 'resetchannels' : rule.replace(/^\+/, '-'))),
          },
        );
        return;
      case 'keep-acl': {
        const [saved = ''] = await this.#speaker.say(this.#node(step.node), [['ACL', 'SAVE']], this.signal, true);
        return /^OK/.test(saved) ? undefined : this.#keep(step.node);
      }
      case 'replicaof': {
        const address = this.#addressOf(this.#node(step.master));
        // only where the master asks for it: a replica that logs in where nothing is asked is refused as well
        const [asks = ''] = await this.#speaker.say(
          this.#node(step.master),
          [['CONFIG', 'GET', 'requirepass']],
          this.signal,
          true,
        );
        const password = /^requirepass\n.+/.test(asks) ? await this.#passwordOf(step.master) : undefined;
        await this.#say(step.node, [
          ...(password === undefined ? [] : [['CONFIG', 'SET', 'masterauth', password]]),
          ['REPLICAOF', address.host, String(address.port)],
        ]);
        this.#note(step.node, 'replicaof', `${address.host} ${String(address.port)}`);
        return this.#seen(step.node, 'master_link_status:up', async () =>
          /master_link_status:up/.test((await this.#say(step.node, [['INFO', 'replication']])).join('\n')),
        );
      }
      case 'start-sentinel':
        return this.#startSentinel(step.node, step.conf);
      case 'new-myid':
        return this.#newId(step.node);
      case 'sentinel-config':
        return this.#sentinelConfig(step);
      case 'publish':
        return this.#publish(step);
      case 'remount-conf':
        return this.#remount(step.node);
    }
  }

  /** What shows only when all is done: with a new password on, nobody gets in without it, and the links are up. */
  async settle(): Promise<void> {
    for (const id of this.#protected) {
      const node = this.#node(id);
      await this.#seen(id, 'NOAUTH', async () => {
        if (node.reachable === undefined) return true;
        try {
          const connection = await this.deps.connector.connect({ address: node.reachable }, { signal: this.signal });
          connection.dispose();
          return false;
        } catch (error) {
          return error instanceof HumanError && (error.fault as { reason?: unknown }).reason === 'password-required';
        }
      });
    }
  }

  async #configSet(step: Extract<FixStep, { act: 'config-set' }>): Promise<void> {
    const [before] = await this.#say(step.node, [['CONFIG', 'GET', step.setting]]);
    const old = (before ?? '')
      .split('\n')[1]
      ?.replace(/^\d+\) /, '')
      .replace(/^"(.*)"$/, '$1');
    if (old === undefined && step.ifKnown === true) return;
    await this.#say(step.node, [['CONFIG', 'SET', step.setting, step.value]]);
    this.#note(step.node, step.setting, step.value);
    if (old !== undefined)
      this.undo.push({ act: 'keep', node: step.node, settings: [step.setting] }, { ...step, value: old });
  }

  #masterOf(id: string, master: string): { readonly address: Address; readonly quorum: number } | undefined {
    const { contact } = this.#node(id);
    const watched =
      contact.state === 'answering' ? contact.report.sentinel?.masters.find(({ name }) => name === master) : undefined;
    return watched && { address: watched.address, quorum: watched.quorum };
  }

  async #sentinelSet(step: Extract<FixStep, { act: 'sentinel-set' }>): Promise<void> {
    const read = async (): Promise<string | undefined> => {
      const [reply] = await this.#say(step.node, [['SENTINEL', 'MASTER', step.master]]);
      const words = (reply ?? '').split('\n');
      return words[words.indexOf(step.setting) + 1];
    };
    const before = await read();
    if (before === step.value) return;
    await this.#say(step.node, [['SENTINEL', 'SET', step.master, step.setting, step.value]]);
    if (before !== undefined) this.undo.push({ ...step, value: before });
    await this.#seen(step.node, `${step.setting} ${step.value}`, async () => (await read()) === step.value);
  }

  /** The server writes its own conf; where the file cannot be replaced, the lines are put into the file on this machine. */
  async #keep(id: string): Promise<void> {
    const node = this.#node(id);
    const [reply = ''] = await this.#speaker.say(node, [['CONFIG', 'REWRITE']], this.signal, true);
    if (/^OK/.test(reply)) return;
    const place = confPlaceOf(node);
    const set = this.#set.get(id);
    const shares =
      node.instance !== undefined && (await this.deps.engine(node.instance.engine).describe(this.signal)).sharesFiles;
    const text = place === undefined || !shares ? undefined : await this.deps.files.read(place.path);
    if (place === undefined || text === undefined || set === undefined) {
      this.notKept.push({ node: node.name, text: reply });
      return;
    }
    await this.deps.files.write(place.path, setDirectives(text, set));
  }

  async #startSentinel(id: string, conf: string): Promise<void> {
    const node = this.#node(id);
    if (node.instance === undefined) throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
    const program = /valkey/.test(node.instance.image) ? 'valkey-server' : 'redis-server';
    const { exitCode, stdout, stderr } = await this.deps
      .engine(node.instance.engine)
      .exec(node.instance.id, [program, conf, '--sentinel', '--daemonize', 'yes'], {}, this.signal);
    if (exitCode !== 0)
      throw new HumanError<SpeakFault>({
        code: 'fix-refused',
        node: node.name,
        command: program,
        text: (stderr || stdout).trim().slice(-300),
      });
  }

  /** A Sentinel reads its id at its start only: it is ended, the line goes, and it makes itself a new one. */
  async #newId(id: string): Promise<void> {
    const node = this.#node(id);
    const report = node.contact.state === 'answering' ? node.contact.report : undefined;
    if (node.instance === undefined || report === undefined)
      throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
    const engine = this.deps.engine(node.instance.engine);
    const without = (text: string): string =>
      text
        .split('\n')
        .filter(line => !/^\s*sentinel\s+myid\s/i.test(line))
        .join('\n');
    if (node.instance.id === id) {
      const place = confPlaceOf(node);
      await runLifecycle(this.deps, lifecycleRequestOf(node, 'stop'), this.signal);
      const text = place === undefined ? undefined : await this.deps.files.read(place.path);
      if (place !== undefined && text !== undefined) await this.deps.files.write(place.path, without(text));
      await runLifecycle(this.deps, lifecycleRequestOf(node, 'start'), this.signal);
      if (text === undefined)
        throw new HumanError<ConfEditFault>({ code: 'conf-unreadable', path: place?.path ?? report.configFile });
      return;
    }
    // it sits beside a server in its container: its conf is read and written there, no shell in between
    await this.#speaker.say(node, [['SHUTDOWN']], this.signal, true).catch((error: unknown) => {
      if (!(error instanceof HumanError)) throw error; // it ends without a word
    });
    await delay(300, this.signal);
    const { stdout } = await engine.exec(node.instance.id, ['cat', report.configFile], {}, this.signal);
    if (stdout === '') throw new HumanError<ConfEditFault>({ code: 'conf-unreadable', path: report.configFile });
    await engine.exec(node.instance.id, ['tee', report.configFile], { input: without(stdout) }, this.signal);
    await this.#startSentinel(id, report.configFile);
  }

  async #remount(id: string): Promise<void> {
    const node = this.#node(id);
    const place = confPlaceOf(node);
    const { containers } = node.instance === undefined ? {} : this.deps.engine(node.instance.engine);
    if (node.instance === undefined || containers === undefined || place === undefined)
      throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
    const expect: Expectation =
      node.instance.ownership === undefined ? 'foreign' : { topologyId: node.instance.ownership.topologyId };
    const master = node.contact.state === 'answering' ? node.contact.report.replication?.master?.address : undefined;
    const runs = node.instance.state === 'running';
    const keys = async (): Promise<string | undefined> => (await this.#say(id, [['DBSIZE']]))[0];
    const before = runs ? await keys() : undefined;
    const moved = await containers.remountConf(node.instance.id, expect, place.inside, this.signal);
    try {
      if (runs) {
        this.#speaker.dispose();
        this.#speaker = this.#fresh();
        // what it had become is said again, and now it can write it down
        if (master !== undefined)
          await this.#sayWhenUp(id, [['REPLICAOF', master.host, String(master.port)]], moved.id);
        const [kept = ''] = await this.#sayWhenUp(id, [['CONFIG', 'REWRITE']], moved.id);
        if (!/^OK/.test(kept))
          throw new HumanError<SpeakFault>({
            code: 'fix-refused',
            node: node.name,
            command: 'CONFIG REWRITE',
            text: kept,
          });
        const after = await this.#sayWhenUp(id, [['DBSIZE']], moved.id);
        if (master === undefined && after[0] !== before)
          throw new HumanError<MendFault>({ code: 'fix-not-seen', node: node.name, what: `DBSIZE ${before ?? ''}` });
      }
    } catch (error) {
      await moved.undo();
      throw error;
    }
    const secret = await this.deps.secrets.get(id);
    if (secret !== undefined) await this.deps.secrets.set(moved.id, secret);
    await moved.commit();
  }

  async #sentinelConfig(step: Extract<FixStep, { act: 'sentinel-config' }>): Promise<void> {
    const [reply = ''] = await this.#say(step.node, [['SENTINEL', 'CONFIG', 'GET', step.setting]]);
    const before = reply.split('\n')[1];
    if (before === step.value) return;
    await this.#say(step.node, [['SENTINEL', 'CONFIG', 'SET', step.setting, step.value]]);
    if (before !== undefined) this.undo.push({ ...step, value: before });
  }

  /** Anew with the port published; what it had become and what it holds is compared before the old one goes. */
  async #publish({ node: id, inside, outside }: Extract<FixStep, { act: 'publish' }>): Promise<void> {
    const node = this.#node(id);
    const { containers } = node.instance === undefined ? {} : this.deps.engine(node.instance.engine);
    if (node.instance === undefined || containers === undefined)
      throw new HumanError<MendFault>({ code: 'fix-gone', node: node.name });
    const { instance } = node;
    const expect: Expectation =
      instance.ownership === undefined ? 'foreign' : { topologyId: instance.ownership.topologyId };
    const runs = instance.state === 'running';
    const replication = node.contact.state === 'answering' ? node.contact.report.replication : undefined;
    const isServer = node.contact.state === 'answering' && node.contact.report.mode !== 'sentinel';
    let before: string | undefined;
    if (runs && isServer) {
      before = (await this.#say(id, [['DBSIZE']]))[0];
      const [dir = ''] = await this.#speaker.say(node, [['CONFIG', 'GET', 'dir']], this.signal, true);
      const folder = dir.split('\n')[1] ?? '';
      if (
        before !== '0' &&
        folder.startsWith('/') &&
        !instance.mounts.some(({ target }) => folder === target || folder.startsWith(`${target}/`))
      )
        throw new HumanError<MendFault>({ code: 'fix-no-volume', node: node.name, dir: folder });
      // what was only said to it, and what no save point would keep, is written down first
      await this.#speaker.say(node, [['CONFIG', 'REWRITE'], ['SAVE']], this.signal, true);
    }
    const made = await containers.publish(instance.id, expect, { inside, outside }, this.signal);
    try {
      if (runs && isServer) {
        this.#speaker.dispose();
        this.#speaker = this.#fresh();
        const master = replication?.role === 'replica' ? replication.master?.address : undefined;
        if (master !== undefined) await this.#sayWhenUp(id, [['REPLICAOF', master.host, String(master.port)]], made.id);
        else
          await this.#seen(
            id,
            `DBSIZE ${before ?? ''}`,
            async () => (await this.#sayWhenUp(id, [['DBSIZE']], made.id))[0]?.replace(/\D/g, '') === before,
          );
      }
    } catch (error) {
      await made.undo();
      throw error;
    }
    const secret = await this.deps.secrets.get(id);
    if (secret !== undefined) await this.deps.secrets.set(made.id, secret);
    await made.commit();
  }

  /** To the container that took the node's place; its address may be another, so it is asked from inside. */
  async #sayWhenUp(
    id: string,
    commands: readonly (readonly string[])[],
    instanceId: string,
  ): Promise<readonly string[]> {
    const node = this.#node(id);
    const there: Node = {
      ...node,
      contact: {
        state: 'silent',
        reason: 'protected-mode',
        ...(node.contact.state === 'answering' ? { last: node.contact.report } : {}),
      },
      ...(node.instance === undefined ? {} : { instance: { ...node.instance, id: instanceId } }),
    };
    return until(`answer of ${node.name}`, { ...SEEN, signal: this.signal }, async () => {
      try {
        return await this.#speaker.say(there, commands, this.signal);
      } catch (error) {
        if (error instanceof HumanError && error.fault.code === 'fix-unreachable') return undefined;
        if (
          error instanceof HumanError &&
          error.fault.code === 'fix-refused' &&
          /LOADING/.test((error.fault as { text?: string }).text ?? '')
        )
          return undefined;
        throw error;
      }
    });
  }

  async #seen(id: string, what: string, check: () => Promise<boolean>): Promise<void> {
    try {
      await until(what, { ...SEEN, signal: this.signal }, async () => (await check()) || undefined);
    } catch (error) {
      if (isDeadline(error))
        throw new HumanError<MendFault>({ code: 'fix-not-seen', node: this.#node(id).name, what }, { cause: error });
      throw error;
    }
  }

  #say(id: string, commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    return this.#speaker.say(this.#node(id), commands, this.signal);
  }

  #note(id: string, setting: string, value: string): void {
    const set = this.#set.get(id) ?? new Map<string, string>();
    set.set(setting, value);
    this.#set.set(id, set);
  }

  async #newPassword(): Promise<string> {
    const topology = this.plan.topologyId === undefined ? undefined : await this.deps.secrets.get(this.plan.topologyId);
    this.#password ??= topology ?? this.deps.randomPassword();
    return this.#password;
  }

  async #passwordOf(id: string): Promise<string> {
    const known = await secretOfNode(this.deps.secrets, this.plan.topologyId, this.#node(id));
    if (known === undefined) throw new HumanError<MendFault>({ code: 'fix-needs-password', node: this.#node(id).name });
    return known;
  }

  /** As its peers reach it now: its address in a network, not the one where it was announced before it moved. */
  #addressOf(node: Node): Address {
    const [host] = addressesOf(node);
    return node.instance?.engine === 'docker' && host !== undefined
      ? { host, port: portOf(node) }
      : (node.announced ?? node.reachable ?? { host: '127.0.0.1', port: portOf(node) });
  }

  #fresh(): Speaker {
    return new Speaker(this.deps, this.plan.topologyId ?? '');
  }

  #node(id: string): Node {
    const node = this.plan.nodes.get(id);
    if (node === undefined) throw new HumanError<MendFault>({ code: 'fix-gone', node: id });
    return node;
  }
}
