import type { ClusterRequest } from '../../topology/cluster/request';
import type { CommonAnswers } from '../create/questions';

/** What the wizard has been told so far. */
export interface ClusterAnswers extends CommonAnswers {
  readonly masters: number;
  readonly replicas: number;
}

export function clusterRequestOf({ fetch: _, ...answers }: ClusterAnswers): ClusterRequest {
  return { ...answers, extra: 0 };
}
