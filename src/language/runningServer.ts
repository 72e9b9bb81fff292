import type { Snapshot } from '../model/snapshot';
import { makeTarget } from '../conf/target';
import type { Target } from '../conf/target';

/** The server that runs with the file at a path: its container sees a folder that the file lies in. */
export interface RunningServer {
  readonly instanceId: string;
  readonly engine: 'docker' | 'process';
  readonly image: string;
  readonly target: Target;
  readonly topology: string | undefined;
}

/** @param path of a file on this machine, with forward slashes */
export function serverOfFile(snapshot: Snapshot, path: string): RunningServer | undefined {
  for (const node of [...snapshot.topologies.flatMap(one => one.nodes), ...snapshot.others]) {
    const { instance, contact } = node;
    if (instance === undefined || instance.state !== 'running') continue;
    if (!instance.mounts.some(mount => mount.kind === 'folder' && isIn(path, mount.source))) continue;
    const report = contact.state === 'answering' ? contact.report : undefined;
    if (report === undefined) continue;
    const [major, minor] = report.version.split('.').map(Number);
    if (major === undefined || Number.isNaN(major)) continue;
    return { instanceId: instance.id, engine: instance.engine, image: instance.image, target: makeTarget(report.product, major, minor), topology: node.topologyId };
  }
  return undefined;
}

function isIn(path: string, folder: string): boolean {
  const base = folder.replaceAll('\\', '/').replace(/\/+$/, '');
  return base !== '' && (path === base || path.startsWith(`${base}/`));
}

/** Changes exactly when {@link serverOfFile} may answer otherwise. */
export function serversKey(snapshot: Snapshot): string {
  return [...snapshot.topologies.flatMap(one => one.nodes), ...snapshot.others].flatMap(({ instance, contact }) => {
    if (instance?.state !== 'running' || contact.state !== 'answering') return [];
    return instance.mounts.filter(mount => mount.kind === 'folder').map(mount => `${instance.id} ${mount.source} ${contact.report.product} ${contact.report.version}`);
  }).sort().join('\n');
}
