import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import * as http from 'node:http';
import { Duplex } from 'node:stream';
import type { Endpoint } from './endpoint';

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>;

/**
 * Carries HTTP over `ssh … docker system dial-stdio`, as the Docker command line does: the user's ssh configuration, keys and
 * agent apply, and no ssh implementation is shipped. One child per connection; connections are kept, since each costs a login.
 */
export class SshAgent extends http.Agent {
  constructor(
    private readonly endpoint: SshEndpoint,
    private readonly program = 'ssh',
  ) {
    super({ keepAlive: true, maxSockets: 6 });
  }

  override createConnection(): Duplex {
    return new ChildSocket(
      spawn(this.program, sshArguments(this.endpoint), { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true }),
    );
  }
}

/** BatchMode: a question for a password would wait for ever behind the editor. */
export function sshArguments({ destination, port, user }: SshEndpoint): readonly string[] {
  return [
    '-o',
    'BatchMode=yes',
    '-o',
    'ConnectTimeout=15',
    ...(user ? ['-l', user] : []),
    ...(port ? ['-p', String(port)] : []),
    '--',
    destination,
    'docker',
    'system',
    'dial-stdio',
  ];
}

/** A child's stdin and stdout as the socket that Node's HTTP client expects. What ssh says on stderr becomes the error's text. */
class ChildSocket extends Duplex {
  readonly #child: ChildProcess;
  #said = '';

  constructor(child: ChildProcess) {
    super({ allowHalfOpen: true });
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout?.pause();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-1000);
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => undefined); // the child's end follows and says why
    child.on('error', error => this.destroy(error));
    child.on('close', status => {
      if (status === 0) this.push(null);
      else this.destroy(new Error(this.#said.trim() || `ssh ended with ${status}`));
    });
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A broken pipe is not told here: a moment later the child's end brings the reason (`Permission denied (publickey)`).
    this.#child.stdin?.write(chunk, error => {
      if (!error) done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin?.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const child = this.#child;
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    child.kill();
    // docker takes its time with SIGTERM while it waits for the daemon.
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
    child.once('exit', () => clearTimeout(timer));
    child.unref();
    timer.unref();
    done(error);
  }

  // What http.ClientRequest and http.Agent call on a socket; a pipe has nothing to set.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.#child.ref();
    return this;
  }
  unref(): this {
    this.#child.unref();
    return this;
  }
}
