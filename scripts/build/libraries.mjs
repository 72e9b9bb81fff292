// What of dockerode and ioredis ships: our code speaks through docker's modem and through one plain connection per server.
// What is never reached is left out; if it is reached one day, it says so by name. All suites run on the libraries in this form.
import { readFile } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import { root } from '../setup/paths.mjs';

/** Packages, with everything below them. */
const packages = [
  'ssh2',
  'cpu-features', // hosts over ssh go through the system's ssh; these bring native modules
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  'protobufjs', // sessions of BuildKit: images are not built here
  'cluster-key-slot', // for clients of clusters; model/slots.ts counts the slots of keys
  'tar-fs',
  '@balena/dockerignore', // archives of folders for image builds; conf files travel in our own small archive
];

/** Modules inside a package: path of the package's folder → what is left out of it. */
const modules = [
  // The client of clusters and that of sentinels wait without end and reject unheard inside an extension host; certificates of a hosted service.
  {
    inside: ['ioredis', 'built'],
    names: ['./cluster', './SentinelConnector', './connectors/SentinelConnector', '../constants/TLSProfiles'],
  },
  // Batches are single calls of one turn here; see src/redis/ioredisClient.ts. Scripts and scans are not used.
  { inside: ['ioredis', 'built'], names: ['./Pipeline', './Script', '../Script', './ScanStream', '../ScanStream'] },
  // Of a Node that has no classes yet.
  { inside: ['redis-errors'], names: ['./lib/old'] },
  { inside: ['docker-modem', 'lib'], names: ['./ssh'] },
];

/** A class that throws when it is made, under all the names by which CommonJS modules hand out their class.
 * @param {string} name
 */
const absent = name => `
class Absent { constructor() { throw new Error(${JSON.stringify(`${name} is not part of this extension`)}); } }
module.exports = Object.assign(Absent, { __esModule: true, default: Absent });`;

const packagePattern = new RegExp(`^(?:${packages.join('|')})(?:/.*)?$`);

/** @type {import('esbuild').Plugin} */
export const leaveOut = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: packagePattern }, args => ({ path: args.path, namespace: 'absent' }));
    build.onResolve({ filter: /^\.\.?\// }, args => {
      const found = modules.find(
        ({ inside, names }) => dirname(args.importer).includes(inside.join(sep)) && names.includes(args.path),
      );
      return found === undefined ? undefined : { path: `${found.inside[0]} ${args.path}`, namespace: 'absent' };
    });
    build.onLoad({ filter: /.*/, namespace: 'absent' }, args => ({ contents: absent(args.path) }));
  },
};

/**
 * Lighter stand-ins. `readable-stream` is Node's own `stream`. `debug` prints what it is given when an environment variable
 * says so, passwords of AUTH included: here it prints nothing, and what docker-modem would tell it of each request is not written out first. Of the commands' table only what a single connection calls by itself.
 * @type {import('esbuild').Plugin}
 */
export const lighten = {
  name: 'lighten',
  setup(build) {
    build.onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'node:stream', external: true }));
    build.onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: 'silent' }));
    build.onLoad({ filter: /denque[\\/]index\.js$/ }, () => ({ contents: queue }));
    build.onLoad({ filter: /.*/, namespace: 'silent' }, () => ({
      contents:
        'const silent = () => Object.assign(() => undefined, { enabled: false }); module.exports = Object.assign(silent, { default: silent });',
    }));
    build.onLoad({ filter: /docker-modem[\\/]lib[\\/]modem\.js$/ }, async args => {
      const text = await readFile(args.path, 'utf8');
      const without = text.replace(/^ *debug\('Sending: %s', util\.inspect\(options, \{[^}]*\}\)\);$/m, '');
      if (without === text) throw new Error(`${args.path} writes its requests out in another way than expected`);
      return { contents: without };
    });
    build.onLoad({ filter: /dockerode[\\/]lib[\\/]docker\.js$/ }, () => ({ contents: modemOnly, resolveDir: root }));
    build.onLoad({ filter: /ioredis[\\/]built[\\/](?:autoPipelining|transaction|tracing)\.js$/ }, args => ({
      contents: quiet[basename(args.path, '.js')] ?? '',
    }));
    build.onLoad({ filter: /ioredis[\\/]built[\\/]DataHandler\.js$/ }, () => ({ contents: answers, resolveDir: root }));
    build.onLoad({ filter: /ioredis[\\/]built[\\/]utils[\\/]debug\.js$/ }, () => ({ contents: quiet['debug'] ?? '' }));
    build.onLoad({ filter: /ioredis[\\/]built[\\/]himport[\\/]HimportCoordinator\.js$/ }, () => ({
      contents: noFieldsets,
    }));
    build.onLoad({ filter: /@ioredis[\\/]commands[\\/]built[\\/]index\.js$/ }, () => ({ contents: fewCommands }));
  },
};

