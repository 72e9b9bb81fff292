import type { MendFault } from '../../topology/diagnose/fixes/run';
import type { Words } from './table';

/** Why a fix did not come to its end, and what to do next. */
export const mendFaults: Words<MendFault> = {
  'fix-refused': (t, f) =>
    t('{0} refused {1}: “{2}”. What was done before stays; look at the problems again.', f.node, f.command, f.text),
  'fix-unreachable': (t, f) =>
    t('{0} is reached neither from here nor from inside its container. Start it first.', f.node),
  'fix-needs-password': (t, f) => t('The password of {0} is not known here. Enter it first.', f.node),
  'fix-gone': (t, f) => t('{0} is not there as it was when the fix was planned. Look at the problems again.', f.node),
  'fix-no-volume': (t, f) =>
    t(
      'The data of {0} lies in the container itself ({1}) and would be lost with it. Nothing was changed: mount a volume there first.',
      f.node,
      f.dir,
    ),
  'fix-not-seen': (t, f) => t('{0} took it, but does not show it ({1}).', f.node, f.what),
  'conf-changed': (t, f) => t('Line {1} of {0} is not what it was. Look at the problems again.', f.path, f.line),
  'conf-unreadable': (t, f) => t('{0} cannot be read.', f.path),
};
