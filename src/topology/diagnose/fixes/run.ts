import { HumanError } from '../../../base/errors';
import type { Address } from '../../../model/address';
import type { Node } from '../../../model/snapshot';
import { lifecycleRequestOf, runLifecycle } from '../../lifecycle';
import { secretOfNode } from '../../password';
import { confPlaceOf } from '../confFacts';
import { addressesOf } from '../rules/links';
import { portOf } from '../scope';
import { publish, remount } from './anew';
import type { FixDeps, MendFault } from './context';
import { FixContext } from './context';
import { editLines, setDirectives, undoEdits } from './confEdit';
import type { ConfEditFault } from './confEdit';
import { isLinked, linkAgain } from './announce';
import type { FixPlan, FixStep } from './plan';
import { newId, restartSentinel, startSentinel } from './sentinels';

export type { FixDeps, MendFault } from './context';

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

class FixRun {
  readonly undo: FixStep[] = [];
  readonly notKept: { readonly node: string; readonly text: string }[] = [];
  readonly #set = new Map<string, Map<string, string>>();
  readonly #protected = new Set<string>();
  readonly #context: FixContext;
  #password: string | undefined;

  constructor(
    private readonly deps: FixDeps,
    private readonly plan: FixPlan,
    private readonly signal: AbortSignal,
  ) {
    this.#context = new FixContext(deps, plan, signal);
  }

  dispose(): void {
    this.#context.dispose();
  }

