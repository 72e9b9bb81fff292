import { formatAddress } from '../../model/address';
import type { FixStep, FixWarning } from '../../topology/diagnose/fixes/plan';
import type { Fix } from '../../topology/diagnose/problem';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

/** Titles of the buttons. `name` turns the id of a node into what it is called. */
export function fixInWords(t: Translate, fix: Fix, name: (id: string) => string): string {
  const titles: Words<Fix> = {
    'start-node': (t, f) => t('Start {0}', f.nodes.map(name).join(', ')),
    'unpause-node': (t, f) => t('Let {0} go on', f.nodes.map(name).join(', ')),
    'start-sentinel': (t, f) => t('Start the sentinel {0}', name(f.node)),
    'set-quorum': (t, f) => t('Set the quorum to {0} on all sentinels', f.quorum),
    'align-sentinels': (t, f) => t('Set {0} to {1} on all sentinels', f.setting, f.value),
    'new-myid': (t, f) => t('Give {0} an id of its own', name(f.node)),
    'set-password': (t, f) => t('Set a password on {0}', f.nodes.map(name).join(', ')),
    'protected-mode-off': (t, f) => t('Switch protected mode off on {0}', name(f.node)),
    'edit-conf': (t, f) =>
      f.edits.every(({ now, was }) => now === `# ${was}`)
        ? t('Comment out “{0}”', f.edits.map(({ was }) => was.trim()).join(' · '))
        : t('Change to “{0}”', f.edits.map(({ now }) => now.trim()).join(' · ')),
    'convert-to-cluster': (t, f) => t('It is a Cluster: let the sentinels forget “{0}”', f.master),
    'convert-to-sentinel': (t, f) =>
      t('It is not: take the cluster lines out of the conf of {0}', f.files.map(({ node }) => name(node)).join(', ')),
    'acl-allow': (t, f) => t('Allow the user “{0}” what it needs on {1}', f.user, name(f.node)),
    'mount-conf-folder': (t, f) => t('Make {0} anew with its conf folder mounted; the data is kept', name(f.node)),
    repoint: (t, f) => t('Point {0} to {1}', name(f.node), name(f.master)),
    'set-masterauth': (t, f) => t('Give {0} the password of {1}', name(f.node), name(f.master)),
    'add-replica': (t, f) => t('Give {0} a replica', name(f.node)),
    'repair-addresses': t => t('Repair the addresses'),
    'publish-port': (t, f) =>
      f.inside === f.outside
        ? t(
            'Publish port {1} of {0} on 127.0.0.1; the container is made anew, its data is kept',
            name(f.node),
            f.inside,
          )
        : t(
            'Publish port {1} of {0} as 127.0.0.1:{2}; the container is made anew, its data is kept',
            name(f.node),
            f.inside,
            f.outside,
          ),
    announce: (t, f) =>
      f.to === undefined
        ? t('Have {0} announce its own address again', name(f.node))
        : t('Have {0} announce {1}', name(f.node), formatAddress(f.to)),
    'listen-everywhere': (t, f) => t('Have {0} listen on all addresses of its container', name(f.node)),
    'assign-slots': t => t('Give the slots to a master'),
    'go-to-master': (t, f) => t('Open a console on {0}', name(f.node)),
    promote: (t, f) => t('Promote {0} to master', name(f.node)),
    'copy-address-map': t => t('Copy the address map for a client library…'),
    'raise-backlog': (t, f) =>
      f.buffers === undefined
        ? t('Set repl-backlog-size of {0} to {1} MiB', name(f.node), Math.round(f.bytes / 1024 / 1024))
        : t(
            'Set repl-backlog-size of {0} to {1} MiB, and raise what may wait for a replica',
            name(f.node),
            Math.round(f.bytes / 1024 / 1024),
          ),
  };
  return inWords(titles, t, fix);
}

