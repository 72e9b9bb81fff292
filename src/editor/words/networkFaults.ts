import type { NetworkFault } from '../../topology/network';
import type { Words } from './table';

export const networkFaults: Words<NetworkFault> = {
  'network-not-its-own': (t, f) => t('{0} has no network of its own that it could leave. Pause it instead.', f.node),
  'network-nothing-to-undo': (t, f) => t('{0} was not disconnected from here.', f.node),
};
