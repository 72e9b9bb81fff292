import type { ExportFault } from '../../topology/compose/gather';
import type { WriteFault } from '../../topology/compose/write';
import type { Words } from './table';

export type ComposeFault = ExportFault | WriteFault;

export const composeFaults: Words<ComposeFault> = {
  'export-node-unreachable': (t, f) =>
    t('{0} does not answer, so that its settings are not known. Start it, then export.', f.node),
  'export-no-master': (t, f) => t('“{0}” has no master now. Wait until it has one, then export.', f.name),
  'export-passwords-differ': (t, f) =>
    t(
      'The nodes of “{0}” have different passwords; a Compose project has one for all. Set the same on each of them first.',
      f.name,
    ),
  'export-folder-not-empty': (t, f) =>
    t('{0} is not empty, and nothing in it was changed. Choose another folder.', f.path),
  'export-not-written': (t, f) => t('{0} could not be written: {1}', f.path, f.text),
};
