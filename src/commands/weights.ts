import type { ClusterView } from '../model/clusterView';

type Members = Pick<ClusterView, 'members'>;

export type Weights =
  { readonly weights: ReadonlyMap<string, number> } | { readonly problem: 'word' | 'none'; readonly word: string };

/** `redis-1=1, redis-2=1`: what the field holds at first. */
export function weightsText(view: Members): string {
  return mastersOf(view)
    .map(({ name }) => `${name}=1`)
    .join(', ');
}

/** Weights by cluster id. Who isn't named has 1. */
export function readWeights(view: Members, text: string): Weights {
  const masters = mastersOf(view);
  const weights = new Map(masters.map(({ id }) => [id, 1]));
  for (const word of text.split(/[,;\s]+/).filter(Boolean)) {
    const cut = word.lastIndexOf('=');
    const master = masters.find(({ name }) => name === word.slice(0, cut));
    const weight = /^\d{1,4}(\.\d{1,3})?$/.test(word.slice(cut + 1)) ? Number(word.slice(cut + 1)) : NaN;
    if (cut < 1 || !master || Number.isNaN(weight)) return { problem: 'word', word };
    weights.set(master.id, weight);
  }
  return [...weights.values()].some(weight => weight > 0) ? { weights } : { problem: 'none', word: '' };
}

function mastersOf({ members }: Members): ClusterView['members'] {
  return members.filter(member => member.role === 'master' && member.state === 'ok');
}
