import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { findEndpoints, parseEndpoint } from '../../../../src/engine/docker/endpoint';
import type { Surroundings } from '../../../../src/engine/docker/endpoint';
import { pinApi } from '../../../../src/engine/docker/connection';
import { listContexts } from '../../../../src/engine/docker/contexts';
import { sshArguments } from '../../../../src/engine/docker/sshAgent';

function around(
  part: Partial<Omit<Surroundings, 'read' | 'exists' | 'list'>> & { readonly files?: Readonly<Record<string, string>> },
): Surroundings {
  const files = part.files ?? {};
  return {
    env: {},
    home: '/home/me',
    platform: 'linux',
    uid: 1000,
    read: async path => files[path],
    exists: async path => path in files,
    list: async path => [
      ...new Set(
        Object.keys(files).flatMap(file =>
          file.startsWith(`${path}/`) ? [file.slice(path.length + 1).split('/')[0] ?? ''] : [],
        ),
      ),
    ],
    ...part,
  };
}
const key = (name: string): string => createHash('sha256').update(name).digest('hex');
const config = (name: string): string => JSON.stringify({ currentContext: name, auths: {} });
const meta = (host: string, more: object = {}): string =>
  JSON.stringify({ Name: 'x', Endpoints: { docker: { Host: host, ...more } } });
const contextFiles = (name: string, host: string, more?: object): Record<string, string> => ({
  '/home/me/.docker/config.json': config(name),
  [`/home/me/.docker/contexts/meta/${key(name)}/meta.json`]: meta(host, more),
});

