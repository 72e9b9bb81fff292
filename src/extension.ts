import type * as vscode from 'vscode';

export function activate(_context: vscode.ExtensionContext): void {
  // The features register here, one line each.
}
