import type { Disposable } from '../../base/disposable';
import type { ContainerActs, Engine } from '../engine';
import { DockerEngine } from './dockerEngine';
import type { DockerEngineOptions } from './dockerEngine';

export type { DockerEngineOptions };

/** The Docker engine. Nothing is asked of the daemon before the first call; disposing ends its event stream. Loaded on first use, since it brings dockerode. */
export function createDockerEngine(
  options: DockerEngineOptions,
): Engine & Disposable & { readonly containers: ContainerActs } {
  return new DockerEngine(options);
}
