/** What the host tells the page of problems, and the page the host. The page draws text that it is given and knows nothing else. */
export type ToProblemsPage = { readonly type: 'show'; readonly sight: ProblemsSight };

export interface ProblemsSight {
  readonly title: string;
  /** Said when there is nothing to tell. */
  readonly empty: string;
  readonly problems: readonly ShownProblem[];
  /** Title of the fold with those that only explain or foresee. */
  readonly notes: string;
}

export interface ShownProblem {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly severityWord: string;
  readonly cause: string;
  readonly consequence?: string;
  readonly evidence: readonly { readonly who: string; readonly from: string; readonly text: string }[];
  /** A line of a file, as the link to it reads. */
  readonly place?: string;
  /** Titles of the buttons, in the order of the problem's fixes. */
  readonly fixes: readonly string[];
  /** Id and name of nodes that a click shows in the tree. */
  readonly nodes: readonly { readonly id: string; readonly name: string }[];
}

export type FromProblemsPage =
  | { readonly type: 'ready' }
  | { readonly type: 'fix'; readonly problem: string; readonly fix: number }
  | { readonly type: 'open'; readonly problem: string }
  | { readonly type: 'reveal'; readonly node: string };

/** A message of the page, or undefined for anything else: what comes out of a page is not trusted. */
export function readFromProblemsPage(value: unknown): FromProblemsPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, problem, fix, node } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return { type };
    case 'fix':
      return typeof problem === 'string' && typeof fix === 'number' && Number.isInteger(fix) && fix >= 0
        ? { type, problem, fix }
        : undefined;
    case 'open':
      return typeof problem === 'string' ? { type, problem } : undefined;
    case 'reveal':
      return typeof node === 'string' ? { type, node } : undefined;
    default:
      return undefined;
  }
}
