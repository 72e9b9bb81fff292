import { isFault } from '../base/errors';
import { readInfo } from '../model/info';
import type { Endpoint, RedisConnector } from './client';

const WAIT_MS = 1000;

/** Run id and process number of the server at `endpoint`; `undefined` when nobody answers there, or not to us. */
export async function identify(
  connector: RedisConnector,
  endpoint: Endpoint,
): Promise<{ readonly runId: string; readonly pid: number } | undefined> {
  try {
    const connection = await connector.connect(endpoint, { timeoutMs: WAIT_MS, verify: false });
    try {
      const fields = readInfo(await connection.call(['INFO', 'server'], { timeoutMs: WAIT_MS }));
      const runId = fields.get('run_id');
      return runId === undefined ? undefined : { runId, pid: Number(fields.get('process_id')) };
    } finally {
      connection.dispose();
    }
  } catch (error) {
    // No answer, a refusal, or nothing that Redis would say: each means that nobody tells us who he is.
    if (isFault(error, 'redis-silent') || isFault(error, 'redis-refused') || isFault(error, 'unreadable-reply'))
      return undefined;
    throw error;
  }
}
