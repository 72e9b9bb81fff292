import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { RedisConnector } from '../../src/redis/client';
import { packCredentials } from '../../src/redis/credentials';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { ExistingEntry } from '../../src/topology/existing/existingList';
import { ExistingList } from '../../src/topology/existing/existingList';
import { existingConnector } from '../../src/topology/existing/readOnly';
import type { Credentials } from '../../src/topology/existing/url';
import { isUrlProblem, parseExistingUrl } from '../../src/topology/existing/url';
import { Inventory } from '../../src/topology/inventory';
import type { Topology } from '../../src/model/snapshot';
import { MemoryRecords, MemorySecrets } from './memoryDeps';
import { until } from './naming';
import { ListedEngine } from './processEngine';

/** The inventory of an editor in which nothing is known but what is added by URL. */
export class ExistingWorld {
  readonly secrets = new MemorySecrets();
  readonly records = new MemoryRecords();
  readonly list = new ExistingList({ records: this.records, secrets: this.secrets, uuid: randomUUID });
  readonly connector: RedisConnector;
  readonly inventory: Inventory;
  readonly engine = new ListedEngine();

  /** @param through replaced to stand for a network that does not lead everywhere */
  constructor(through: RedisConnector = new IoredisConnector()) {
    this.connector = existingConnector(through, address => this.list.reached(address, this.inventory.snapshot));
    this.inventory = new Inventory({
      engines: [this.engine],
      connector: this.connector,
      secrets: this.secrets,
      existing: this.list,
    });
    this.inventory.setVisible(true);
  }

  /** @param ca the text of the certificate authority */
  add(text: string, ca?: string): Promise<ExistingEntry> {
    const url = parseExistingUrl(text);
    if (isUrlProblem(url)) throw new Error(url.code);
    const packed = ({ username, password }: Credentials): string | undefined =>
      password === undefined
        ? undefined
        : packCredentials({ password, ...(username === undefined ? {} : { username }) });
    const [data, sentinel] = [packed(url.credentials), packed(url.sentinelCredentials)];
    return this.list.add(
      {
        name: text.replace(/\?.*|\w*:?[\w-]*@/g, ''),
        kind: url.kind,
        seeds: url.seeds,
        sentinels: url.sentinels,
        ...(url.masterName === undefined ? {} : { masterName: url.masterName }),
        ...(url.tls === undefined ? {} : { tls: { verify: url.tls.verify, ...(ca === undefined ? {} : { ca }) } }),
      },
      { ...(data === undefined ? {} : { data }), ...(sentinel === undefined ? {} : { sentinel }) },
    );
  }

  topology(id: string): Topology | undefined {
    return this.inventory.snapshot.topologies.find(topology => topology.id === id);
  }

  /** Waits until the topology is as `check` wants it; says how it was when it doesn't come. */
  async see(id: string, check: (topology: Topology) => boolean): Promise<Topology> {
    return until(
      'the topology',
      () => {
        const now = this.topology(id);
        return now && check(now) ? now : undefined;
      },
      40_000,
    ).catch((error: unknown) => {
      throw new Error(
        JSON.stringify(
          {
            wanted: check.toString(),
            is: this.topology(id) && rowsOf(this.topology(id) as Topology),
            others: this.inventory.snapshot.others.map(node => node.id),
            topologies: this.inventory.snapshot.topologies.map(one => one.id),
          },
          undefined,
          1,
        ),
        { cause: error },
      );
    });
  }

  dispose(): void {
    this.inventory.dispose();
    this.list.dispose();
  }
}

/** `port role of master-port`, as a person would check it. */
export function rowsOf(topology: Topology): readonly string[] {
  const portOf = (id: string): string => /(\d+)$/.exec(id)?.[1] ?? id;
  return topology.nodes.map(node =>
    [
      portOf(node.id),
      node.role,
      node.masterId === undefined ? '' : `of ${portOf(node.masterId)}`,
      node.contact.state === 'answering'
        ? ''
        : node.contact.state === 'silent'
          ? node.contact.reason
          : node.contact.state,
    ]
      .filter(Boolean)
      .join(' '),
  );
}

/** A certificate authority of one's own and a certificate of it for 127.0.0.1, made by openssl in a folder that `remove` takes away. */
export function certificates(): { readonly ca: string; readonly cert: string; readonly key: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rtt-tls-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=a test authority',
  );
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at('server.key'),
    '-out',
    at('server.csr'),
    '-subj',
    '/CN=a test server',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-out',
    at('server.crt'),
    '-days',
    '2',
    '-extfile',
    at('names'),
  );
  return {
    ca: at('ca.crt'),
    cert: at('server.crt'),
    key: at('server.key'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
