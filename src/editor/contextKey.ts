import * as vscode from 'vscode';

/** One key for `when` clauses; tells VS Code only when the value changes. */
export class ContextKey<T extends string | boolean> {
  #value: T | undefined;

  constructor(readonly id: string) {}

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    void vscode.commands.executeCommand('setContext', this.id, value);
  }
}
