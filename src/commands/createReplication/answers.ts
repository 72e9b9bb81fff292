import type { ReplicationRequest } from '../../topology/replicationPlan';
import type { CommonAnswers } from '../create/questions';

/** What the wizard has been told so far. */
export interface ReplicationAnswers extends CommonAnswers {
  readonly replicas: number;
  readonly shape: Shape;
}

/** All follow the master; each follows the one before it; or one follows the master and the others follow that one. */
export type Shape = 'star' | 'chain' | 'relay';

export function replicationRequestOf({ fetch: _, shape, ...answers }: ReplicationAnswers): ReplicationRequest {
  return { ...answers, follows: followsOf(shape, answers.replicas) };
}

/** Whom each replica follows: 0 the master, k the k-th replica. */
export function followsOf(shape: Shape, replicas: number): readonly number[] {
  return Array.from({ length: replicas }, (_, i) => (shape === 'chain' ? i : shape === 'relay' ? Math.min(i, 1) : 0));
}
