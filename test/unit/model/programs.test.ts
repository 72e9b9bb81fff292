import assert from 'node:assert/strict';
import { portOnCommandLine, startsSentinel, startsServer } from '../../../src/model/programs';

suite('model/programs', () => {
  const nothing = { server: false, sentinel: false, port: undefined };
  const cases: [title: string, command: string[], expected: { server?: boolean; sentinel?: boolean; port?: number }][] =
    [
      ['a server', ['redis-server', '/etc/redis.conf'], { server: true }],
      [
        'through the entry point',
        ['docker-entrypoint.sh', 'valkey-server', '--port', '7000'],
        { server: true, port: 7000 },
      ],
      ['a Sentinel by its flag', ['/usr/bin/redis-server', 's.conf', '--sentinel'], { server: true, sentinel: true }],
      ['a Sentinel by its name', ['redis-sentinel', 's.conf'], { server: true, sentinel: true }],
      [
        'a shell',
        ['docker-entrypoint.sh', 'sh', '-c', 'cp /in/s.conf /tmp && exec redis-sentinel "/tmp/s.conf" --port 5000'],
        { server: true, sentinel: true, port: 5000 },
      ],
      [
        'a shell with options, in quotes',
        ['/bin/bash', '-e', '-xc', "'redis-server'  s.conf --sentinel"],
        { server: true, sentinel: true },
      ],
      [
        'a server with a Sentinel beside it: the server is the main one',
        ['sh', '-c', 'redis-sentinel /s.conf --port 5000 & redis-server --port 7000'],
        { server: true, port: 7000 },
      ],
      [
        'one line after the other',
        ['sh', '-c', 'echo begun\nvalkey-sentinel s.conf'],
        { server: true, sentinel: true },
      ],
      ['a script of which nothing is known', ['sh', '/run.sh'], {}],
      ['a shell without its script', ['sh', '-c'], {}],
      ['no port', ['redis-server', '--port', 'x'], { server: true }],
      ['beyond all ports', ['redis-server', '--port', '65536'], { server: true }],
      ['a word that only ends so', ['my-redis-sentinels', 'push'], {}],
      ['nothing', [], {}],
    ];
  for (const [title, command, expected] of cases)
    test(title, () =>
      assert.deepEqual(
        {
          server: startsServer({ command }),
          sentinel: startsSentinel({ command }),
          port: portOnCommandLine({ command }),
        },
        { ...nothing, ...expected },
      ),
    );
});
