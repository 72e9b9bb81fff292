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
    'reset-sentinels': t => t('Let the sentinels forget who is gone'),
    'set-password': (t, f) => t('Set a password on {0}', f.nodes.map(name).join(', ')),
    'protected-mode-off': (t, f) => t('Switch protected mode off on {0}', name(f.node)),
    'edit-conf': (t, f) => f.edits.every(({ now, was }) => now === `# ${was}`) ? t('Comment out “{0}”', f.edits.map(({ was }) => was.trim()).join(' · ')) : t('Change to “{0}”', f.edits.map(({ now }) => now.trim()).join(' · ')),
    'mount-conf-folder': (t, f) => t('Make {0} anew with its conf folder mounted; the data is kept', name(f.node)),
    'keep-role': (t, f) => t('Have {0} write its conf', name(f.node)),
    repoint: (t, f) => t('Point {0} to {1}', name(f.node), name(f.master)),
    'set-masterauth': (t, f) => t('Give {0} the password of {1}', name(f.node), name(f.master)),
    'add-replica': (t, f) => t('Give {0} a replica', name(f.node)),
    'repair-addresses': t => t('Repair the addresses'),
    'assign-slots': t => t('Give the slots to a master'),
    'raise-backlog': (t, f) => t('Set repl-backlog-size of {0} to {1} MiB', name(f.node), Math.round(f.bytes / 1024 / 1024)),
  };
  return inWords(titles, t, fix);
}
