/** What the verbs need from the editor besides engine and connector: small, so that a test implements them in memory. */

/** Passwords by topology id. In VS Code: SecretStorage. */
export interface Secrets {
  get(topologyId: string): Promise<string | undefined>;
  set(topologyId: string, password: string): Promise<void>;
  delete(topologyId: string): Promise<void>;
}

/** Small records that outlive the editor, by key. `set` resolves when the record is safe. */
export interface Records {
  keys(): readonly string[];
  get(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Reports the steps of a running verb; `step` is a code with data, the editor layer has the words. */
export type OnProgress<Step> = (step: Step) => void;
