// The conf files of topologies that really run: which server reads each, what its container says of it, and what all say together.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containedServer, installedServer } from '../../../src/commands/checkConf/servers';
import { compare, readVerdict } from '../../../src/commands/checkConf/verdict';
import { validateTopology } from '../../../src/conf/acrossFiles';
import { parseDocument } from '../../../src/conf/document';
import { guessMode } from '../../../src/conf/mode';
import { targetName } from '../../../src/conf/target';
import type { Finding } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';
import type { Report } from '../../../src/conf/validate';
import { createDockerEngine } from '../../../src/engine/docker';
import type { Engine } from '../../../src/engine/engine';
import { createProcessEngine } from '../../../src/engine/process';
import { serverOfFile, sourcesOf, unknownServer } from '../../../src/language/runningServer';
import type { Snapshot } from '../../../src/model/snapshot';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { createSentinel, prepareSentinel } from '../../../src/topology/createSentinel';
import { Inventory } from '../../../src/topology/inventory';
import { removeTopology } from '../../../src/topology/removeTopology';
import { memoryDeps } from '../../support/memoryDeps';
import { newPrefix, testPorts, until } from '../../support/naming';
import { noSignal, sentinelRequest, silent } from '../../support/topologies';

const kinds = ['docker', 'process'] as const;

