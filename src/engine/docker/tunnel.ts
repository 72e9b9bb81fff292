import { Duplex } from 'node:stream';
import type { Calls } from './calls';
import { Demultiplexer } from './streams';
import { isRecord, text } from './read';

/**
 * Carries stdin to a TCP connection and back, with what images have: the official ones and others made of Debian have perl-base and bash,
 * Alpine has busybox's nc. One program is better than three (bash needs a `cat` for each direction). Whichever side ends, all of it ends:
 * a program that stayed would hold a client slot of the server, and a server's end is the fastest sign that it died. What does not connect within
 * 4 s is tried anew: right after a start a name may lead where nobody is yet, and a lost first packet is sent again ever later.
 */
const CARRIER = `
if perl -MSocket -e 1 2>/dev/null; then exec perl -MSocket -e '
  my ($h, $p) = @ARGV; $SIG{ALRM} = sub { die "timed out" }; alarm 4; my $a = inet_aton($h) or die "no address: $h"; socket(S, PF_INET, SOCK_STREAM, 6) or die "$!"; connect(S, pack_sockaddr_in($p, $a)) or die "$!"; alarm 0;
  setsockopt(S, 6, 1, 1);
  sub all { my ($to, $d) = @_; while (length $d) { my $n = syswrite($to, $d); exit unless defined $n; substr($d, 0, $n) = "" } }
  for (;;) { my $r = ""; vec($r, 0, 1) = 1; vec($r, fileno(S), 1) = 1; select($r, undef, undef, undef); my $d;
    if (vec($r, fileno(S), 1)) { sysread(S, $d, 65536) or exit; all(*STDOUT, $d) }
    if (vec($r, 0, 1)) { sysread(STDIN, $d, 65536) or exit; all(*S, $d) } }' "$1" "$2"
fi
if command -v socat >/dev/null; then exec socat -t0 - "TCP:$1:$2,nodelay"; fi
if command -v nc >/dev/null; then exec nc "$1" "$2"; fi
if command -v bash >/dev/null; then exec bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit 1; (cat <&3; kill 0) & cat >&3; kill 0' bash "$1" "$2"; fi
echo nothing here carries a connection >&2; exit 127`;

/** See {@link ContainerActs.dial}. */
export async function dial(
  calls: Calls,
  id: string,
  address: { readonly host: string; readonly port: number },
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const body = {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: ['sh', '-c', CARRIER, 'sh', address.host, String(address.port)],
  };
  const exec = await calls.json('POST', `/containers/${id}/exec`, { body, signal, about: { id } }, value => {
    const made = isRecord(value) ? text(value['Id']) : undefined;
    if (made === undefined) throw new Error('no Id');
    return made;
  });
  const life = new AbortController();
  const stream = await calls.upgrade(`/exec/${exec}/start`, {
    body: { Detach: false, Tty: false },
    signal: signal ?? life.signal,
    about: { id },
  });
  return new TunnelStream(stream);
}

/** The daemon's stream as a plain connection: what comes on stdout, without its frames; what was said on stderr is the reason of its end. */
export class TunnelStream extends Duplex {
  readonly #frames: Demultiplexer;
  #said = '';

  constructor(private readonly wire: Duplex) {
    super({ allowHalfOpen: false });
    this.#frames = new Demultiplexer((stream, chunk) => {
      if (stream === 2) this.#said = (this.#said + chunk.toString('utf8')).slice(-1000);
      else if (!this.push(Buffer.from(chunk))) wire.pause();
    });
    wire.on('data', (chunk: Buffer) => {
      try {
        this.#frames.feed(chunk);
      } catch {
        // The daemon's own words instead of frames: the program could not be started.
        this.#said = (this.#said + chunk.toString('utf8')).slice(-1000);
      }
    });
    wire.on('error', () => undefined); // its close follows
    wire.on('end', () => this.#ended());
    wire.on('close', () => this.#ended());
    wire.resume();
  }

  #ended(): void {
    if (this.destroyed) return;
    const code = codeOf(this.#said);
    if (code === undefined) this.push(null);
    else this.destroy(Object.assign(new Error(this.#said.trim().slice(0, 200)), { code }));
  }

  override _read(): void {
    this.wire.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.wire.write(chunk, error => done(error ?? null));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.wire.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.wire.destroy();
    done(error);
  }
}

/** The code of the socket's error that the program inside names in its own words; nothing for an end without a word. */
export function codeOf(said: string): string | undefined {
  if (/nothing here carries|executable file not found|OCI runtime exec failed/i.test(said)) return 'ENOTUNNEL';
  if (/refused/i.test(said)) return 'ECONNREFUSED';
  if (/timed? ?out/i.test(said)) return 'ETIMEDOUT';
  if (/unreachable|no route|no address|bad address|not known/i.test(said)) return 'EHOSTUNREACH';
  return undefined;
}
