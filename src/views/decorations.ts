import * as vscode from 'vscode';
import type { Badge } from './row';

const scheme = 'redis-topology-node';

/** The address under which VS Code asks for the badge of a row. */
export function decorationUri(key: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${key}` });
}

/** Role badges: M, R, S at the end of a row, in the role's colour. */
export class RoleBadges implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly onDidChangeFileDecorations = this.#changed.event;
  #badges: ReadonlyMap<string, Badge> = new Map();

  /** @param badges by key of the row */
  show(badges: ReadonlyMap<string, Badge>): void {
    const before = this.#badges;
    this.#badges = badges;
    const changed = [...new Set([...before.keys(), ...badges.keys()])].filter(
      key => JSON.stringify(before.get(key)) !== JSON.stringify(badges.get(key)),
    );
    if (changed.length > 0) this.#changed.fire(changed.map(decorationUri));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const badge = uri.scheme === scheme ? this.#badges.get(uri.path.slice(1)) : undefined;
    return badge && new vscode.FileDecoration(badge.letters, badge.tooltip, new vscode.ThemeColor(badge.color));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
