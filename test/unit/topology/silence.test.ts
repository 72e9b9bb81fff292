import assert from 'node:assert/strict';
import { HumanError } from '../../../src/base/errors';
import type { RedisFault } from '../../../src/redis/client';
import { saidBy } from '../../../src/topology/silence';
import type { TalkFault } from '../../../src/topology/talk';

const address = { host: '127.0.0.1', port: 6379 };
const silent = (more: object): HumanError<RedisFault> =>
  new HumanError<RedisFault>({ code: 'redis-silent', address, reason: 'refused', ...more });

suite('topology/silence: what is quoted of a failure', () => {
  const table: readonly (readonly [string, unknown, string])[] = [
    [
      "the server's own words",
      silent({ reason: 'password-required', text: 'NOAUTH Authentication required.' }),
      'NOAUTH Authentication required.',
    ],
    ['the name of the reason where nothing was said', silent({}), 'refused'],
    [
      'what the last try said, of a server that was waited for',
      new HumanError<TalkFault>({ code: 'node-not-answering', node: 'a', address, text: 'refused' }),
      'refused',
    ],
    ['the message of anything else', new Error('oops'), 'oops'],
  ];
  for (const [what, error, expected] of table) test(what, () => assert.equal(saidBy(error), expected));
});
