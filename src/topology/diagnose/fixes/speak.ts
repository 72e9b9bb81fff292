import { HumanError } from '../../../base/errors';
import type { Node } from '../../../model/snapshot';
import { reportOf } from '../../../model/servers';
import type { VerbDeps } from '../../deps';
import { confWord } from '../../confText';
import { talkOf } from '../../replicaOf';
import { seatOf } from '../../talk';
import type { Talk } from '../../talk';
import { ReplyError } from '../../../redis/client';
import { portOf } from '../scope';
import type { Credentials } from '../../../redis/credentials';
import { credentialsOf } from '../../../redis/credentials';
import { secretOfNode } from '../../password';

export type SpeakFault =
  /** The server refused a command of a fix; `command` is without its arguments. */
  | { readonly code: 'fix-refused'; readonly node: string; readonly command: string; readonly text: string }
  /** Neither a connection nor the client inside its container reaches it. */
  | { readonly code: 'fix-unreachable'; readonly node: string };

const ANSWER = { everyMs: 100, deadlineMs: 8000 } as const;

/** Says commands to servers, also to one that refuses everybody from outside: then from inside its container, where protected mode does not hold. */
export class Speaker {
  readonly #talk: Talk;

  constructor(
    private readonly deps: Pick<VerbDeps, 'connector' | 'secrets' | 'engine'>,
    private readonly topologyId: string,
  ) {
    this.#talk = talkOf(deps, topologyId);
  }

  /** The replies as text. Throws `fix-refused` at the first error reply; with `tolerant` it stands among them as `ERR …`. */
  async say(
    node: Node,
    commands: readonly (readonly string[])[],
    signal: AbortSignal,
    tolerant = false,
  ): Promise<readonly string[]> {
    const inside = node.contact.state === 'silent' && node.contact.reason === 'protected-mode';
    const replies = inside ? await this.#inside(node, commands, signal) : await this.#outside(node, commands, signal);
    for (const [index, reply] of replies.entries()) {
      if (reply.error && !tolerant)
        throw new HumanError<SpeakFault>({
          code: 'fix-refused',
          node: node.name,
          command: (commands[index] ?? []).slice(0, 2).join(' '),
          text: reply.text,
        });
    }
    return replies.map(({ text }) => text);
  }

  /** Lets go of connections that were opened with an older password. */
  dispose(): void {
    this.#talk.dispose();
  }

  async #outside(node: Node, commands: readonly (readonly string[])[], signal: AbortSignal): Promise<readonly Said[]> {
    const seat = seatOf(node);
    if (seat === undefined) return this.#inside(node, commands, signal);
    const connection = await this.#talk.to({ ...seat, name: node.id }, { ...ANSWER, signal });
    const replies = await connection.pipeline(commands, { signal, timeoutMs: 5000 });
    return replies.map(reply =>
      reply instanceof ReplyError
        ? { text: reply.text, error: true }
        : { text: Array.isArray(reply) ? reply.map(String).join('\n') : String(reply), error: false },
    );
  }

  async #passwordOf(node: Node): Promise<string | undefined> {
    return secretOfNode(this.deps.secrets, node.instance?.ownership?.topologyId ?? this.topologyId, node);
  }

  /** By the server's own client over its standard input: arguments of a process would show a password. */
  async #inside(node: Node, commands: readonly (readonly string[])[], signal: AbortSignal): Promise<readonly Said[]> {
    if (node.instance === undefined) throw new HumanError<SpeakFault>({ code: 'fix-unreachable', node: node.name });
    const isValkey = reportOf(node.contact)?.product === 'valkey' || /valkey/.test(node.instance.image);
    const said: Said[] = [];
    const { username, password } = credentialsOf(await this.#passwordOf(node)) as Partial<Credentials>;
    const login = password === undefined ? '' : `AUTH ${[username ?? [], password].flat().map(confWord).join(' ')}\n`;
    for (const command of commands) {
      const { stdout, stderr } = await this.deps
        .engine(node.instance.engine)
        .exec(
          node.instance.id,
          [isValkey ? 'valkey-cli' : 'redis-cli', '-p', String(portOf(node))],
          { input: `${login}${command.map(confWord).join(' ')}\n` },
          signal,
        );
      const text = (login === '' ? stdout || stderr : stdout.slice(stdout.indexOf('\n') + 1) || stderr).trim(); // the first line answers AUTH
      if (/^Could not connect|executable file not found/i.test(text))
        throw new HumanError<SpeakFault>({ code: 'fix-unreachable', node: node.name });
      said.push({ text, error: /^(?:\(error\) )?(?:ERR|NOAUTH|WRONGPASS|READONLY|NOPERM|DENIED)\b/.test(text) });
    }
    return said;
  }
}

interface Said {
  readonly text: string;
  readonly error: boolean;
}
