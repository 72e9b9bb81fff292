import * as vscode from 'vscode';
import { duration, grouped, shortMemory } from '../conf/features/quantities';
import type { Setting } from '../conf/table';

/** Short phrases in the user's language that hover, completion and inlay hints share. */

export function bytesText(bytes: bigint): string {
  return vscode.l10n.t('{0} bytes', grouped(bytes));
}

export function durationText(seconds: number): string {
  const { count, unit } = duration(seconds);
  switch (unit) {
    case 'day':
      return count === 1 ? vscode.l10n.t('1 day') : vscode.l10n.t('{0} days', count);
    case 'hour':
      return count === 1 ? vscode.l10n.t('1 hour') : vscode.l10n.t('{0} hours', count);
    case 'minute':
      return count === 1 ? vscode.l10n.t('1 minute') : vscode.l10n.t('{0} minutes', count);
    case 'second':
      return count === 1 ? vscode.l10n.t('1 second') : vscode.l10n.t('{0} seconds', count);
    default:
      return unit satisfies never;
  }
}

export function saveText(points: readonly { readonly seconds: number; readonly changes: number }[]): string {
  return points
    .map(({ seconds, changes }) =>
      changes === 1
        ? vscode.l10n.t('after {0} if at least 1 key changed', durationText(seconds))
        : vscode.l10n.t('after {0} if at least {1} keys changed', durationText(seconds), grouped(BigInt(changes))),
    )
    .join(vscode.l10n.t(', or '));
}

export function defaultText(setting: Setting): string {
  if (setting.default === undefined || setting.default === '') return vscode.l10n.t('empty');
  if (setting.type !== 'memory') return setting.default;
  const bytes = BigInt(setting.default);
  return bytes < 1024n ? setting.default : shortMemory(bytes);
}

/** What a value may be: the kind, and the range where there is one. */
export function kindText(setting: Setting): string {
  switch (setting.type) {
    case 'bool':
      return 'yes | no';
    case 'enum':
      return setting.values.join(setting.multiArg ? ' ' : ' | ');
    case 'int':
      return vscode.l10n.t('whole number{0}', rangeText(setting));
    case 'memory':
      return setting.percent
        ? vscode.l10n.t('memory (1gb, 100mb) or percentage (5%)')
        : vscode.l10n.t('memory (1gb, 100mb){0}', rangeText(setting));
    case 'octal':
      return vscode.l10n.t('permissions in octal, 0 to 777');
    case 'string':
      return vscode.l10n.t('text');
    case 'path':
      return vscode.l10n.t('folder');
    case 'addresses':
      return vscode.l10n.t('addresses, at most 16');
    case 'buffer-limits':
      return vscode.l10n.t('class, hard limit, soft limit, seconds');
    case 'event-flags':
      return vscode.l10n.t('letters');
    case 'host-port':
      return vscode.l10n.t('host and port, or “no one”');
    case 'int-triple':
      return vscode.l10n.t('three whole numbers, -2000 to 2000');
    case 'percentiles':
      return vscode.l10n.t('percentages, 0 to 100');
    case 'save-points':
      return vscode.l10n.t('pairs of seconds and changes, or ""');
    default:
      return setting.type satisfies never;
  }
}

const large = 1n << 31n;

/** Limits that come from the size of a C type tell nobody anything. */
function rangeText({ type, min, max }: Setting): string {
  const show = (limit: bigint): string => (type === 'memory' ? shortMemory(limit) : String(limit));
  const low = min !== undefined && min > -large ? min : undefined;
  const high = max !== undefined && max < large - 1n ? max : undefined;
  if (low !== undefined && high !== undefined) return vscode.l10n.t(', {0} to {1}', show(low), show(high));
  if (low !== undefined && low > 0n) return vscode.l10n.t(', at least {0}', show(low));
  return high === undefined ? '' : vscode.l10n.t(', at most {0}', show(high));
}
