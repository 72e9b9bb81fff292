/** What a server says of itself in `INFO server`: its run id is drawn anew at each start and is the same nowhere else. */
export interface ServerIdentity {
  readonly runId: string;
  readonly pid: number;
}

/** Asks the server of the topology that listens on this port of loopback; `undefined` when nobody answers, or not to us. */
export type AskIdentity = (topologyId: string, port: number) => Promise<ServerIdentity | undefined>;

/**
 * Whether the server that answers at a node's port is the process that the record names. It says its process number itself; a run id
 * that changed under the same number (and start time, which the caller compared) is a server that replaced its own image: DEBUG RESTART.
 */
export function isRecorded(recorded: { readonly pid: number }, said: ServerIdentity): boolean {
  return said.pid === recorded.pid;
}

/** Whether the record has to be brought up to date with what the server says. */
export function isNews(recorded: { readonly runId?: string }, said: ServerIdentity): boolean {
  return said.runId !== recorded.runId;
}
