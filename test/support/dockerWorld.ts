import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** The Docker command line, for what a test checks behind the back of the code under test. */
export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

const lines = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

/** Everything of the engine that carries our label with this topology name, whatever its kind; empty when nothing is left. */
export function leftovers(topologyName: string): readonly string[] {
  const filter = ['--filter', `label=redis-topology.name=${topologyName}`];
  return [
    ...lines(docker('ps', '-a', ...filter, '--format', 'container {{.Names}}')),
    ...lines(docker('network', 'ls', ...filter, '--format', 'network {{.Name}}')),
    ...lines(docker('volume', 'ls', ...filter, '--format', 'volume {{.Name}}')),
    // Anonymous volumes of the image (VOLUME /data) would have no label at all: see `StrayVolumes`.
  ];
}

/**
 * Things of somebody else's that look like ours in one way each: same image, name that continues ours, labels of another topology with every one of our
 * label names, labels with a prefix that continues ours, and a network and volume of such names.
 */
export class Decoys {
  readonly #containers: string[] = [];
  readonly #network: string;
  readonly #volume: string;
  readonly #before: string;

  constructor(topologyName: string, image = 'redis:7.0') {
    const foreign = randomUUID();
    const ours = (prefix: string): readonly string[] =>
      Object.entries({
        managed: '1',
        schema: '1',
        topology: foreign,
        name: `${topologyName}-of-another`,
        kind: 'sentinel',
        owner: 'somebody',
        session: randomUUID(),
        node: 'redis-1',
      }).flatMap(([name, value]) => ['--label', `${prefix}${name}=${value}`]);
    const run = (name: string, ...args: readonly string[]): void => {
      this.#containers.push(
        docker('run', '-d', '--name', name, '--network', 'none', ...args, image, 'redis-server', '--save', ''),
      );
    };
    run(`${topologyName}-redis-1-old`);
    run(`${topologyName}-decoy-labels`, ...ours('redis-topology.'));
    run(
      `${topologyName}-decoy-prefix`,
      ...ours('redis-topology-x.'),
      '--label',
      'redis-topology.managed=1',
      '--label',
      `redis-topology.name=${topologyName}x`,
    );
    run(
      `${topologyName}-decoy-compose`,
      '--label',
      `com.docker.compose.project=${topologyName}`,
      '--label',
      'com.docker.compose.service=redis-1',
    );
    this.#network = docker('network', 'create', `${topologyName}-net`);
    this.#volume = docker('volume', 'create', `${topologyName}-redis-1-data-old`);
    this.#before = this.#state();
  }

  /** What is not as it was; empty when untouched. */
  changes(): string {
    const now = this.#state();
    return now === this.#before ? '' : `was\n${this.#before}\nis\n${now}`;
  }

  remove(): void {
    docker('rm', '-fv', ...this.#containers);
    docker('network', 'rm', this.#network);
    docker('volume', 'rm', this.#volume);
  }

  #state(): string {
    return [
      docker(
        'inspect',
        '--format',
        '{{.Id}} {{.Name}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}}',
        ...this.#containers,
      ),
      docker('network', 'inspect', '--format', '{{.Id}} {{len .Containers}}', this.#network),
      docker('volume', 'inspect', '--format', '{{.Name}} {{.CreatedAt}}', this.#volume),
    ].join('\n');
  }
}