for (const kind of kinds) {
  suite(`conf files of a running topology: ${kind}`, function () {
    this.timeout(120_000);
    const name = newPrefix();
    const home = mkdtempSync(join(tmpdir(), 'conf-running-'));
    const root = join(home, 'redis', name);
    let engine: Engine & { dispose(): void };
    let deps: ReturnType<typeof memoryDeps>;
    let topologyId: string;
    let snapshot: Snapshot;
    const confs = ['redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3'];

    suiteSetup(async () => {
      engine = kind === 'docker' ? createDockerEngine({ owner: name }) : createProcessEngine({ owner: name, home });
      deps = memoryDeps(engine, new IoredisConnector());
      const image = kind === 'docker' ? 'redis:7.0' : (await engine.images())[0]!.reference;
      const firstPort = await testPorts(5);
      const request = sentinelRequest(name, {
        engine: kind,
        image,
        replicas: 1,
        firstPort,
        firstSentinelPort: firstPort + 2,
        storage: { kind: 'folder', root },
      });
      const report = await createSentinel(
        deps,
        { plan: await prepareSentinel(deps, request, noSignal) },
        noSignal,
        silent,
      );
      topologyId = report.topologyId;
      const inventory = new Inventory({ engines: [engine], connector: deps.connector, secrets: deps.secrets });
      await until('healthy', async () => {
        snapshot = await inventory.refresh();
        return snapshot.topologies.some(topology => topology.name === name && topology.health.level === 'healthy');
      });
      inventory.dispose();
    });
    suiteTeardown(async () => {
      if (topologyId !== undefined)
        await removeTopology(deps, { topologyId, name, kind: 'sentinel', engine: kind, data: true }, noSignal, silent);
      engine.dispose();
      rmSync(home, { recursive: true, force: true });
    });

    const fileOf = (node: string): string => {
      const folder = join(root, node, 'conf');
      return join(folder, readdirSync(folder).find(one => one.endsWith('.conf')) ?? '');
    };
    const serverOf = (node: string): NonNullable<ReturnType<typeof serverOfFile>> => {
      const server = serverOfFile(snapshot, fileOf(node));
      assert.ok(server, node);
      return server;
    };
    /** The file of a node as it is, or changed, judged for the server that runs with it. */
    const judged = (node: string, change: (text: string) => string = text => text) => {
      const server = serverOf(node);
      const document = parseDocument(change(readFileSync(fileOf(node), 'utf8')), `file://${fileOf(node)}`);
      const report: Report = validate(document, {
        target: server.target,
        mode: guessMode(document),
        ...(server.container && { container: server.container }),
      });
      return {
        document,
        report,
        title: server.title,
        ...(server.addresses && { addresses: server.addresses, place: server.place }),
      };
    };
    const together = (changes: Readonly<Record<string, (text: string) => string>> = {}): Finding[] =>
      validateTopology(confs.map(node => judged(node, changes[node])));
    const seriousOf = (findings: readonly Finding[]): string[] =>
      findings.filter(one => one.severity === 'error' || one.severity === 'warning').map(one => one.code);

    test('each file has its own server, with the version that runs and the addresses of its node', () => {
      for (const node of confs) {
        const server = serverOf(node);
        assert.equal(server.title, node);
        assert.equal(targetName(server.target), 'redis-7.0');
        assert.equal(server.running, true);
        assert.equal(server.topology, topologyId);
        assert.equal(unknownServer(snapshot, fileOf(node), new Map()), undefined);
      }
      const [one, two] = [serverOf('redis-1'), serverOf('redis-2')];
      assert.equal(one.place === two.place, kind === 'process');
      assert.equal(
        one.addresses?.some(address => two.addresses?.includes(address)),
        kind === 'process',
      );
      assert.ok(
        confs.every(node => sourcesOf(snapshot, topologyId).some(source => fileOf(node).startsWith(`${source}/`))),
      );
    });

    test('what the extension wrote and the servers rewrote has no fault, alone and together', () => {
      for (const node of confs) assert.deepEqual(seriousOf(judged(node).report.findings), [], node);
      assert.deepEqual(seriousOf(together()), []);
    });

    test('a sentinel that watches the node by its name, or by an address that nobody has', () => {
      const watch =
        (host: string) =>
        (text: string): string =>
          text.replace(/^(sentinel monitor \S+) \S+/m, `$1 ${host}`);
      const named =
        kind === 'docker' ? (serverOf('redis-1').addresses?.find(one => one.includes(name)) ?? '') : 'localhost';
      assert.notEqual(named, '');
      assert.ok(!seriousOf(together({ 'sentinel-1': watch(named) })).includes('topology-monitors-unknown'));
      assert.ok(seriousOf(together({ 'sentinel-1': watch('10.255.255.1') })).includes('topology-monitors-unknown'));
    });

    test('a replica with another password than its master', () => {
      const other = (text: string): string => text.replace(/^masterauth .*$/m, 'masterauth another');
      assert.ok(seriousOf(together({ 'redis-2': other })).includes('topology-auth-replica'));
    });

    test('a port counts for its place', () => {
      const port = /^port (\d+)/m.exec(readFileSync(fileOf('redis-1'), 'utf8'))?.[1] ?? '';
      const same = (text: string): string => text.replace(/^port \d+/m, `port ${port}`);
      assert.equal(seriousOf(together({ 'redis-2': same })).includes('topology-same-port'), kind === 'process');
      assert.equal(
        seriousOf(judged('redis-2', same).report.findings).includes('port-not-published'),
        kind === 'docker',
      );
    });

    test('the very server that runs is asked, and agrees', async () => {
      for (const node of ['redis-1', 'sentinel-1']) {
        const server = serverOf(node);
        const oracle =
          kind === 'docker'
            ? await containedServer(
                server.title,
                (argv, input, signal) =>
                  engine.exec(server.instanceId, argv, input === undefined ? {} : { input }, signal),
                noSignal,
              )
            : await installedServer([server.image], undefined, noSignal);
        assert.ok(oracle);
        const ask = async ({ document, report }: ReturnType<typeof judged>) => {
          const mode = guessMode(document);
          const verdict = readVerdict(await oracle.ask(new TextEncoder().encode(document.text), mode, noSignal), mode);
          assert.ok(verdict.kind !== 'unclear', JSON.stringify(verdict));
          return { verdict, comparison: compare(verdict, report, document) };
        };
        const fine = await ask(judged(node));
        assert.deepEqual([fine.verdict.kind, fine.comparison.kind], ['accepted', 'agree']);
        const broken = judged(node, text => `timeout 30s\n${text}`);
        const refused = await ask(broken);
        assert.deepEqual(
          [refused.verdict.kind === 'refused' && refused.verdict.line, refused.comparison.kind],
          [1, 'agree'],
        );
        // A judge that sees nothing wrong is told apart from the server.
        const blind = await ask({ ...broken, report: { ...broken.report, findings: [], firstRefusal: undefined } });
        assert.deepEqual(blind.comparison, { kind: 'disagree', ours: undefined });
        if (kind === 'docker')
          assert.equal(
            (await engine.exec(server.instanceId, ['sh', '-c', 'ls /tmp | grep -c tmp. || true'])).stdout.trim(),
            '0',
          );
      }
    });
  });
}
