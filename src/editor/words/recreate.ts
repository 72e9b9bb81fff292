import type { RecreateFault } from '../../topology/recreate';
import type { Words } from './table';

export const recreateFaults: Words<RecreateFault> = {
  'folder-no-topology': (t, f) =>
    t('No topology ran from {0}: there is no .redis-topology.json that tells of one. Nothing was done.', f.path),
  'folder-incomplete': (t, f) =>
    t(
      '{0} does not tell how these nodes were run: {1}. It was made by an older version, or their node.json is gone. Their conf and data are untouched.',
      f.path,
      f.nodes.join(', '),
    ),
  'folder-in-use': (t, f) =>
    t(
      '“{0}” is still there: {1}. Start its servers, or remove it first and keep its data.',
      f.name,
      f.nodes.join(', '),
    ),
  'recreate-not-whole': (t, f) =>
    t(
      'All servers of “{0}” run, but not all are whole yet: {1}. The tree shows what becomes of it.',
      f.name,
      f.lacks.join('; '),
    ),
};
