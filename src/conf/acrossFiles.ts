/**
 * Rules over several files: the nodes and sentinels of one topology, each judged by itself before. Which files belong
 * together is the caller's knowledge: a folder that the extension made, or files that name each other by address.
 */
import { readNode } from './across/nodes';
import type { TopologyFile } from './across/nodes';
import { Across, checkIds, checkMonitored, checkPorts, checkQuorums, checkReplicas } from './across/rules';
import type { Finding, ValidateOptions } from './types';
import { applySettings } from './validate';

export type { TopologyFile };

/** Findings of family `topology`, each in the file where it is best mended; disabled and switched-off rules left out. */
export function validateTopology(
  files: readonly TopologyFile[],
  settings: Pick<ValidateOptions, 'severities'> = {},
): Finding[] {
  const across = new Across(files.map(readNode));
  checkIds(across);
  checkQuorums(across);
  checkMonitored(across);
  checkReplicas(across);
  checkPorts(across);
  return applySettings(
    across.findings,
    files.map(file => file.document),
    settings,
  );
}
