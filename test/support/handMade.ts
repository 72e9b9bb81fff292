// Containers as a person makes them by hand, with an inventory and a diagnoser that watch these and no others.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from '../../src/engine/docker';
import type { Engine } from '../../src/engine/engine';
import type { Disposable } from '../../src/base/disposable';
import { isFault } from '../../src/base/errors';
import type { Node } from '../../src/model/snapshot';
import { nodesOf } from '../../src/model/diff';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { Collector } from '../../src/topology/diagnose/collector';
import { Diagnoser } from '../../src/topology/diagnose/diagnoser';
import type { Problem, What } from '../../src/topology/diagnose/problem';
import { isDelegated, planFix } from '../../src/topology/diagnose/fixes/plan';
import { runFix } from '../../src/topology/diagnose/fixes/run';
import type { FixDeps, FixReport } from '../../src/topology/diagnose/fixes/run';
import { cleanUp, docker } from './docker';
import type { MemoryDeps } from './memoryDeps';
import { memoryDeps } from './memoryDeps';
import { newPrefix, testLabel, until } from './naming';
import { only } from './someContainers';

export class HandMade {
  readonly prefix = newPrefix();
  readonly folder = mkdtempSync(join(tmpdir(), 'rtt-hand-'));
  readonly engine: Engine & Disposable = createDockerEngine({ owner: 'diagnose-tests' });
  readonly deps: MemoryDeps = memoryDeps(this.engine, new IoredisConnector());
  readonly inventory = new Inventory({
    engines: [only(this.engine, ({ name }) => name.startsWith(this.prefix))],
    connector: this.deps.connector,
    secrets: this.deps.secrets,
  });
  readonly failures: unknown[] = [];
  readonly collector = new Collector({
    engine: () => this.engine,
    inventory: this.inventory,
    readText,
    now: () => Date.now(),
    onFailure: error => this.failures.push(error),
  });
  readonly diagnoser = new Diagnoser(this.inventory, this.collector, error => this.failures.push(error));

  name(short: string): string {
    return `${this.prefix}-${short}`;
  }

  async watch(): Promise<void> {
    await this.inventory.refresh();
    this.inventory.setVisible(true);
  }

  /** `<folder>/<node>/conf/<file>`, as the notes lay it out. */
  conf(node: string, lines: readonly string[], file = 'redis.conf'): string {
    mkdirSync(join(this.folder, node, 'conf'), { recursive: true });
    const path = join(this.folder, node, 'conf', file);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  read(node: string, file = 'redis.conf'): string {
    return readFileSync(join(this.folder, node, 'conf', file), 'utf8');
  }

  async create(short: string, args: readonly string[], command: readonly string[], image = 'redis:7.0'): Promise<void> {
    await docker(
      'create',
      '--name',
      this.name(short),
      '--label',
      `${testLabel}=${this.prefix}`,
      ...args,
      image,
      ...command,
    );
  }

  start(...shorts: readonly string[]): Promise<string> {
    return docker('start', ...shorts.map(short => this.name(short)));
  }

  stop(...shorts: readonly string[]): Promise<string> {
    return docker('stop', '-t', '15', ...shorts.map(short => this.name(short)));
  }

  exec(short: string, ...command: readonly string[]): Promise<string> {
    return docker('exec', this.name(short), ...command);
  }

  async addressOf(short: string): Promise<string> {
    return docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', this.name(short));
  }

  node(short: string): Node {
    const found = nodesOf(this.inventory.snapshot).find(({ name }) => name === this.name(short));
    if (found === undefined) throw new Error(`no ${short}`);
    return found;
  }

  problem<Code extends What['code']>(
    code: Code,
    short?: string,
  ): (Problem & { readonly what: Extract<What, { code: Code }> }) | undefined {
    return this.diagnoser.problems.find(
      problem => problem.what.code === code && (short === undefined || problem.nodes.includes(this.node(short).id)),
    ) as never;
  }

  /** Waits for the problem, and tells how long that took since `since` (of `Date.now()`; a promise where the fact itself takes its time). */
  async finds<Code extends What['code']>(
    code: Code,
    short: string | undefined,
    since: number | Promise<number>,
    within = 20_000,
  ): Promise<{ readonly problem: Problem & { readonly what: Extract<What, { code: Code }> }; readonly ms: number }> {
    const problem = await until(`${code} ${short ?? ''}`, () => this.problem(code, short), within).catch(
      (error: unknown) => {
        throw new Error(
          `not found: ${code} ${short ?? ''}; there is ${JSON.stringify(this.diagnoser.problems.map(({ what, evidence }) => [what, evidence]))} ${JSON.stringify(nodesOf(this.inventory.snapshot).map(({ id, name, contact, role, reachable, instance }) => [id.slice(0, 6), name, role, contact.state, 'reason' in contact ? contact.reason : '', reachable, instance?.networks, instance?.ports]))}`,
          { cause: error },
        );
      },
    );
    const at = Date.now();
    return { problem, ms: Math.max(0, at - (await since)) };
  }

  /** When a server first says something: the moment since which it is so. */
  async says(short: string, text: RegExp, ...command: readonly string[]): Promise<number> {
    return until(
      `${short} says ${String(text)}`,
      async () => text.test(await this.exec(short, ...command)) && Date.now(),
      60_000,
    );
  }

  async gone(code: What['code'], short?: string, within = 20_000): Promise<void> {
    await until(`no ${code} ${short ?? ''} any more`, () => this.problem(code, short) === undefined, within);
  }

  /** Plans and runs one of the problem's fixes as the button does; what it reports. */
  async fix(problem: Problem, index = 0): Promise<FixReport> {
    const fix = problem.fixes[index];
    if (fix === undefined || isDelegated(fix)) throw new Error(`no fix ${index} of ${problem.what.code}`);
    const plan = planFix(this.inventory.snapshot, problem.topologyId, fix);
    const holding = this.inventory.hold();
    try {
      return await runFix(this.fixDeps, plan, new AbortController().signal);
    } finally {
      holding.dispose();
    }
  }

  readonly fixDeps: FixDeps = { ...this.deps, files: { read: readText, write: (path, text) => writeFile(path, text) } };

  /** Everything of severity warning and error, as `code node`. */
  wrongs(): string[] {
    return this.diagnoser.problems
      .filter(({ severity }) => severity !== 'info')
      .map(
        ({ what, nodes }) =>
          `${what.code} ${nodes.map(id => nodesOf(this.inventory.snapshot).find(node => node.id === id)?.name ?? id).join(',')}`,
      );
  }

  async dispose(): Promise<void> {
    this.diagnoser.dispose();
    this.collector.dispose();
    this.inventory.dispose();
    this.engine.dispose();
    await cleanUp(this.prefix);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isFault(error) || (error as { code?: unknown }).code !== undefined) return undefined;
    throw error;
  }
}
