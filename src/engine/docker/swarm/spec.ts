import type { ConfFile, InstanceRequest } from '../../engine';
import { checkedName } from '../../folders';
import { CONF, DATA } from '../create';
import { PREFIX, labelsOf, namesOf } from '../labels';

/** On a service: what its list does not tell otherwise. */
export const LABELS = { port: `${PREFIX}port`, image: `${PREFIX}image`, role: `${PREFIX}role` } as const;

/** Where a task finds what the swarm holds for it. */
const HELD = { conf: '/run/conf', secret: 'conf' } as const;

/** As in the official images. */
export const SERVER_USER = '999:999';
const [UID, GID] = SERVER_USER.split(':');

/** Nanoseconds, as the API counts. */
const SECOND = 1e9;
const GRACE = 20 * SECOND;
/**
 * A server that fell comes back by itself, but later than its Sentinels notice its absence (5 s): who is master then is theirs to decide, and a
 * master that was away for a moment only would come back without what it had not written to disk.
 */
const RESTART_DELAY = 10 * SECOND;

/**
 * What a task begins with. The conf is written by the server itself, so it lies in the volume; what the swarm holds is only its first text. The server
 * runs as the user that the official images have; an image that has no program to change the user runs it as root. `$0` is the server.
 */
export const ENTRY = `set -e
if [ ! -s "$1" ]; then umask 077; cat ${HELD.conf} $(ls /run/secrets/${HELD.secret} 2>/dev/null) >"$1.new"; mv "$1.new" "$1"; fi
if [ "$(id -u)" = 0 ]; then
  chown -R ${SERVER_USER} ${CONF} ${DATA}
  if setpriv --reuid=${UID} --regid=${GID} --clear-groups true 2>/dev/null; then exec setpriv --reuid=${UID} --regid=${GID} --clear-groups "$0" "$@"; fi
  if command -v gosu >/dev/null; then exec gosu ${SERVER_USER} "$0" "$@"; fi
  if command -v su-exec >/dev/null; then exec su-exec ${SERVER_USER} "$0" "$@"; fi
fi
exec "$0" "$@"`;

/** The lines of a conf that hold the password, and the others: a swarm keeps the first as a secret. Their order among each other does not matter to the server. */
export function splitSecret(
  { content }: ConfFile,
  secret: string | undefined,
): { readonly conf: string; readonly secret: string } {
  const lines = content.split('\n').filter(line => line !== '');
  const holds = (line: string): boolean => secret !== undefined && secret !== '' && line.includes(secret);
  const text = (some: readonly string[]): string => some.map(line => `${line}\n`).join('');
  return { conf: text(lines.filter(line => !holds(line))), secret: text(lines.filter(holds)) };
}

/** In names of what outlives a topology, or stands on machines that cannot be asked: tells one of the same name from another. */
export function unique(topologyId: string): string {
  return topologyId.slice(0, 8);
}

export interface HeldObject {
  readonly id: string;
  readonly name: string;
}

/**
 * The body of `POST /services/create`, not yet running. One service a server: it has its own volumes, which live on one machine, so it is bound to that
 * machine; elsewhere it would come up empty, and a master that is empty empties its replicas. Its name leads to the task that runs now (`dnsrr`);
 * a virtual address would hide from the servers who speaks to them.
 */
export function serviceSpec(
  { ownership, program, place, port, files, image }: InstanceRequest,
  host: string,
  server: { readonly binary: string; readonly image: string },
  held: { readonly conf: HeldObject; readonly secret?: HeldObject },
): Readonly<Record<string, unknown>> {
  const start = files[0];
  if (!start) throw new RangeError('an instance needs a conf file');
  const names = namesOf(ownership.topologyName, ownership.node);
  const labels = labelsOf(ownership);
  const own = unique(ownership.topologyId);
  const volume = (source: string, target: string): Readonly<Record<string, unknown>> => ({
    Type: 'volume',
    Source: source,
    Target: target,
    VolumeOptions: { NoCopy: true, Labels: labels },
  });
  const file = (name: string): Readonly<Record<string, unknown>> => ({ Name: name, UID: '0', GID: '0', Mode: 0o400 });
  return {
    Name: names.container,
    Labels: { ...labels, [LABELS.role]: program, [LABELS.port]: String(port), [LABELS.image]: image },
    TaskTemplate: {
      ContainerSpec: {
        Image: server.image,
        Command: ['sh', '-c', ENTRY, server.binary],
        Args: [`${CONF}/${checkedName(start.name)}`, ...(program === 'sentinel' ? ['--sentinel'] : [])],
        Hostname: ownership.node,
        Dir: DATA,
        User: '0:0',
        // another topology of this name may have left its volumes on a machine that cannot be asked
        Mounts: [volume(`${names.conf}-${own}`, CONF), volume(`${names.data}-${own}`, DATA)],
        StopSignal: 'SIGTERM',
        StopGracePeriod: GRACE,
        Configs: [{ ConfigID: held.conf.id, ConfigName: held.conf.name, File: file(HELD.conf) }],
        ...(held.secret === undefined
          ? {}
          : { Secrets: [{ SecretID: held.secret.id, SecretName: held.secret.name, File: file(HELD.secret) }] }),
        // A name that leads nowhere now (its server is stopped) is looked up again and again, and the server does nothing else meanwhile.
        DNSConfig: { Options: ['timeout:1', 'attempts:1'] },
      },
      RestartPolicy: { Condition: 'any', Delay: RESTART_DELAY },
      Placement: { Constraints: [`node.id==${host}`] },
      Networks: [{ Target: place.network, Aliases: [ownership.node] }],
    },
    Mode: { Replicated: { Replicas: 0 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}
