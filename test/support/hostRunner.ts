// What VS Code's extension host is told to run: mocha over every bundled test of test/host.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

interface Order {
  readonly args: readonly string[];
  readonly timeout: number;
  readonly out: string;
  readonly root: string;
}

/** The value of `--name value` or `--name=value`. */
function argument(args: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of args.entries()) {
    for (const name of names) {
      if (word === name) return args[index + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
  }
  return undefined;
}

export async function run(): Promise<void> {
  const order = JSON.parse(process.env['REDIS_TOPOLOGY_MOCHA'] ?? '{}') as Partial<Order>;
  if (order.out === undefined || order.root === undefined)
    throw new Error('the host tests are started with scripts/suite.mjs');
  const grep = argument(order.args ?? [], '--grep', '-g', '--fgrep', '-f');
  const mocha = new Mocha({
    ui: 'tdd',
    color: true,
    forbidOnly: true,
    forbidPending: true,
    failZero: true,
    timeout: Number(argument(order.args ?? [], '--timeout', '-t') ?? order.timeout),
    reporter: join(order.root, 'scripts', 'setup', 'reporter.cjs'),
    ...(grep === undefined ? {} : { grep }),
  });
  for (const file of readdirSync(join(order.out, 'host'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.test.js')) mocha.addFile(join(order.out, 'host', file));
  }
  const failures = await new Promise<number>(resolve => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
