import * as vscode from 'vscode';

/** One setting, read when asked so that it is never stale. `id` is the whole id: `redisTopology.docker.host`. */
export class ConfigValue<T> {
  constructor(
    readonly id: string,
    private readonly fallback: T,
  ) {}

  get value(): T {
    return vscode.workspace.getConfiguration().get<T>(this.id, this.fallback);
  }

  onDidChange(listener: (value: T) => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration(this.id)) listener(this.value);
    });
  }
}
