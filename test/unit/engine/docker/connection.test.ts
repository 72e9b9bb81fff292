import assert from 'node:assert/strict';
import { Connector, NEWEST_API, OLDEST_API, pinApi, readGreeting } from '../../../../src/engine/docker/connection';

const nowhere = {
  setting: 'unix:///no/such.sock',
  env: {},
  home: '/no',
  platform: 'linux',
  read: () => Promise.resolve(undefined),
  exists: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
};

suite('engine/docker/connection', () => {
  const greetings: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[] | undefined])[] = [
    [
      'Docker',
      { server: 'Docker/20.10.24+dfsg1 (linux)', 'api-version': '1.41' },
      ['Docker', '20.10.24+dfsg1', '1.41'],
    ],
    ['Podman', { server: 'Libpod/4.3.1 (linux)', 'api-version': '1.41' }, ['Podman', '4.3.1', '1.41']],
    [
      'the newest known',
      { server: 'Docker/28.2.0 (linux)', 'api-version': NEWEST_API },
      ['Docker', '28.2.0', NEWEST_API],
    ],
    [
      'newer than known: what it still accepts, /version tells',
      { server: 'Docker/99 (linux)', 'api-version': '1.99' },
      undefined,
    ],
    ['older than known', { server: 'Docker/18.09 (linux)', 'api-version': '1.39' }, undefined],
    ['a proxy with a name of its own', { server: 'nginx/1.2', 'api-version': '1.41' }, undefined],
    ['a proxy that says nothing', {}, undefined],
    ['no number', { server: 'Docker/20.10 (linux)', 'api-version': 'new' }, undefined],
  ];
  for (const [what, headers, expected] of greetings)
    test(`greeting: ${what}`, () => {
      const known = readGreeting(headers);
      assert.deepEqual(known && [known.product, known.version, known.apiVersion], expected);
    });

  const pins: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['1.41', undefined, '1.41'],
    ['1.99', '1.44', NEWEST_API],
    ['1.99', '1.98', undefined],
    [OLDEST_API, '1.12', OLDEST_API],
    ['1.39', undefined, undefined],
  ];
  for (const [api, least, expected] of pins)
    test(`API ${api}, at least ${String(least)}: ${String(expected)}`, () =>
      assert.equal(pinApi(api, least), expected));

  test('who gave up before it asked leaves nothing that fails later, with nobody to hear of it', async () => {
    const unheard: unknown[] = [];
    const note = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', note);
    try {
      const connector = new Connector(() => nowhere);
      await assert.rejects(connector.connection(AbortSignal.abort(new Error('given up'))), /given up/);
      await new Promise(resolve => setTimeout(resolve, 20));
      assert.deepEqual(unheard, []);
      await assert.rejects(connector.connection(), /engine-missing/);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
