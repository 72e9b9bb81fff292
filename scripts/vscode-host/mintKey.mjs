// Loaded before VS Code's server. Its web workbench seals secrets with a key of which one half lies in the browser and the other is
// asked of the server by POST …/mint-key; the plain server does not know that path (405), and then every reload of the page forgets
// all passwords. The half lies beside the workbench's settings, readable by its user only.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const keyFile = process.env['REDIS_TOPOLOGY_KEY_FILE'] ?? '';
const tokenFile = process.env['REDIS_TOPOLOGY_TOKEN_FILE'] ?? '';

function key() {
  if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  return readFileSync(keyFile);
}

/**
 * Whether the browser sent the secret of this server, as a cookie that the server itself set.
 * @param {string} cookies
 */
function mayAsk(cookies) {
  if (tokenFile === '') return true;
  const token = Buffer.from(readFileSync(tokenFile, 'utf8').trim());
  const sent = Buffer.from(/(?:^|;\s*)vscode-tkn=([^;]*)/.exec(cookies)?.[1] ?? '');
  return sent.length === token.length && timingSafeEqual(sent, token);
}

const create = http.createServer;
http.createServer = (...args) => {
  // @ts-expect-error the same
  const server = create(...args);
  const emit = server.emit.bind(server);
  server.emit = (/** @type {string} */ event, /** @type {any[]} */ ...rest) => {
    const [request, response] = rest;
    if (event !== 'request' || request.method !== 'POST' || !/^[^?]*\/mint-key(?:\?|$)/.test(request.url ?? ''))
      return emit(event, ...rest);
    if (mayAsk(request.headers.cookie ?? ''))
      response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' }).end(key());
    else response.writeHead(403).end();
    return true;
  };
  return server;
};
syncBuiltinESMExports();
