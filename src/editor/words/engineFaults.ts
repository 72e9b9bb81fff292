import type { EngineFault } from '../../engine/engine';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

/** What went wrong between us and the engine, and what to do next. */
export const engineFaults: Words<EngineFault> = {
  'engine-missing': (t, f) =>
    t(
      'No Docker engine listens at {0}. Start Docker, or set “redisTopology.docker.host” to where it listens.',
      f.endpoint,
    ),
  'engine-refused': (t, f) =>
    t(
      '{0} refuses connections: the Docker engine is installed but not running. Start it; the view follows by itself.',
      f.endpoint,
    ),
  'engine-forbidden': (t, f) =>
    t(
      'You have no right to use {0}. Add your user to the “docker” group and log in again, or use rootless Docker. Who may use this socket is root on the machine.',
      f.endpoint,
    ),
  'engine-not-docker': (t, f) =>
    t('Something answers at {0}, but it is not a Docker engine. Correct “redisTopology.docker.host”.', f.endpoint),
  'engine-version': (t, f) =>
    t('The Docker engine at {0} speaks no API version that we know ({1}). Update Docker.', f.endpoint, f.text),
  'engine-lost': (t, f) =>
    t(
      'The connection to the Docker engine at {0} broke ({1}). We connect again by ourselves; look whether the engine is running.',
      f.endpoint,
      f.text,
    ),
  'engine-unsupported-endpoint': (t, f) =>
    t(
      '{0} is not an address that we can use. Give a unix://, npipe://, tcp:// or ssh:// address in “redisTopology.docker.host”.',
      f.endpoint,
    ),
  'image-missing': (t, f) => t('The image {0} is not on this machine. Pull it, or choose one that is.', f.reference),
  'image-not-found': (t, f) =>
    t('No registry knows the image {0}. Check its name, or choose one that is on this machine.', f.reference),
  'image-no-network': (t, f) =>
    t(
      '{0} could not be fetched: the registry cannot be reached ({1}). Choose an image that is on this machine, or try again with a network.',
      f.reference,
      f.text,
    ),
  'name-taken': (t, f) => t('A container named {0} exists already. Choose another name for the topology.', f.name),
  'port-taken': (t, f) => t('Port {0} is in use on this machine. Choose another first port.', f.port),
  'ports-exhausted': (t, f) =>
    t('There are no {1} free ports from {0} upwards. Choose a lower first port.', f.first, f.count),
  'address-taken': (t, f) =>
    t('The address {0} is taken in the network of the topology. Try again; another one will be chosen.', f.address),
  'no-free-subnet': t =>
    t(
      'Docker has no address range left for another network. Remove networks that you no longer need (“docker network prune”) and try again.',
    ),
  'subnet-taken': (t, f) =>
    t(
      'Another network has the addresses {0}, by which these servers know each other. Remove that network (“docker network ls”) and try again.',
      f.subnet,
    ),
  'not-ours': (t, f) =>
    t(
      'The container {0} was not made here, or was replaced by another one. It has not been touched; refresh the view.',
      short(f.id),
    ),
  gone: (t, f) => t('The container {0} no longer exists. Refresh the view.', short(f.id)),
  conflict: (t, f) =>
    t('The container {0} is in a state that forbids this ({1}). Wait a moment and try again.', short(f.id), f.text),
  elsewhere: (t, f) =>
    t(
      'This server runs on another machine of the swarm ({0}), where only its own engine can do that. Connect to that engine.',
      f.machine,
    ),
  'in-use': (t, f) =>
    t('{0} is used by something that was not made here ({1}). Detach that first.', short(f.id), f.text),
  'disk-full': (t, f) =>
    t(
      'The disk of the Docker engine is full ({0}). Free some space (“docker system df” shows what takes it) and try again.',
      f.text,
    ),
  'folder-not-writable': (t, f) =>
    t('The folder {0} cannot be written ({1}). Choose another folder, or Docker volumes.', f.path, f.text),
  'folder-not-empty': (t, f) =>
    t('The folder {0} holds files already. Choose another name for the topology, or move them away.', f.path),
  'server-missing': (t, f) =>
    f.platform === 'win32'
      ? t(
          'There is no {0} on this machine: Redis does not run on Windows itself. Use Docker, or open the folder in WSL.',
          f.names.join(', '),
        )
      : t(
          'There is no {0} on this machine. Install Redis or Valkey with the system’s package manager, or use Docker.',
          f.names.join(', '),
        ),
  'cli-missing': (t, f) =>
    t(
      'A terminal in the container needs the command “{0}”, which is not on the PATH. Install Docker’s command line, or connect to the published port.',
      f.name,
    ),
  'bad-reply': (t, f) =>
    t(
      'The Docker engine gave an answer that we do not understand (call {0}: {1}). The log has the details.',
      f.call,
      f.text,
    ),
  'engine-error': (t, f) =>
    t('The Docker engine could not do it (call {0}, status {1}): {2}', f.call, f.status, f.text),
};

/** Why an engine cannot be used, from the status in a snapshot. */
export function engineFaultInWords(t: Translate, fault: { readonly code: string }): string {
  return Object.hasOwn(engineFaults, fault.code)
    ? inWords(engineFaults, t, fault as EngineFault)
    : t('The engine cannot be used ({0}). The log has the details.', fault.code);
}

function short(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
