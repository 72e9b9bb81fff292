import { formatAddress } from '../../model/address';
import type { ReadOnlyFault } from '../../topology/existing/readOnly';
import type { Words } from './table';

export const existingFaults: Words<ReadOnlyFault> = {
  'read-only': (t, f) =>
    t(
      '{0} was added to be looked at only, so {1} was not sent. Choose “Allow Changes…” on its topology first.',
      formatAddress(f.address),
      f.command,
    ),
};
