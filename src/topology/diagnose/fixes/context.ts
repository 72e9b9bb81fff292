import { isDeadline, until } from '../../../base/abort';
import { HumanError } from '../../../base/errors';
import type { Node } from '../../../model/snapshot';
import type { VerbDeps } from '../../deps';
import type { ConfEditFault } from './confEdit';
import type { FixPlan } from './plan';
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

const SEEN = { everyMs: 100, deadlineMs: 15_000 } as const;

/** What every step of a running fix has at hand: the nodes as they were when it was planned, and a way to speak to them. */
export class FixContext {
  #speaker: Speaker;

  constructor(
    readonly deps: FixDeps,
    readonly plan: FixPlan,
    readonly signal: AbortSignal,
  ) {
    this.#speaker = this.#fresh();
  }

  dispose(): void {
    this.#speaker.dispose();
  }

  /** Lets go of all connections: a password or a container is another from now on. */
  forget(): void {
    this.#speaker.dispose();
    this.#speaker = this.#fresh();
  }

  /** Throws `fix-gone` for a node that the plan does not know. */
  node(id: string): Node {
    const node = this.plan.nodes.get(id);
    if (node === undefined) throw new HumanError<MendFault>({ code: 'fix-gone', node: id });
    return node;
  }

  /** The replies as text; throws `fix-refused` at the first error reply. */
  say(id: string, commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    return this.#speaker.say(this.node(id), commands, this.signal);
  }

  /** As {@link say}, with error replies among the others as `ERR …`. */
  tolerantly(node: Node, commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    return this.#speaker.say(node, commands, this.signal, true);
  }

  /** To the container that took the node's place; its address may be another, so it is asked from inside. */
  async sayWhenUp(
    id: string,
    commands: readonly (readonly string[])[],
    instanceId: string,
  ): Promise<readonly string[]> {
    const node = this.node(id);
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

  /** Waits until the server itself shows it; throws `fix-not-seen` with `what`. */
  async seen(id: string, what: string, check: () => Promise<boolean>): Promise<void> {
    try {
      await until(what, { ...SEEN, signal: this.signal }, async () => (await check()) || undefined);
    } catch (error) {
      if (isDeadline(error))
        throw new HumanError<MendFault>({ code: 'fix-not-seen', node: this.node(id).name, what }, { cause: error });
      throw error;
    }
  }

  #fresh(): Speaker {
    return new Speaker(this.deps, this.plan.topologyId ?? '');
  }
}
