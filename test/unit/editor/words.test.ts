import assert from 'node:assert/strict';
import { HumanError } from '../../../src/base/errors';
import { errorInWords, faultInWords } from '../../../src/editor/words';
import { consequenceInWords } from '../../../src/editor/words/consequences';
import { entryInWords } from '../../../src/editor/words/happenings';
import { reasonInWords } from '../../../src/editor/words/health';
import { silenceAtLength, silenceBriefly } from '../../../src/editor/words/silence';
import { checkInWords, createSteps, failoverSteps } from '../../../src/editor/words/steps';
import type { HealthReason } from '../../../src/model/snapshot';
import { FAILOVER_STEPS } from '../../../src/topology/failoverPlan';
import type { Consequence } from '../../../src/topology/consequences';
import { CREATE_STEPS } from '../../../src/topology/sentinelPlan';
import { plain } from '../../support/plain';
import { sentinelTopology } from '../../support/snapshots';

const address = { host: '10.0.0.2', port: 6380 };
const endpoint = 'unix:///var/run/docker.sock';

suite('words: faults', () => {
  const cases: readonly (readonly [fault: { readonly code: string }, says: RegExp])[] = [
    [{ code: 'engine-missing', endpoint } as never, /No Docker engine listens at unix:.*Start Docker/],
    [{ code: 'engine-forbidden', endpoint } as never, /“docker” group/],
    [{ code: 'port-taken', port: 6379 } as never, /Port 6379 is in use.*Choose another/],
    [
      { code: 'redis-silent', address, reason: 'password-wrong' } as never,
      /10\.0\.0\.2:6380 does not answer\. The server refuses the password/,
    ],
    [
      { code: 'failover-no-quorum', node: 'sentinel-1', text: 'NOQUORUM 1' } as never,
      /sentinel-1 says “NOQUORUM 1”\. Start the missing/,
    ],
    [
      {
        code: 'sentinels-disagree',
        views: [
          {
            node: 'sentinel-2',
            lacks: [
              { code: 'replicas', seen: 1, wanted: 2 },
              { code: 'quorum', text: 'NO' },
            ],
          },
        ],
      } as never,
      /sentinel-2 sees 1 of 2 replicas, its quorum check says: NO/,
    ],
    [
      {
        code: 'node-failed',
        node: 'redis-1',
        state: 'exited',
        exitCode: 1,
        lines: ['FATAL CONFIG FILE ERROR'],
        text: '',
      } as never,
      /redis-1 did not come up \(exit 1\): FATAL CONFIG/,
    ],
    [{ code: 'request-invalid', field: 'name', problem: { code: 'name-empty' } } as never, /Give a name/],
    [{ code: 'deadline', what: 'list', ms: 1500 } as never, /“list” took longer than 1\.5 s/],
    [{ code: 'never-heard-of' }, /unexpected happened: never-heard-of/],
    [{ code: 'toString' }, /unexpected happened: toString/],
  ];
  for (const [fault, says] of cases) test(fault.code, () => assert.match(faultInWords(plain, fault), says));

  test('an error without a code is told as it is', () => assert.match(errorInWords(plain, new Error('boom')), /boom/));
  test('an error with one is told by it', () =>
    assert.match(
      errorInWords(plain, new HumanError({ code: 'gone', id: 'f'.repeat(64) } as never)),
      /The container ffffffffffff no longer exists/,
    ));
  test('nobody is told to open the socket to everyone', () => {
    for (const code of ['engine-missing', 'engine-refused', 'engine-forbidden'])
      assert.doesNotMatch(faultInWords(plain, { code, endpoint } as never), /chmod|666/);
  });
});

suite('words: health', () => {
  const topology = sentinelTopology();
  const cases: readonly (readonly [reason: HealthReason, says: RegExp])[] = [
    [{ code: 'no-master' }, /no master/],
    [
      { code: 'stale-master', node: 'redis-1', actual: '10.0.0.2:6380' },
      /redis-1 still says master, but the sentinels say 10\.0\.0\.2:6380/,
    ],
    [
      { code: 'node-silent', node: 'redis-2', reason: 'timeout' },
      /redis-2 is running but gives no answer: does not answer/,
    ],
    [{ code: 'majority-unreachable', majority: 2, usable: 1 }, /Usable sentinels: 1; a majority is 2/],
    [
      { code: 'failover-would-fail', losing: ['sentinel-1'], needed: 2, left: 1 },
      /When any of sentinel-1 is lost, 1 of the 2 sentinels that are needed remain/,
    ],
    [
      {
        code: 'slots-uncovered',
        count: 101,
        ranges: [
          [0, 99],
          [7, 7],
        ],
      },
      /No master for 101 of the slots \(0–99, 7\)/,
    ],
    [{ code: 'node-failing', node: 'redis-3', agreed: true, by: [] }, /redis-3 has failed/],
  ];
  for (const [reason, says] of cases)
    test(reason.code, () => assert.match(reasonInWords(plain, topology, reason), says));
});

suite('words: consequences of a stop', () => {
  const cases: readonly (readonly [consequence: Consequence, says: RegExp])[] = [
    [
      { code: 'failover-expected', seconds: 6.3, candidates: ['redis-2', 'redis-3'], clients: 4 },
      /promoted redis-2 or redis-3, in about 6\.3 s.*4 connections/,
    ],
    [
      { code: 'no-failover', reason: { code: 'quorum', usable: 1, required: 2 } },
      /nobody will take over: 1 sentinels are usable, the quorum is 2/,
    ],
    [{ code: 'replica-lost', left: ['redis-3'] }, /could still choose redis-3/],
    [
      { code: 'quorum-lost', usable: 1, required: 2, majority: 2 },
      /1 sentinels are left, where the quorum is 2 and a majority 2/,
    ],
  ];
  for (const [consequence, says] of cases)
    test(consequence.code, () => assert.match(consequenceInWords(plain, consequence), says));
});

suite('words: the rest', () => {
  test('every step of a creation has its own words', () =>
    assert.equal(new Set(CREATE_STEPS.map(step => createSteps[step](plain))).size, CREATE_STEPS.length));
  test('every step of a failover has its own words', () =>
    assert.equal(new Set(FAILOVER_STEPS.map(step => failoverSteps[step](plain))).size, FAILOVER_STEPS.length));
  test('every silence has a short and a long form', () => {
    for (const [reason, briefly] of Object.entries(silenceBriefly))
      assert.ok(briefly(plain).length < silenceAtLength[reason as keyof typeof silenceAtLength](plain).length, reason);
  });
  test('a check', () =>
    assert.match(
      checkInWords(plain, { code: 'write-refused', node: 'redis-2', text: 'READONLY You…' }),
      /A write to redis-2 was refused: “READONLY/,
    ));
  test('a line of the timeline', () =>
    assert.match(
      entryInWords(
        plain,
        {
          at: 1_700_000_000_042,
          sinceFirst: 1250,
          incident: 1,
          what: { code: 'role-changed', node: 'x', name: 'redis-2', from: 'replica', to: 'master' },
        },
        'orders',
      ),
      /^\d\d:\d\d:\d\d\.042  \+1\.250 s  orders\/redis-2  was replica, is master$/,
    ));
});
