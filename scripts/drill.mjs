// `npm run drill [-- NAME … [--option …]]`: the robustness programme whole, of which `npm test` runs slices; without names all parts, one after another.
// Hours, not minutes. A part fails (exit code 1) when a rule is broken; the others run all the same.
import { spawnSync } from 'node:child_process';
import { root } from './setup/paths.mjs';

/** @type {Record<string, { title: string, commands: readonly (readonly string[])[], env?: Record<string, string> }>} */
const parts = {
  fuzz: {
    title: 'every reader of what servers and the Docker daemon send: 200,000 inputs each, of conf files a million',
    commands: [
      ['scripts/suite.mjs', 'unit', 'readers.fuzz.test', 'hostile.fuzz.test', 'respReader.test', 'subscription.test'],
      ['scripts/suite.mjs', 'redis', 'hostile.test'],
      ['scripts/bench.mjs', 'confFuzz', '1', '1000000'],
    ],
    env: { FUZZ_RUNS: '200000' },
  },
  calls: {
    title: 'each call to a server spoiled in 16 ways, each call to the Docker daemon in 10',
    commands: [['scripts/suite.mjs', 'redis', 'respFaults.test', 'socketFaults.test']],
    env: { REDIS_TOPOLOGY_DRILL: 'whole' },
  },
  creations: {
    title: 'creations of every kind with one call spoiled, to servers and to the daemon',
    commands: [['scripts/bench.mjs', 'faults']],
  },
  crashes: {
    title:
      'creations of every kind on both engines killed at every write of their journal, then removed, then finished',
    commands: [['scripts/bench.mjs', 'crash', 'sweep']],
  },
  faults: {
    title: 'faults done to every kind on both engines: the tree says what a witness says',
    commands: [['scripts/bench.mjs', 'drills']],
  },
  images: {
    title: 'all three kinds created with Redis 7.0, 8.0 and Valkey 8.1',
    commands: [
      [
        'scripts/suite.mjs',
        'redis',
        'createSentinel.test',
        'replication.test',
        'cluster/create.test',
        '--grep',
        'redis:7.0|redis:8.0|valkey:8.1',
      ],
    ],
  },
  soak: {
    title: 'a topology of each kind watched for an hour, or --hours N, while nodes fail and are healed',
    commands: [['scripts/bench.mjs', 'soak']],
  },
  failovers: {
    title: 'planned failovers under load, 20 of each kind: no acknowledged write is lost',
    commands: [
      ['scripts/bench.mjs', 'failover', '20'],
      ['scripts/bench.mjs', 'handover', '20'],
      ['scripts/bench.mjs', 'clusterFailover', '20'],
    ],
  },
};

const words = process.argv.slice(2);
const begin = words.findIndex(word => word.startsWith('--'));
const names = begin < 0 ? words : words.slice(0, begin);
/** For the named parts: `soak --hours 8`. */
const options = begin < 0 ? [] : words.slice(begin);
const unknown = names.filter(name => !(name in parts));
if (unknown.length > 0 || (names.length === 0 && options.length > 0)) {
  console.log(
    Object.entries(parts)
      .map(([name, { title }]) => `${name.padEnd(12)}${title}`)
      .join('\n'),
  );
  process.exitCode = 2;
} else {
  /** @type {string[]} */
  const results = [];
  for (const [name, { title, commands, env }] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`\n== ${name}: ${title}`);
    const began = Date.now();
    const codes = commands.map(
      command =>
        spawnSync(process.execPath, [...command, ...options], {
          stdio: 'inherit',
          cwd: root,
          env: { ...process.env, ...env },
        }).status,
    );
    const held = codes.every(code => code === 0);
    if (!held) process.exitCode = 1;
    results.push(`${name.padEnd(12)}${held ? 'held' : 'BROKEN'} after ${Math.round((Date.now() - began) / 1000)} s`);
  }
  console.log(`\n${results.join('\n')}`);
}
