import { escapeMarkdown } from '../editor/markdown';
import type { Branch } from './treeShape';

/** One line of the tree about something wrong, in words already: those are loaded with the rules, after the tree is there. */
export interface ProblemLine {
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** Under which row it stands; a node that has no row gives it to its topology. */
  readonly node?: string;
  readonly topology?: string;
  readonly text: string;
  /** The row of the node says so already: it has no line of its own. */
  readonly inRow?: boolean;
  /** What comes of it. */
  readonly detail?: string;
  readonly fixable: boolean;
}

const icons = {
  error: { id: 'error', color: 'list.errorForeground' },
  warning: { id: 'warning', color: 'list.warningForeground' },
} as const;

/** Rows for the lines under one parent; under the row of the node that a sentence begins with, it begins after the name. */
export function problemBranches(lines: readonly ProblemLine[], parent: string, name?: string): readonly Branch[] {
  return lines
    .filter(({ inRow }) => inRow !== true)
    .map(line => ({
      key: `${parent}/!${line.id}`,
      target: {
        kind: 'problem',
        problem: line.id,
        ...(line.topology === undefined ? {} : { topology: line.topology }),
        ...(line.node === undefined ? {} : { node: line.node }),
      },
      row: {
        label: name !== undefined && line.text.startsWith(`${name} `) ? line.text.slice(name.length + 1) : line.text,
        description: '',
        icon: icons[line.severity],
        tooltip: [line.text, line.detail]
          .filter(text => text !== undefined)
          .map(escapeMarkdown)
          .join('\n\n'),
        contextValue: `problem.${line.severity}.${line.fixable ? 'fixable' : 'plain'}`,
        spoken: [line.text, line.detail].filter(text => text !== undefined).join(' '),
      },
      children: [],
    }));
}
