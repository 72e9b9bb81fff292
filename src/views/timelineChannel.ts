import * as vscode from 'vscode';
import { entryInWords } from '../editor/words/happenings';
import type { InventoryPort } from '../topology/inventoryPort';
import type { TimelineEntry } from '../topology/timeline';

/** What happened, line by line, in an output channel that is made when the first thing happens. A blank line parts incidents. */
export class TimelineChannel implements vscode.Disposable {
  #channel: vscode.OutputChannel | undefined;
  #incident = 0;
  readonly #subscription: { dispose(): void };

  /** Topologies of nodes by node id; kept after a node went, as its end is told, too. */
  readonly #homes = new Map<string, string>();

  constructor(private readonly inventory: Pick<InventoryPort, 'timeline' | 'snapshot'>) {
    for (const entry of inventory.timeline.entries) this.#append(entry);
    this.#subscription = inventory.timeline.onDidAdd(entry => this.#append(entry));
  }

  show(): void {
    const channel = this.#open();
    if (this.inventory.timeline.entries.length === 0)
      channel.replace(
        `${vscode.l10n.t('Nothing has happened yet. What containers, sentinels and roles do appears here, with the time since it began.')}\n`,
      );
    channel.show(true);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#channel?.dispose();
  }

  #open(): vscode.OutputChannel {
    return (this.#channel ??= vscode.window.createOutputChannel(vscode.l10n.t('Redis Timeline'), 'log'));
  }

  #homeOf(node: string): string | undefined {
    const home = this.inventory.snapshot.topologies.find(({ nodes }) => nodes.some(({ id }) => id === node))?.name;
    if (home !== undefined) this.#homes.set(node, home);
    return home ?? this.#homes.get(node);
  }

  #append(entry: TimelineEntry): void {
    const channel = this.#open();
    if (entry.incident > this.#incident) {
      if (this.#incident === 0) channel.clear();
      else channel.appendLine('');
      this.#incident = entry.incident;
    }
    channel.appendLine(entryInWords(vscode.l10n.t, entry, this.#homeOf(entry.what.node)));
  }
}
