import type { DrillFaultCode } from '../../topology/drill/drill';
import type { Words } from './table';

export const drillFaults: Words<DrillFaultCode> = {
  'drill-unreadable': (t, f) =>
    t('After the drill nobody owns slot {0}, so that what was lost cannot be counted.', f.slot),
  'drill-unhealthy': (t, f) =>
    t('{0} is not well enough to be broken on purpose. Look at its problems first.', f.topology),
  'drill-gone': (t, f) => t('{0} is not there any more.', f.node),
  'drill-no-handover': (t, f) =>
    t('Nobody in {0} could take over in good order: it takes a replica that is linked to the master.', f.topology),
  'drill-not-healed': (t, f) =>
    t('What the drill broke in {0} could not be mended: {1}. Start or reconnect it from the tree.', f.topology, f.text),
};
