// Quick fixes, applied: the finding is gone, and what is offered as safe brings no new error.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { decodeBytes } from '../../../src/conf/bytes';
import type { Finding, Fix } from '../../../src/conf/types';
import { judgeProbe } from '../../support/confProbe';
import type { Ours } from '../../support/confProbe';
import { bytesOf, readProbes } from '../../support/confStart';
import type { Probe } from '../../support/confStart';

const main = '/w/c.conf';

function applied(text: string, { edits }: Fix): string {
  let out = text;
  for (const edit of [...edits].sort((a, b) => b.start - a.start))
    out = out.slice(0, edit.start) + edit.text + out.slice(edit.end);
  return out;
}

/** The fixes of a file that change nothing but the file itself. */
const fixesOf = (report: Ours): readonly (readonly [finding: Finding, fix: Fix])[] =>
  report.findings
    .filter(one => one.uri === main)
    .flatMap(one => one.fixes.map(fix => [one, fix] as const))
    .filter(([, fix]) => fix.edits.every(edit => edit.uri === main));

suite('conf: quick fixes', () => {
  const cases: readonly (readonly [text: string, fix: string, becomes: string, mode?: 'sentinel'])[] = [
    ['appendonly no // why', 'move-comment', '# // why\nappendonly no'],
    ['appendonly no ; why', 'move-comment', '# ; why\nappendonly no'],
    ['requirepass x // why', 'move-comment', 'requirepass x\n# // why'],
    ['bind #', 'comment-out', '# bind #'],
    ['port # x', 'comment-out', '# port # x'],
    ['save 900 1 # x', 'move-comment', '# x\nsave 900 1'],
    ['save 900 1 # x y', 'move-comment', '# x y\nsave 900 1'],
    ['save "" # x', 'move-comment', '# x\nsave ""'],
    ['oom-score-adj-values 0 1 2 # x', 'move-comment', '# x\noom-score-adj-values 0 1 2'],
    ['replicaof 127.0.0.1 6379 # x', 'move-comment', '# x\nreplicaof 127.0.0.1 6379'],
    ['client-output-buffer-limit normal 0 0 0 # x', 'move-comment', '# x\nclient-output-buffer-limit normal 0 0 0'],
    [
      'client-output-buffer-limit normal 0 0 0 # x y z',
      'move-comment',
      '# x y z\nclient-output-buffer-limit normal 0 0 0',
    ],
    ['latency-tracking-info-percentiles 50 # x', 'move-comment', '# x\nlatency-tracking-info-percentiles 50'],
    ['shutdown-on-sigint save # x', 'move-comment', '# x\nshutdown-on-sigint save'],
    ['bind -127.0.0.1,127.0.0.2', 'replace', 'bind -127.0.0.1 127.0.0.2'],
    ['bind -127.0.0.1:6379', 'replace', 'bind -127.0.0.1'],
    ['port = 7000', 'replace', 'port 7000'],
    ['requirepass : x', 'replace', 'requirepass x'],
    ['port -1', '', ''],
    ['port 65536', 'replace', 'port 65535'],
    ['port 7000 7001', 'remove-words', 'port 7000'],
    ['bind 127.0.0.1 ::1', 'make-optional', 'bind 127.0.0.1 -::1'],
    ['bind 127.0.0.1 ::1', 'listen-everywhere', 'bind * -::*'],
    ['bind 127.0.0.1 ::1', 'comment-out', '# bind 127.0.0.1 ::1'],
    ['dir /nowhere', 'comment-out', '# dir /nowhere'],
    ['bind 0.0.0.0', 'insert-line', 'bind 0.0.0.0\nprotected-mode no'],
    ['bind 0.0.0.0\nprotected-mode no', 'replace', 'bind 0.0.0.0\nprotected-mode yes'],
    ['sentinel monitor m 127.0.0.1 6379 0', 'replace', 'sentinel monitor m 127.0.0.1 6379 2', 'sentinel'],
    [
      'sentinel monitor m redis-1 6379 2\nsentinel resolve-hostnames no',
      'replace',
      'sentinel monitor m redis-1 6379 2\nsentinel resolve-hostnames yes',
      'sentinel',
    ],
    ['user a ~* (allkeys ~x)', '', ''],
    ['req-res-logfile x', 'comment-out', '# req-res-logfile x'],
  ];
  for (const [text, wanted, becomes, mode = 'redis'] of cases)
    test(`${JSON.stringify(text)}: ${wanted === '' ? 'nothing is offered' : wanted}`, () => {
      const offered = fixesOf(judgeProbe({ name: text, mode, text }, 'redis-7.2'));
      if (wanted === '') assert.deepEqual(offered, []);
      else
        assert.ok(
          offered.some(([, fix]) => fix.code === wanted && applied(text, fix) === becomes),
          JSON.stringify(offered.map(([, fix]) => [fix.code, applied(text, fix)])),
        );
    });

  for (const target of ['redis-6.0', 'redis-6.2', 'redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'])
    test(`every fix of the small files does away with its finding, and no safe one makes it worse (${target})`, () => {
      const wrong: string[] = [];
      for (const probe of readProbes(resolve('test/fixtures/conf-probes.json'))) {
        const text = decodeBytes(bytesOf(probe));
        if (/\0|\\x00/.test(text)) continue; // what a NUL byte swallows stands in two places
        const before = judgeProbe(probe, target);
        for (const [finding, fix] of fixesOf(before)) {
          const mended = applied(text, fix);
          const after = judgeProbe(withText(probe, mended), target);
          const of = ({ findings }: Ours): number =>
            findings.filter(one => one.code === finding.code && one.uri === main).length;
          if (of(after) >= of(before)) wrong.push(`stays: ${finding.code} ${fix.code} ${text} → ${mended}`);
          else if (fix.safe && after.errors.length > before.errors.length)
            wrong.push(`worse: ${finding.code} ${fix.code} ${text} → ${mended}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
});

function withText(probe: Probe, text: string): Probe {
  const { base64: _base64, ...others } = probe;
  return { ...others, text };
}
