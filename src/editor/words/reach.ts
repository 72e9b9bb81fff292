import { formatAddress } from '../../model/address';
import type { ReachFinding } from '../../topology/reach/explain';
import { silenceAtLength } from './silence';
import type { Words } from './table';

/** Why a server is, or is not, reached from this machine, and what to do. */
export const reachFindings: Words<ReachFinding> = {
  'reach-fine': t => t('The address that clients are told works from here.'),
  'reach-elsewhere': (t, f) =>
    ({
      'not-routable': () =>
        t(
          'Clients are told {0}, which leads nowhere from this machine: it lies in a network of containers. Use {1}, with an address map in the program (Copy Connection Code writes one).',
          formatAddress(f.announced),
          formatAddress(f.use),
        ),
      'other-port': () =>
        t(
          'Clients are told port {0}, but it is published as {1}. Publish it under the same number, or use an address map in the program (Copy Connection Code writes one).',
          f.announced.port,
          formatAddress(f.use),
        ),
      'nobody-there': () =>
        t(
          'Clients are told {0}, where it does not live. Correct what it announces (replica-announce-ip, cluster-announce-ip or sentinel announce-ip), or use {1} with an address map in the program.',
          formatAddress(f.announced),
          formatAddress(f.use),
        ),
    })[f.why](),
  'reach-not-running': t => t('It does not run. Start it.'),
  'reach-paused': t => t('It is paused: frozen, and open connections wait. Start it to go on.'),
  'reach-not-published': (t, f) =>
    t(
      'Port {0} is not published, and the address inside leads nowhere from this machine. Create the container anew with -p 127.0.0.1:{0}:{0}, its data kept.',
      f.port,
    ),
  'reach-bound-inside': (t, f) =>
    t(
      '{0} is published, but inside nobody takes the connection: the server listens on 127.0.0.1 of its container, or not on port {1}. Set “bind * -::*” in its conf, with a password.',
      formatAddress(f.address),
      f.port,
    ),
  'reach-closed-to-us': (t, f) => t('{0}: {1}', formatAddress(f.address), silenceAtLength[f.reason](t)),
  'reach-engine-only': (t, f) =>
    t(
      'Port {0} is published for programs on the machine of the engine only. This view goes through the engine; programs here need a tunnel of their own (ssh -L), or a port published on an address of that machine.',
      f.port,
    ),
  'reach-nowhere': t =>
    t('No address of it is known: neither does the engine publish one, nor does the server tell one.'),
};
