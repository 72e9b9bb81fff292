import type { ClusterRequest } from '../../topology/cluster/request';
import type { CommonAnswers } from '../create/questions';

/** What the wizard has been told so far. */
export interface ClusterAnswers extends CommonAnswers {
  readonly masters: number;
  readonly replicas: number;
  /** Beyond those; the first masters get them. */
  readonly extra: number;
}

/** How so many servers are split: as many replicas for each master as there are whole ones, the rest are extra. */
export function splitServers(servers: number, masters: number): Pick<ClusterAnswers, 'replicas' | 'extra'> {
  return { replicas: Math.max(0, Math.floor(servers / masters) - 1), extra: servers < masters ? 0 : servers % masters };
}

export function clusterRequestOf({ fetch: _, ...answers }: ClusterAnswers): ClusterRequest {
  return answers;
}