/**
 * dockerode without its classes of the daemon's objects: their calls collect whole bodies, and never settle when a body is
 * cut off. Its modem hands out the stream.
 */
const modemOnly = `
const Modem = require('docker-modem');
module.exports = class Docker { constructor(options) { this.modem = new Modem(options); this.modem.Promise = Promise; } };`;

/**
 * What ioredis passes every command through, and no option of ours asks for: gathering commands by itself, transactions, channels for
 * tracers, and its own log, whose lines would be made up for nobody.
 * @type {Record<string, string>}
 */
const quiet = {
  autoPipelining: 'exports.notAllowedAutoPipelineCommands = []; exports.shouldUseAutoPipelining = () => false;',
  transaction: 'exports.addTransactionSupport = () => undefined;',
  tracing:
    'exports.traceCommand = exports.traceBatch = exports.traceConnect = run => run(); exports.sanitizeArgs = () => [];',
  debug:
    "const silent = () => undefined; exports.default = () => silent; exports.getStringValue = exports.genRedactedString = () => ''; exports.MAX_ARGUMENT_LENGTH = 0;",
};

/**
 * Hands replies to the commands that wait for them. What ioredis has there takes the shape of what comes for granted: a null that nobody asked for, or a
 * push, throws where nobody can catch it, and an array is made as long as it says to be, which ends an extension host for want of memory.
 */
const answers = `
const { RespReader } = require('./src/redis/respReader');
exports.default = class Answers {
  constructor(redis) {
    const reader = new RespReader(reply => {
      const item = redis.commandQueue.shift();
      if (item === undefined) throw new Error('protocol error: a reply that nobody asked for');
      if (reply instanceof Error) item.command.reject(reply);
      else item.command.resolve(reply);
    });
    redis.stream.prependListener('data', chunk => {
      try {
        reader.feed(chunk);
      } catch (error) {
        redis.recoverFromFatalError(error, error, { offlineQueue: false });
      }
    });
    redis.stream.resume();
  }
};`;

/** The queue of commands under way: what ioredis asks of `denque`, on an array whose read part is cut off now and then. */
const queue = `
module.exports = class Queue {
  constructor() { this.items = []; this.head = 0; }
  get length() { return this.items.length - this.head; }
  push(item) { this.items.push(item); return this.length; }
  unshift(item) { if (this.head > 0) this.items[--this.head] = item; else this.items.unshift(item); return this.length; }
  shift() {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head === this.items.length || this.head > 1000) { this.items.splice(0, this.head); this.head = 0; }
    return item;
  }
  peekFront() { return this.items[this.head]; }
  peekAt(index) { return this.items[this.head + index]; }
  remove(index, count) { return this.items.splice(this.head + index, count); }
};`;

/** Sets of fields for HIMPORT, which no option of ours asks for: nothing is ever bound to a connection, so nothing is intercepted. */
const noFieldsets = `
exports.hasHimportCoordinator = Symbol('hasHimportCoordinator');
exports.cloneHimportFieldsets = fieldsets => { if (fieldsets !== undefined) throw new Error('sets of fields for HIMPORT are not part of this extension'); };
exports.getHimportBinding = () => undefined;
exports.interceptHimportCommand = exports.interceptHimportPipeline = exports.isInternalHimportCommand = () => false;`;

/**
 * The table of commands: ioredis makes two methods of each, which takes longer than loading all the rest of it. Ours go through `call`; these few it
 * calls by itself. Where keys stand in a command is told to cluster clients and key prefixes only, and which commands a server that still loads takes, before a
 * connection is ready: nothing is sent then.
 */
const fewCommands = `
exports.list = ['auth', 'client', 'hello', 'info', 'psubscribe', 'punsubscribe', 'quit', 'readonly', 'select', 'ssubscribe', 'subscribe', 'unsubscribe'];
exports.exists = exports.hasFlag = () => false;
exports.getKeyIndexes = () => { throw new Error('positions of keys are not part of this extension'); };`;