  async step(step: FixStep): Promise<void> {
    const { deps, signal } = this;
    switch (step.act) {
      case 'start':
      case 'unpause':
      case 'restart':
        return runLifecycle(deps, lifecycleRequestOf(this.#context.node(step.node), step.act), signal);
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
        await this.#context.say(step.node, [['CONFIG', 'SET', 'masterauth', password]]);
        this.#note(step.node, 'masterauth', password);
        return;
      }
      case 'set-auth-pass': {
        await this.#context.say(step.node, [['SENTINEL', 'SET', step.master, 'auth-pass', await this.#newPassword()]]);
        return;
      }
      case 'set-requirepass': {
        const password = await this.#newPassword();
        // kept before it is set: what the editor does not know afterwards nobody knows
        await deps.secrets.set(this.#context.node(step.node).instance?.ownership?.topologyId ?? step.node, password);
        await this.#context.say(step.node, [['CONFIG', 'SET', 'requirepass', password]]);
        this.#note(step.node, 'requirepass', password);
        this.#protected.add(step.node);
        this.#context.forget();
        return;
      }
      case 'keep':
        return this.#keep(step.node);
      case 'sentinel-set':
        return this.#sentinelSet(step);
      case 'sentinel-remove': {
        const watched = this.#masterOf(step.node, step.master);
        await this.#context.say(step.node, [['SENTINEL', 'REMOVE', step.master]]);
        if (watched !== undefined)
          this.undo.push({ act: 'sentinel-monitor', node: step.node, master: step.master, ...watched });
        return this.#context.seen(step.node, `SENTINEL REMOVE ${step.master}`, async () => {
          const [masters = ''] = await this.#context.say(step.node, [['SENTINEL', 'MASTERS']]);
          return !masters.split(/[\n,]/).includes(step.master);
        });
      }
      case 'sentinel-monitor': {
        const { master, address, quorum } = step;
        await this.#context.say(step.node, [
          ['SENTINEL', 'MONITOR', master, address.host, String(address.port), String(quorum)],
        ]);
        return;
      }
      case 'acl-rules':
        await this.#context.say(step.node, [['ACL', 'SETUSER', step.user, ...step.rules]]);
        this.undo.push(
          { act: 'keep-acl', node: step.node, user: step.user },
          {
            ...step,
            rules: step.rules.map(rule => (rule === 'allchannels' ? 'resetchannels' : rule.replace(/^\+/, '-'))),
          },
        );
        return;
      case 'keep-acl': {
        const [saved = ''] = await this.#context.tolerantly(this.#context.node(step.node), [['ACL', 'SAVE']]);
        return /^OK/.test(saved) ? undefined : this.#keep(step.node);
      }
      case 'replicaof': {
        const address = this.#addressOf(this.#context.node(step.master));
        // only where the master asks for it: a replica that logs in where nothing is asked is refused as well
        const [asks = ''] = await this.#context.tolerantly(this.#context.node(step.master), [
          ['CONFIG', 'GET', 'requirepass'],
        ]);
        const password = /^requirepass\n.+/.test(asks) ? await this.#passwordOf(step.master) : undefined;
        await this.#context.say(step.node, [
          ...(password === undefined ? [] : [['CONFIG', 'SET', 'masterauth', password]]),
          ['REPLICAOF', address.host, String(address.port)],
        ]);
        this.#note(step.node, 'replicaof', `${address.host} ${String(address.port)}`);
        return this.#linked(step.node);
      }
      case 'start-sentinel':
        return startSentinel(this.#context, step.node, step.conf);
      case 'new-myid':
        return newId(this.#context, step.node);
      case 'restart-sentinel':
        return restartSentinel(this.#context, step.node);
      case 'sentinel-config':
        return this.#sentinelConfig(step);
      case 'publish':
        return publish(this.#context, step);
      case 'remount-conf':
        return remount(this.#context, step.node);
      case 'link-again':
        if (!(await linkAgain(commands => this.#context.say(step.node, commands)))) return;
        this.undo.unshift(step); // undone last
        return this.#linked(step.node);
    }
  }

  /** What shows only when all is done: with a new password on, nobody gets in without it, and the links are up. */
  async settle(): Promise<void> {
    for (const id of this.#protected) {
      const node = this.#context.node(id);
      await this.#context.seen(id, 'NOAUTH', async () => {
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
    const [before] = await this.#context.say(step.node, [['CONFIG', 'GET', step.setting]]);
    const old = (before ?? '')
      .split('\n')[1]
      ?.replace(/^\d+\) /, '')
      .replace(/^"(.*)"$/, '$1');
    if (old === undefined && step.ifKnown === true) return;
    await this.#context.say(step.node, [['CONFIG', 'SET', step.setting, step.value]]);
    this.#note(step.node, step.setting, step.value);
    if (old !== undefined)
      this.undo.push({ act: 'keep', node: step.node, settings: [step.setting] }, { ...step, value: old });
  }

  #masterOf(id: string, master: string): { readonly address: Address; readonly quorum: number } | undefined {
    const { contact } = this.#context.node(id);
    const watched =
      contact.state === 'answering' ? contact.report.sentinel?.masters.find(({ name }) => name === master) : undefined;
    return watched && { address: watched.address, quorum: watched.quorum };
  }

  async #sentinelSet(step: Extract<FixStep, { act: 'sentinel-set' }>): Promise<void> {
    const read = async (): Promise<string | undefined> => {
      const [reply] = await this.#context.say(step.node, [['SENTINEL', 'MASTER', step.master]]);
      const words = (reply ?? '').split('\n');
      return words[words.indexOf(step.setting) + 1];
    };
    const before = await read();
    if (before === step.value) return;
    await this.#context.say(step.node, [['SENTINEL', 'SET', step.master, step.setting, step.value]]);
    if (before !== undefined) this.undo.push({ ...step, value: before });
    await this.#context.seen(step.node, `${step.setting} ${step.value}`, async () => (await read()) === step.value);
  }

  /** The server writes its own conf; where the file cannot be replaced, the lines are put into the file on this machine. */
  async #keep(id: string): Promise<void> {
    const node = this.#context.node(id);
    const [reply = ''] = await this.#context.tolerantly(node, [['CONFIG', 'REWRITE']]);
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

  async #sentinelConfig(step: Extract<FixStep, { act: 'sentinel-config' }>): Promise<void> {
    const [reply = ''] = await this.#context.say(step.node, [['SENTINEL', 'CONFIG', 'GET', step.setting]]);
    const before = reply.split('\n')[1];
    if (before === step.value) return;
    await this.#context.say(step.node, [['SENTINEL', 'CONFIG', 'SET', step.setting, step.value]]);
    // as in the plan: an address that is taken back counts from the next start on (undone from the end)
    if (before === '' && step.setting === 'announce-ip')
      this.undo.unshift({ act: 'restart-sentinel', node: step.node });
    if (before !== undefined) this.undo.push({ ...step, value: before });
  }

  #linked(node: string): Promise<void> {
    return this.#context.seen(node, 'master_link_status:up', () =>
      isLinked(commands => this.#context.say(node, commands)),
    );
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
    const known = await secretOfNode(this.deps.secrets, this.plan.topologyId, this.#context.node(id));
    if (known === undefined)
      throw new HumanError<MendFault>({ code: 'fix-needs-password', node: this.#context.node(id).name });
    return known;
  }

  /** As its peers reach it now: its address in a network, not the one where it was announced before it moved. */
  #addressOf(node: Node): Address {
    const [host] = addressesOf(node);
    return node.instance?.engine === 'docker' && host !== undefined
      ? { host, port: portOf(node) }
      : (node.announced ?? node.reachable ?? { host: '127.0.0.1', port: portOf(node) });
  }
}
