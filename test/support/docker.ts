// The real Docker engine, by its command line: a second opinion, independent of the code under test.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { testLabel } from './naming';

const run = promisify(execFile);

/** `docker …`: what it printed, trimmed. Throws with its error text. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', [...args], { maxBuffer: 1 << 26 });
  return stdout.trim();
}

/** The lines of `docker …`, none when it prints nothing. */
export async function dockerLines(...args: readonly string[]): Promise<string[]> {
  const out = await docker(...args);
  return out === '' ? [] : out.split('\n');
}

/** What is left of a run, by name or by label: `container orders-1`, `network orders`, `volume …`. */
export async function leftovers(prefix: string): Promise<string[]> {
  const found = new Set<string>();
  for (const filter of [`name=${prefix}`, `label=${testLabel}=${prefix}`]) {
    for (const name of await dockerLines('ps', '-a', '--filter', filter, '--format', '{{.Names}}'))
      found.add(`container ${name}`);
    for (const name of await dockerLines('network', 'ls', '--filter', filter, '--format', '{{.Name}}'))
      found.add(`network ${name}`);
    for (const name of await dockerLines('volume', 'ls', '--filter', filter, '--format', '{{.Name}}'))
      found.add(`volume ${name}`);
  }
  return [...found].sort();
}

/** Removes everything whose name holds the prefix or whose test label is it. */
export async function cleanUp(prefix: string): Promise<void> {
  assert.match(prefix, /^(?:rtt|app)-[0-9a-f]{6}/, 'only what a test named is removed');
  const names = await leftovers(prefix);
  const of = (kind: string): string[] =>
    names.filter(name => name.startsWith(`${kind} `)).map(name => name.slice(kind.length + 1));
  if (of('container').length > 0) await docker('rm', '-f', '-v', ...of('container'));
  if (of('network').length > 0) await docker('network', 'rm', ...of('network'));
  if (of('volume').length > 0) await docker('volume', 'rm', '-f', ...of('volume'));
}

export interface Decoy {
  readonly name: string;
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/**
 * Starts containers that look like ours and are somebody else's. `untouched` fails when one was stopped, restarted,
 * replaced, paused or removed since.
 */
export async function startDecoys(prefix: string, decoys: readonly Decoy[]): Promise<{ untouched(): Promise<void> }> {
  const state = (): Promise<string[]> =>
    dockerLines(
      'inspect',
      '--format',
      '{{.Name}} {{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}} {{json .Config.Labels}} {{json .NetworkSettings.Networks}}',
      ...decoys.map(decoy => decoy.name),
    );
  for (const decoy of decoys) {
    const labels = Object.entries({ [testLabel]: prefix, ...decoy.labels }).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ]);
    await docker('run', '-d', '--name', decoy.name, ...labels, ...(decoy.args ?? []), decoy.image ?? 'redis:7.0');
  }
  const before = await state();
  return {
    untouched: async () => {
      assert.deepEqual(await state(), before, "somebody else's containers were touched");
    },
  };
}
