import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import * as vscode from 'vscode';
import type { Disposable } from './base/disposable';
import { DisposableStore } from './base/disposable';
import type { Event } from './base/emitter';
import { Emitter } from './base/emitter';
import { Lazy } from './base/lazy';
import type { EngineChoice, Kit } from './commands/kit';
import { runTold } from './commands/run';
import { ofMore, ofProblems } from './commands/later';
import { looks } from './commands/looks';
import { acts, commandTable } from './commands/table';
import { ContextKey } from './editor/contextKey';
import type { ConfigValue } from './editor/configValue';
import { Documents } from './editor/documents';
import type { Log } from './editor/log';
import { NodeLogChannels } from './editor/nodeLogs';
import type { Redactor } from './editor/redact';
import { isLookOnly, targetOf } from './editor/target';
import { createDockerEngine } from './engine/docker';
import type { Engine } from './engine/engine';
import { createProcessEngine } from './engine/process';
import type { commands } from './manifest';
import { nodesOf } from './model/diff';
import type { EngineKind } from './model/instance';
import { contextKeys, pages, views } from './manifest';
import type { Snapshot } from './model/snapshot';
import { credentialsOf } from './redis/credentials';
import type { Address } from './model/address';
import { identify } from './redis/identify';
import { lazyConnector } from './redis/lazyConnector';
import type { VerbDeps } from './topology/deps';
import { findBroken } from './topology/drill/broken';
import { ExistingList } from './topology/existing/existingList';
import { existingConnector } from './topology/existing/readOnly';
import { Inventory } from './topology/inventory';
import type { InventoryPort } from './topology/inventoryPort';
import { FileRecords } from './topology/fileRecords';
import type { Secrets } from './topology/ports';
import { findUnfinished } from './topology/findUnfinished';
import type { Drawing } from './views/drawing';
import { draw } from './views/drawing';
import type { ProblemLine } from './views/problemLines';
import { TimelineChannel } from './views/timelineChannel';
import type { SlotMaps } from './webviews/slotMapPanel';

/** What the small part of the extension hands to this one when it is first needed. */
export interface Surroundings {
  readonly secrets: Secrets;
  /** Identifies this installation in the labels of what it makes. */
  readonly owner: string;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly dockerHost: ConfigValue<string>;
  /** Name of the Docker context to use instead of the current one. */
  readonly dockerContext: ConfigValue<string>;
  /** Whether servers are reached through the engine where another way leads there as well. */
  readonly tunnel: ConfigValue<'auto' | 'always'>;
  readonly confirm: ConfigValue<boolean>;
  /** Which engine a creation uses. */
  readonly preferred: ConfigValue<EngineChoice>;
  /** Paths of server programs to offer before those that are found. */
  readonly servers: ConfigValue<readonly string[]>;
  /** A folder of this installation that outlives the editor: records of what was begun, records and volumes of plain processes. */
  readonly home: string;
  readonly extensionUri: vscode.Uri;
}

