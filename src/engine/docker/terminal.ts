import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { TerminalCommand } from '../engine';
import type { Connection } from './connection';
import { fail } from './faults';

/**
 * The command that gives a terminal in the container: the engine's own command line, told to talk to the endpoint that we talk
 * to. Values of `env` travel in the terminal's environment; on the command line stand their names only (`-e NAME`).
 * Throws `cli-missing` when neither `docker` nor, for Podman, `podman` is on the PATH.
 */
export async function terminalCommand(
  connection: Connection,
  id: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  path = process.env['PATH'] ?? '',
): Promise<TerminalCommand> {
  const names = connection.product === 'Podman' ? ['docker', 'podman'] : ['docker'];
  for (const name of names) {
    const file = await find(name, path);
    if (file === undefined) continue;
    const words = Object.keys(env).flatMap(key => ['-e', key]);
    const remote = name === 'podman' ? ['--remote'] : [];
    return {
      file,
      args: [...remote, 'exec', '-it', ...words, id, ...argv],
      env: { ...env, ...endpointEnvironment(connection, name) },
    };
  }
  return fail({ code: 'cli-missing', name: names[0]! });
}

function endpointEnvironment({ endpoint }: Connection, name: string): Readonly<Record<string, string>> {
  if (name === 'podman') return { CONTAINER_HOST: endpoint.text };
  // DOCKER_HOST wins over a context that is selected in the terminal's shell.
  const host = endpoint.kind === 'tcp' ? `tcp://${endpoint.host}:${endpoint.port}` : endpoint.text;
  const tls = endpoint.kind === 'tcp' ? endpoint.tls : undefined;
  const pem = tls?.ca ?? tls?.cert;
  return {
    DOCKER_HOST: host,
    DOCKER_CONTEXT: '',
    ...(tls && pem
      ? { DOCKER_CERT_PATH: dirname(pem), DOCKER_TLS: '1', DOCKER_TLS_VERIFY: tls.verify ? '1' : '' }
      : {}),
  };
}

async function find(name: string, path: string): Promise<string | undefined> {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of path.split(delimiter).filter(part => part !== '')) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}
