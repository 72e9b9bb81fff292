import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../../src/engine/docker/endpoint';
import { openTransport } from '../../../src/engine/docker/transport';
import { certificates } from '../../support/secondEngine';

/** What an editor does to the modules of its extensions, see `http.proxySupport`: an agent of its own, unless a socket file is named. */
function replacingAgents(): () => void {
  const kept = [http, https].map(module => [module, module.request] as const);
  for (const [module, request] of kept)
    module.request = ((options: http.RequestOptions, ...more: never[]) =>
      (request as (...args: unknown[]) => unknown)(
        options.socketPath ? options : { ...options, agent: undefined },
        ...more,
      )) as typeof module.request;
  return () => {
    for (const [module, request] of kept) module.request = request;
  };
}

suite('the way to an engine, in an editor that puts its own agents in the place of ours', function () {
  this.timeout(30_000);
  const host = '127.0.0.1';
  const daemon: http.RequestListener = (request, response) => {
    // as an engine does: the connection is kept, so the second call comes on the same one
    response.setHeader('from', String((request.socket as { remotePort?: number }).remotePort));
    response.end('OK');
  };
  let folder: string;
  let plain: http.Server;
  let secure: https.Server;
  let restore: () => void;
  suiteSetup(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rtt-tls-'));
    await certificates(folder, host);
    const pem = (name: string): Buffer => readFileSync(join(folder, `${name}.pem`));
    plain = http.createServer(daemon);
    secure = https.createServer(
      { ca: pem('ca'), cert: pem('server'), key: pem('server-key'), requestCert: true, rejectUnauthorized: true },
      daemon,
    );
    for (const server of [plain, secure]) await new Promise<void>(resolve => server.listen(0, host, resolve));
    restore = replacingAgents();
  });
  suiteTeardown(() => {
    restore();
    for (const server of [plain, secure]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const portOf = (server: http.Server): number => (server.address() as AddressInfo).port;
  const tls = (who: 'client' | 'nobody'): NonNullable<Extract<Endpoint, { kind: 'tcp' }>['tls']> => ({
    ca: join(folder, 'ca.pem'),
    verify: true,
    ...(who === 'client' ? { cert: join(folder, 'client.pem'), key: join(folder, 'client-key.pem') } : {}),
  });
  const call = async (endpoint: Endpoint): Promise<readonly unknown[]> => {
    const transport = await openTransport(endpoint);
    try {
      const seen: unknown[] = [];
      for (let call = 0; call < 2; call++) {
        const reply = await transport.send({ method: 'GET', path: '/_ping', signal: AbortSignal.timeout(20_000) });
        seen.push(reply.statusCode, reply.headers['from']);
        for await (const chunk of reply) assert.equal(String(chunk), 'OK');
      }
      return seen;
    } finally {
      transport.close();
    }
  };

  for (const what of ['plain', 'secure'] as const)
    test(`TCP, ${what}: through ours, on one kept connection`, async () => {
      const port = portOf(what === 'plain' ? plain : secure);
      const [status, first, again, second] = await call({
        kind: 'tcp',
        text: `tcp://${host}:${port}`,
        host,
        port,
        ...(what === 'plain' ? {} : { tls: tls('client') }),
      });
      assert.deepEqual([status, again], [200, 200]);
      assert.equal(first, second);
    });

  test('TCP, without the certificate that the engine wants: refused', async () => {
    const port = portOf(secure);
    await assert.rejects(call({ kind: 'tcp', text: 'tcp://x', host, port, tls: tls('nobody') }));
  });

  test('ssh: it is ssh that is asked', async () => {
    const nobody = { kind: 'ssh', text: 'ssh://nobody', destination: host, port: 1 } as const;
    await assert.rejects(call(nobody), /ssh: connect to host 127\.0\.0\.1 port 1|Connection refused/);
  });
});