/** Everything that brings libraries and sockets: loaded when the view is first seen or a command first run. */
export interface Core extends Disposable {
  readonly inventory: InventoryPort;
  /** For asking the server inside a running instance about a conf file. */
  readonly engines: Readonly<Record<EngineKind, Pick<Engine, 'exec'>>>;
  /** Takes over a page that VS Code kept over a reload of its window. `state` is what the page remembered. */
  restore(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
  readonly slotMaps: {
    /** The node was chosen in the tree: open maps bring out its shard. */
    lightUp(node: string): void;
  };
  /** A page asks to show a node, by its id, in the tree. */
  readonly onDidAskToReveal: Event<string>;
  /** What is wrong changed: to be drawn again. */
  readonly onDidChangeProblems: Event<void>;
  draw(snapshot: Snapshot): Drawing;
  /** @param args as VS Code gave them */
  run(command: keyof typeof commands, args: readonly unknown[]): Promise<void>;
}

/** What drawing the first tree takes VS Code, generously: until then nothing else is loaded. */
const DRAWN_MS = 100;
/** When a window is loaded anew, the process before may still be ending. */
const OLD_HOST_MS = 15_000;

/** Chooses engine and client, builds what stands on them, and binds the commands to it. */
export function openCore({
  secrets,
  owner,
  log,
  redactor,
  dockerHost,
  dockerContext,
  tunnel,
  confirm,
  preferred,
  servers,
  home,
  extensionUri,
}: Surroundings): Core {
  const store = new DisposableStore();
  const records = new FileRecords(join(home, 'records'));
  const docker = store.add(
    createDockerEngine({
      owner,
      t: vscode.l10n.t,
      endpoint: () => dockerHost.value || undefined,
      context: () => dockerContext.value || undefined,
      tunnel: () => tunnel.value === 'always',
    }),
  );
  const dial = (address: Address, signal?: AbortSignal): Promise<Duplex> =>
    docker.containers.dial(address.via ?? '', address, signal);
  const existing = store.add(new ExistingList({ records, secrets, uuid: () => randomUUID() }));
  const connector = existingConnector(
    lazyConnector(async () => new (await import('./redis/ioredisClient')).IoredisConnector(dial)),
    address => existing.reached(address, inventory.snapshot),
  );
  const processes = store.add(
    createProcessEngine({
      owner,
      t: vscode.l10n.t,
      home,
      servers: () => servers.value,
      identify: async (topologyId, port) =>
        identify(connector, { address: { host: '127.0.0.1', port }, ...credentialsOf(await secrets.get(topologyId)) }),
    }),
  );
  const engines: Readonly<Record<EngineKind, Engine>> = { docker, process: processes };
  const inventory = store.add(new Inventory({ engines: [docker, processes], connector, secrets, existing }));
  const timeline = store.add(new TimelineChannel(inventory));
  const asked = store.add(new Emitter<string>());
  const onFailure = (error: unknown): void => log.error('slot map', error);
  const maps = store.add(
    new Lazy<SlotMaps>(
      async () =>
        new (await import('./webviews/slotMapPanel')).SlotMaps({
          extensionUri,
          inventory,
          reveal: node => asked.fire(node),
          move: (topology, slots) => void run('moveSlots', [{ kind: 'topology', topology, slots }]),
          fix: topology => void run('fixCluster', [{ kind: 'topology', topology }]),
          onFailure,
        }),
    ),
  );
  const deps: VerbDeps = {
    engine: kind => engines[kind],
    connector,
    secrets,
    records,
    owner,
    now: () => Date.now(),
    uuid: () => randomUUID(),
    randomPassword: () => randomBytes(32).toString('base64url'),
  };
  const kit: Kit = {
    t: vscode.l10n.t,
    deps,
    inventory,
    log,
    redactor,
    confirm,
    preferred,
    existing,
    slotMaps: {
      show: async topologyId => (await maps.get()).show(topologyId),
      plan: async (topologyId, proposal) => (await maps.get()).plan(topologyId, proposal),
    },
    dockerContexts: async () => (await import('./engine/docker/chooseContext')).contextsHere(),
    documents: store.add(new Documents()),
    logs: store.add(new NodeLogChannels(redactor, log)),
    showView: async () => void (await vscode.commands.executeCommand(`${views.topologies}.focus`)),
    showTimeline: () => timeline.show(),
    diagnosis: () => diagnosis.get(),
  };
  const problemsChanged = store.add(new Emitter<void>());
  const diagnosis = store.add(
    new Lazy(async () => {
      const made = (await import('./diagnosis')).openDiagnosis(kit, extensionUri, node => asked.fire(node));
      made.onDidChange(() => problemsChanged.fire());
      lines = () => made.lines;
      return made;
    }),
  );
  let lines: () => readonly ProblemLine[] = () => [];
  // the tree comes first, with all roles and drawn; why something is wrong comes right after
  const first = inventory.onDidChange(({ snapshot }) => {
    const nodes = nodesOf(snapshot);
    if (
      (nodes.length === 0 && snapshot.engines.some(({ state }) => state === 'connecting')) ||
      nodes.some(({ contact }) => contact.state === 'unknown')
    )
      return;
    first.dispose();
    const timer = setTimeout(() => {
      diagnosis.get().catch((error: unknown) => log.error('diagnosis', error));
    }, DRAWN_MS);
    store.add({ dispose: () => clearTimeout(timer) });
  });
  store.add(first);
  const unfinished = new ContextKey<boolean>(contextKeys.unfinished);
  const lookForUnfinished = (): boolean => {
    const found = findUnfinished(deps).length > 0;
    unfinished.set(found);
    return found;
  };
  const run: Core['run'] = async (command, args) => {
    await runTold(log, command, async () => {
      const target = targetOf(args);
      if (!looks.has(command) && !vscode.workspace.isTrusted) {
        // links and keys do not ask whether a command is enabled
        await ofMore('tellUntrusted')();
        return;
      }
      if (acts.has(command) && isLookOnly(target, inventory.snapshot) && !(await ofMore('mayChange')(kit, target)))
        return;
      await commandTable[command](kit, target);
    });
    lookForUnfinished();
  };
  if (lookForUnfinished() && vscode.workspace.isTrusted) void run('finishCreation', []);
  const lookForBroken = (): boolean => {
    const { left, running } = findBroken(deps);
    if (left.length > 0 && vscode.workspace.isTrusted)
      void runTold(log, 'drill', () => ofProblems('mendBroken')(kit, undefined));
    return running && left.length === 0;
  };
  if (lookForBroken()) {
    const again = setInterval(() => {
      if (!lookForBroken()) clearInterval(again);
    }, OLD_HOST_MS);
    store.add({ dispose: () => clearInterval(again) });
  }
  return {
    inventory,
    engines,
    onDidAskToReveal: asked.event,
    run,
    restore: async (panel, state) => {
      const topologyId = topologyIn(state);
      if (topologyId === undefined) return panel.dispose();
      if (panel.viewType === pages.slotMap) (await maps.get()).restore(panel, topologyId);
      else await (await diagnosis.get()).restore(panel, topologyId);
    },
    slotMaps: {
      lightUp: node => {
        if (maps.isMade)
          maps
            .get()
            .then(made => made.lightUp(node))
            .catch(onFailure);
      },
    },
    onDidChangeProblems: problemsChanged.event,
    draw: snapshot => draw(vscode.l10n.t, snapshot, lines()),
    dispose: () => store.dispose(),
  };
}

function topologyIn(state: unknown): string | undefined {
  const { topology } = (state ?? {}) as { readonly topology?: unknown };
  return typeof topology === 'string' ? topology : undefined;
}
