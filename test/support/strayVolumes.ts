// Volumes that nobody named, and whose they are: on a daemon that others use at the same time, a new one proves nothing by itself.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { delay } from '../../src/base/abort';
import { docker } from './dockerWorld';
import { until } from './naming';

const ANONYMOUS = /^[0-9a-f]{64}$/;
/** How often, a second apart, a volume must be seen lying about. */
const LOOKS = 6;
const lines = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

interface DaemonEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Listens to the daemon while something is made and removed, so that each anonymous volume can be laid at somebody's door. */
export class StrayVolumes {
  /** Volumes that were there before anything of this run. */
  readonly #before = new Set(StrayVolumes.#anonymous());
  /** Containers whose making was heard, and whether they bear the name of our topology. */
  readonly #ours = new Map<string, boolean>();
  /** Containers that mounted a volume. */
  readonly #users = new Map<string, Set<string>>();
  #heard = '';

  private constructor(
    private readonly topologyName: string,
    private readonly listener: ChildProcess,
  ) {
    if (listener.stdout === null) throw new Error('no output');
    createInterface({ input: listener.stdout }).on('line', line => this.#hear(JSON.parse(line) as DaemonEvent));
  }

  /** @param topologyName what bears it in its label `redis-topology.name` is ours */
  static async watch(topologyName: string): Promise<StrayVolumes> {
    // From a little earlier, so that nothing is missed before the listener listens.
    const since = (Date.now() / 1000 - 1).toFixed(3);
    const listener = spawn(
      'docker',
      ['events', '--since', since, '--filter', 'type=container', '--filter', 'type=volume', '--format', '{{json .}}'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await new Promise((resolve, reject) => listener.once('spawn', resolve).once('error', reject));
    return new StrayVolumes(topologyName, listener);
  }

  static #anonymous(...filter: readonly string[]): readonly string[] {
    return lines(docker('volume', 'ls', ...filter, '--format', '{{.Name}}')).filter(name => ANONYMOUS.test(name));
  }

  /** Anonymous volumes that containers of ours have now. */
  mounted(): readonly string[] {
    const ids = lines(docker('ps', '-aq', '--filter', `label=redis-topology.name=${this.topologyName}`));
    if (ids.length === 0) return [];
    return lines(docker('inspect', '--format', '{{range .Mounts}}{{.Name}}\n{{end}}', ...ids)).filter(name =>
      ANONYMOUS.test(name),
    );
  }

  /**
   * New volumes that nobody uses, nobody named, and that no container of somebody else's was seen to mount. What is not known counts as ours; but
   * a volume is nobody's for a moment whenever one is being made or removed, so it must stay for some seconds.
   */
  async left(): Promise<readonly string[]> {
    for (let looks = 1; ; looks++) {
      const fresh = StrayVolumes.#anonymous('--filter', 'dangling=true').filter(name => !this.#before.has(name));
      if (fresh.length === 0) return [];
      await this.#caughtUp();
      const ours = fresh.filter(name => {
        const users = [...(this.#users.get(name) ?? [])];
        return users.length === 0 || users.some(id => this.#ours.get(id) !== false);
      });
      if (ours.length === 0 || looks === LOOKS) return ours;
      await delay(1000);
    }
  }

  dispose(): void {
    this.listener.kill();
  }

  /** Everything that had happened when this was called has been heard: an event of our own comes after it. */
  async #caughtUp(): Promise<void> {
    const marker = docker('volume', 'create', '--label', 'redis-topology-test=events');
    docker('volume', 'rm', marker);
    await until('the daemon tells of a volume', () => this.#heard === marker);
  }

  #hear({ Type, Action, Actor: { ID, Attributes } }: DaemonEvent): void {
    if (Type === 'container' && Action === 'create')
      this.#ours.set(ID, Attributes['redis-topology.name'] === this.topologyName);
    if (Type === 'volume' && Action === 'mount')
      this.#users.set(ID, (this.#users.get(ID) ?? new Set()).add(Attributes['container'] ?? ''));
    if (Type === 'volume' && Action === 'destroy') this.#heard = ID;
  }
}
