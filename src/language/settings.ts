import * as vscode from 'vscode';
import { isRuleCode } from '../conf/rules/codes';
import type { RuleCode } from '../conf/rules/codes';
import { defaultTarget, parseTarget } from '../conf/target';
import type { Target } from '../conf/target';
import type { Severity } from '../conf/types';

export const section = 'redisTopology.conf';

/** The settings of one file, read when asked. */
export interface ConfSettings {
  readonly validate: boolean;
  readonly target: Target;
  readonly followTopology: boolean;
  readonly workingDirectory: string;
  readonly severities: Readonly<Partial<Record<RuleCode, Severity | 'off'>>>;
  readonly inlayHints: boolean;
  readonly acrossFiles: boolean;
  readonly tls: boolean;
}

export function settingsFor(uri: vscode.Uri): ConfSettings {
  const values = vscode.workspace.getConfiguration(section, uri);
  return {
    validate: values.get('validate', true),
    target: parseTarget(values.get('target', '')) ?? defaultTarget,
    followTopology: values.get('followTopology', true),
    workingDirectory: values.get('workingDirectory', ''),
    severities: severitiesOf(values.get<unknown>('rules')),
    inlayHints: values.get('inlayHints', true),
    acrossFiles: values.get('acrossFiles', true),
    tls: values.get('build.tls', true),
  };
}

const levels: Readonly<Record<string, Severity | 'off'>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  hint: 'hint',
  off: 'off',
};

/** What people write by hand may be anything; what is not understood has no effect. */
function severitiesOf(value: unknown): Partial<Record<RuleCode, Severity | 'off'>> {
  const chosen: Partial<Record<RuleCode, Severity | 'off'>> = {};
  if (typeof value !== 'object' || value === null) return chosen;
  for (const [code, level] of Object.entries(value)) {
    const known = typeof level === 'string' ? levels[level] : undefined;
    if (isRuleCode(code) && known !== undefined) chosen[code] = known;
  }
  return chosen;
}