suite('engine/docker/endpoint', () => {
  const found: readonly (readonly [string, Surroundings, readonly string[]])[] = [
    ['nothing there', around({}), ['unix:///var/run/docker.sock']],
    [
      'the setting wins',
      around({ setting: 'tcp://box:2375', env: { DOCKER_HOST: 'unix:///other' } }),
      ['tcp://box:2375'],
    ],
    ['an empty setting is none', around({ setting: '  ', env: { DOCKER_HOST: 'unix:///other' } }), ['unix:///other']],
    [
      'DOCKER_HOST before the context',
      around({ env: { DOCKER_HOST: 'unix:///other' }, files: contextFiles('desk', 'unix:///desk.sock') }),
      ['unix:///other'],
    ],
    [
      'DOCKER_CONTEXT before DOCKER_HOST',
      around({
        env: { DOCKER_HOST: 'unix:///other', DOCKER_CONTEXT: 'desk' },
        files: contextFiles('desk', 'unix:///desk.sock'),
      }),
      ['unix:///desk.sock'],
    ],
    ['the current context', around({ files: contextFiles('desk', 'unix:///desk.sock') }), ['unix:///desk.sock']],
    [
      'the context default is the platform',
      around({ files: { ...contextFiles('default', 'unix:///desk.sock'), '/run/user/1000/docker.sock': '' } }),
      ['unix:///run/user/1000/docker.sock'],
    ],
    [
      'a context without meta is the platform',
      around({ files: { '/home/me/.docker/config.json': config('lost') } }),
      ['unix:///var/run/docker.sock'],
    ],
    [
      'a damaged config is the platform',
      around({ files: { '/home/me/.docker/config.json': '{"currentContext": "de' } }),
      ['unix:///var/run/docker.sock'],
    ],
    [
      'DOCKER_CONFIG moves the files',
      around({
        env: { DOCKER_CONFIG: '/cfg' },
        files: {
          '/cfg/config.json': config('a'),
          [`/cfg/contexts/meta/${key('a')}/meta.json`]: meta('unix:///a.sock'),
        },
      }),
      ['unix:///a.sock'],
    ],
    [
      'all sockets of the platform, the system first',
      around({
        files: {
          '/var/run/docker.sock': '',
          '/home/me/.docker/run/docker.sock': '',
          '/run/user/1000/podman/podman.sock': '',
        },
      }),
      [
        'unix:///var/run/docker.sock',
        'unix:///home/me/.docker/run/docker.sock',
        'unix:///run/user/1000/podman/podman.sock',
      ],
    ],
    [
      'XDG_RUNTIME_DIR',
      around({ env: { XDG_RUNTIME_DIR: '/x' }, files: { '/x/docker.sock': '' } }),
      ['unix:///x/docker.sock'],
    ],
    [
      'the context chosen here before DOCKER_HOST and the current one',
      around({
        context: 'box',
        env: { DOCKER_HOST: 'unix:///other' },
        files: {
          ...contextFiles('desk', 'unix:///desk.sock'),
          [`/home/me/.docker/contexts/meta/${key('box')}/meta.json`]: meta('ssh://me@box'),
        },
      }),
      ['ssh://me@box'],
    ],
    [
      'the setting before the context chosen here',
      around({ setting: 'tcp://a:1', context: 'desk', files: contextFiles('desk', 'unix:///desk.sock') }),
      ['tcp://a:1'],
    ],
    ['a chosen context that is not there', around({ context: 'lost' }), ['lost']],
    [
      'the context default, chosen, is the platform whatever the command line uses',
      around({
        context: 'default',
        env: { DOCKER_HOST: 'unix:///other' },
        files: contextFiles('desk', 'unix:///desk.sock'),
      }),
      ['unix:///var/run/docker.sock'],
    ],
    ['Windows', around({ platform: 'win32', uid: undefined }), ['npipe:////./pipe/docker_engine']],
    ['what we cannot speak to', around({ setting: 'gopher://x' }), ['gopher://x']],
  ];
  for (const [what, surroundings, texts] of found) {
    test(what, async () => {
      assert.deepEqual(
        (await findEndpoints(surroundings)).map(endpoint => endpoint.text),
        texts,
      );
    });
  }

  test('all contexts, by name; a damaged one is left out', async () => {
    const file = (name: string): string => `/home/me/.docker/contexts/meta/${key(name)}/meta.json`;
    const named = (name: string, host: string): string =>
      JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } });
    const files = {
      [file('far')]: named('far', 'tcp://far:2376'),
      [file('box')]: named('box', 'ssh://box'),
      [file('bad')]: '{',
    };
    assert.deepEqual(await listContexts(around({ files })), [
      { name: 'box', host: 'ssh://box' },
      { name: 'far', host: 'tcp://far:2376' },
    ]);
  });

  test('a context brings its certificates; SkipTLSVerify is kept', async () => {
    const pem = `/home/me/.docker/contexts/tls/${key('far')}/docker`;
    const [endpoint] = await findEndpoints(
      around({
        files: {
          ...contextFiles('far', 'tcp://far:2376'),
          [`${pem}/ca.pem`]: '',
          [`${pem}/cert.pem`]: '',
          [`${pem}/key.pem`]: '',
        },
      }),
    );
    assert.deepEqual(endpoint, {
      kind: 'tcp',
      text: 'tcp://far:2376',
      host: 'far',
      port: 2376,
      tls: { ca: `${pem}/ca.pem`, cert: `${pem}/cert.pem`, key: `${pem}/key.pem`, verify: true },
      context: 'far',
    });
    const [skipped] = await findEndpoints(
      around({ files: contextFiles('far', 'tcp://far:2376', { SkipTLSVerify: true }) }),
    );
    assert.deepEqual(skipped, {
      kind: 'tcp',
      text: 'tcp://far:2376',
      host: 'far',
      port: 2376,
      tls: { verify: false },
      context: 'far',
    });
  });

  test('TLS of the environment', async () => {
    const [endpoint] = await findEndpoints(
      around({ env: { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/pem' } }),
    );
    assert.deepEqual(endpoint, {
      kind: 'tcp',
      text: 'tcp://far',
      host: 'far',
      port: 2376,
      tls: { ca: '/pem/ca.pem', cert: '/pem/cert.pem', key: '/pem/key.pem', verify: true },
    });
  });

  const parsed: readonly (readonly [string, object | undefined])[] = [
    ['unix:///a b.sock', { kind: 'socket', path: '/a b.sock' }],
    ['/a.sock', { kind: 'socket', text: 'unix:///a.sock', path: '/a.sock' }],
    ['npipe:////./pipe/x', { kind: 'socket', path: '//./pipe/x' }],
    ['box', { kind: 'tcp', host: 'box', port: 2375 }],
    ['box:99', { kind: 'tcp', host: 'box', port: 99 }],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['http://box', { kind: 'tcp', host: 'box', port: 80 }],
    ['https://box', { kind: 'tcp', host: 'box', port: 2376, tls: { verify: true } }],
    ['ssh://me@box:2222', { kind: 'ssh', destination: 'box', port: 2222, user: 'me' }],
    ['ssh://box', { kind: 'ssh', destination: 'box' }],
    ['ssh://-oProxyCommand=x', undefined],
    ['ssh://-l@box', undefined],
    ['tcp://', undefined],
    ['fd://', undefined],
  ];
  for (const [text, endpoint] of parsed) {
    test(`reads ${text}`, () => {
      assert.deepEqual(parseEndpoint(text, undefined), endpoint && { text, ...endpoint });
    });
  }

  test('ssh is called without a shell, never asks, and the destination is no option', () => {
    assert.deepEqual(sshArguments({ kind: 'ssh', text: '', destination: 'box', port: 22, user: 'me' }), [
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=15',
      '-l',
      'me',
      '-p',
      '22',
      '--',
      'box',
      'docker',
      'system',
      'dial-stdio',
    ]);
  });

  const apis: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['1.41', '1.12', '1.41'],
    ['1.60', '1.44', '1.51'],
    ['1.51', '1.51', '1.51'],
    ['1.41', undefined, '1.41'],
    ['1.60', '1.52', undefined],
    ['1.39', '1.12', undefined],
  ];
  for (const [daemon, least, pinned] of apis)
    test(`API ${daemon}, at least ${least} → ${pinned}`, () => assert.equal(pinApi(daemon, least), pinned));
});
