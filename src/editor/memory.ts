import type * as vscode from 'vscode';
import { credentialsOf } from '../redis/credentials';
import type { Secrets } from '../topology/ports';
import type { Redactor } from './redact';

/** Passwords in the editor's secret store, by topology id. Each one that passes is made known to the redactor. */
export class StoredSecrets implements Secrets {
  constructor(
    private readonly storage: vscode.SecretStorage,
    private readonly redactor: Redactor,
  ) {}

  async get(topologyId: string): Promise<string | undefined> {
    const password = await this.storage.get(keyOf(topologyId));
    const { password: secret } = credentialsOf(password);
    if (secret !== undefined) this.redactor.learn(secret);
    return password;
  }

  async set(topologyId: string, password: string): Promise<void> {
    this.redactor.learn(credentialsOf(password).password ?? '');
    await this.storage.store(keyOf(topologyId), password);
  }

  async delete(topologyId: string): Promise<void> {
    await this.storage.delete(keyOf(topologyId));
  }
}

function keyOf(topologyId: string): string {
  return `password/${topologyId}`;
}
