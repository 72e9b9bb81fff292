import * as vscode from 'vscode';
import { isCancellation, delay } from '../base/abort';
import type { Log } from './log';
import type { Redactor } from './redact';

interface Followed {
  readonly channel: vscode.OutputChannel;
  readonly controller: AbortController;
  running: boolean;
}

/** How long a channel waits before it follows a log again that ended (the server was stopped, or is restarting). */
const againMs = 2000;

/** One output channel for each node whose log is followed. */
export class NodeLogChannels implements vscode.Disposable {
  readonly #followed = new Map<string, Followed>();

  constructor(
    private readonly redactor: Redactor,
    private readonly log: Log,
  ) {}

  /** Brings the node's channel to the front; starts to follow unless it does already. */
  show(
    node: { readonly id: string; readonly title: string },
    follow: (onLine: (line: string) => void, signal: AbortSignal) => Promise<void>,
  ): void {
    let followed = this.#followed.get(node.id);
    if (!followed) {
      followed = {
        channel: vscode.window.createOutputChannel(`Redis: ${node.title}`, 'log'),
        controller: new AbortController(),
        running: false,
      };
      this.#followed.set(node.id, followed);
    }
    followed.channel.show(true);
    if (!followed.running) void this.#follow(node.title, followed, follow);
  }

  dispose(): void {
    for (const { channel, controller } of this.#followed.values()) {
      controller.abort();
      channel.dispose();
    }
    this.#followed.clear();
  }

  async #follow(
    title: string,
    followed: Followed,
    follow: (onLine: (line: string) => void, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const {
      channel,
      controller: { signal },
    } = followed;
    followed.running = true;
    try {
      channel.clear();
      await follow(line => channel.appendLine(this.redactor.redact(line)), signal);
      await delay(againMs, signal); // a click in the meantime would print everything twice
      channel.appendLine(vscode.l10n.t('— the log ended; show it again to go on —'));
    } catch (error) {
      if (isCancellation(error) || signal.aborted) return;
      this.log.error(`log of ${title}`, error);
      channel.appendLine(vscode.l10n.t('— the log cannot be followed any more —'));
    } finally {
      followed.running = false;
    }
  }
}