/** One act of a fix, as the preview and the progress show it. Secrets are never in a step. */
export function stepInWords(t: Translate, step: FixStep, name: (id: string) => string): string {
  switch (step.act) {
    case 'start':
      return t('Start {0}', name(step.node));
    case 'unpause':
      return t('Let {0} go on', name(step.node));
    case 'restart':
      return t('Restart {0}', name(step.node));
    case 'edit-file':
      return t(
        'In {0}, line {1}: {2}',
        step.path,
        step.edits.map(({ line }) => line).join(', '),
        step.edits.map(({ now }) => now.trim()).join(' · '),
      );
    case 'config-set':
      return t('On {0}: CONFIG SET {1} {2}', name(step.node), step.setting, step.value === '' ? '""' : step.value);
    case 'set-masterauth':
      return t('On {0}: CONFIG SET masterauth (the password)', name(step.node));
    case 'set-auth-pass':
      return t('On {0}: SENTINEL SET {1} auth-pass (the password)', name(step.node), step.master);
    case 'set-requirepass':
      return t('On {0}: CONFIG SET requirepass (the password)', name(step.node));
    case 'keep':
      return t('Keep {1} in the conf of {0}', name(step.node), step.settings.join(', '));
    case 'sentinel-set':
      return t('On {0}: SENTINEL SET {1} {2} {3}', name(step.node), step.master, step.setting, step.value);
    case 'sentinel-remove':
      return t('On {0}: SENTINEL REMOVE {1}', name(step.node), step.master);
    case 'sentinel-monitor':
      return t('On {0}: SENTINEL MONITOR {1}', name(step.node), step.master);
    case 'acl-rules':
      return t('On {0}: ACL SETUSER {1} {2}', name(step.node), step.user, step.rules.join(' '));
    case 'keep-acl':
      return t('On {0}: ACL SAVE, or CONFIG REWRITE where users are kept in the conf', name(step.node));
    case 'replicaof':
      return t('On {0}: REPLICAOF (the address of {1})', name(step.node), name(step.master));
    case 'start-sentinel':
      return t('Start the sentinel {0} with {1}', name(step.node), step.conf);
    case 'new-myid':
      return t('Stop {0}, take the myid out of its conf, start it again', name(step.node));
    case 'restart-sentinel':
      return t('Restart {0}', name(step.node));
    case 'sentinel-config':
      return t(
        'On {0}: SENTINEL CONFIG SET {1} {2}',
        name(step.node),
        step.setting,
        step.value === '' ? '""' : step.value,
      );
    case 'publish':
      return t(
        'Make the container of {0} anew with 127.0.0.1:{1} published to port {2}; same data, networks and command',
        name(step.node),
        step.outside,
        step.inside,
      );
    case 'remount-conf':
      return t(
        'Make the container of {0} anew with the folder of its conf mounted; same data, ports and networks',
        name(step.node),
      );
    case 'link-again':
      return t('Let {0} link to its master again, which is told then', name(step.node));
  }
}

const warnings: Words<FixWarning> = {
  'clients-need-password': t =>
    t(
      'From then on clients need the password. It is kept in the secret store of the editor; Copy Connection Code tells how to pass it.',
    ),
  'open-to-all': (t, w) => t('Whoever reaches the port of {0} may then read and write everything.', w.node),
  interrupts: (t, w) => t('{0} stops for a moment.', w.node),
  'peers-told': (t, w) =>
    t(
      'Replicas, Sentinels and other nodes are told {1} as well: from where they run it must lead to {0}.',
      w.node,
      w.address,
    ),
  'sentinels-untold': (t, w) =>
    t(
      '{1} does not answer: until “resolve-hostnames yes” and “announce-hostnames yes” stand in its conf, it will not find {0} by name.',
      w.node,
      w.sentinels.join(', '),
    ),
  'address-may-change': (t, w) =>
    t('{0} may get another address in its network. If others follow it by the old one: Repair Addresses.', w.node),
  'cluster-ends': (t, w) =>
    t('For a moment without {0}; each keeps the keys that it has and is a single server then.', w.nodes.join(', ')),
  'copies-anew': (t, w) => t('{0} copies the data of that master; keys that only it has are lost.', w.node),
};

export function warningInWords(t: Translate, warning: FixWarning): string {
  return inWords(warnings, t, warning);
}
