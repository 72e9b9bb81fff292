import type { Translate } from '../../base/translate';
import { formatRanges } from '../../model/slots';
import { confLine, confText } from '../confText';
import type { ComposeFile, ComposeModel, ComposeNode } from './model';
import { addressOf } from './model';
import { clusterScript, startScript, TOKEN } from './scripts';
import { linesOf } from './settings';

/**
 * The files of a Compose project that makes the topology anew: `docker compose up -d` and it runs. Only `.env` holds the password. Written for
 * the Compose specification, so that both `docker compose` and the older `docker-compose` (1.27 and later) read it.
 */
export function projectOf(t: Translate, model: ComposeModel): readonly ComposeFile[] {
  return [
    { path: 'compose.yaml', content: composeYaml(t, model) },
    ...(model.password === undefined
      ? []
      : [
          {
            path: '.env',
            content: `# ${t('Read by Compose. Keep it out of version control.')}\nREDIS_PASSWORD='${model.password.replace(/'/g, "\\'")}'\n`,
            secret: true,
          } as const,
          { path: '.gitignore', content: '.env\n' },
        ]),
    { path: 'README.md', content: readme(t, model) },
    { path: 'scripts/start.sh', content: startScript, executable: true },
    ...(model.kind === 'cluster'
      ? [{ path: 'scripts/cluster.sh', content: clusterScript(model), executable: true } as const]
      : []),
    ...model.nodes.map((node, index) => ({
      path: `conf/${node.service}/${node.program}.conf`,
      content: node.program === 'redis' ? serverConf(t, model, node) : sentinelConf(t, model, node, index),
    })),
  ];
}

function serverConf(t: Translate, model: ComposeModel, node: ComposeNode): string {
  const master = model.nodes.findIndex(({ service }) => service === node.follows);
  const followed = model.nodes[master];
  const { password } = model;
  return confText([
    `# ${t('{0} of {1}. Copied into the node’s volume at its first start: the server rewrites its file after a failover.', node.service, model.name)}`,
    confLine('port', node.port),
    confLine('bind', '*', '-::*'),
    confLine('protected-mode', password === undefined ? 'no' : 'yes'),
    confLine('dir', '/data'),
    ...node.settings.flatMap(([name, value]) =>
      linesOf(name, value).map(([directive, ...values]) => confLine(directive, ...values)),
    ),
    ...(model.kind === 'cluster'
      ? [confLine('cluster-enabled', 'yes'), confLine('cluster-config-file', 'nodes.conf')]
      : []),
    password === undefined ? undefined : `requirepass ${TOKEN}`,
    password === undefined ? undefined : `masterauth ${TOKEN}`,
    model.kind === 'cluster' || followed === undefined
      ? undefined
      : confLine('replicaof', addressOf(model, master), followed.port),
  ]);
}

function sentinelConf(t: Translate, model: ComposeModel, node: ComposeNode, index: number): string {
  const { watch, password } = model;
  const [master] = model.nodes;
  if (watch === undefined || master === undefined) throw new Error('Sentinels without a master');
  const { masterName, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = watch;
  return confText([
    `# ${t('{0} of {1}. Copied into the node’s volume at its first start: a Sentinel keeps what it learns in its file.', node.service, model.name)}`,
    confLine('port', node.port),
    confLine('bind', '*', '-::*'),
    confLine('protected-mode', password === undefined ? 'no' : 'yes'),
    confLine('dir', '/data'),
    password === undefined ? undefined : `requirepass ${TOKEN}`,
    password === undefined ? undefined : `sentinel sentinel-pass ${TOKEN}`,
    confLine('sentinel announce-ip', addressOf(model, index)),
    confLine('sentinel announce-port', node.port),
    confLine('sentinel monitor', masterName, addressOf(model, 0), master.port, quorum),
    password === undefined ? undefined : `sentinel auth-pass ${confLine('', masterName).trim()} ${TOKEN}`,
    confLine('sentinel down-after-milliseconds', masterName, downAfterMs),
    confLine('sentinel failover-timeout', masterName, failoverTimeoutMs),
    confLine('sentinel parallel-syncs', masterName, parallelSyncs),
  ]);
}

const text = (value: string): string => JSON.stringify(value).replace(/\$/g, '$$$$');

function composeYaml(t: Translate, model: ComposeModel): string {
  const { product, nodes, password } = model;
  const environment =
    password === undefined
      ? []
      : [
          '    environment:',
          `      # ${t('From .env, so that no file that is shared holds it.')}`,
          '      REDIS_PASSWORD: "${REDIS_PASSWORD:?is missing: see .env}"',
        ];
  const services = nodes.flatMap((node, index) => [
    `  ${node.service}:`,
    `    image: ${text(model.image)}`,
    `    # ${t('Puts conf and password into the volume, then starts the server as the image does.')}`,
    `    entrypoint: ["sh", "/scripts/start.sh", "${product}-server", "${node.program}.conf"${node.program === 'sentinel' ? ', "--sentinel"' : ''}]`,
    ...environment,
    '    volumes:',
    `      - ${text(`./conf/${node.service}:/conf:ro`)}`,
    '      - "./scripts:/scripts:ro"',
    `      - ${text(`${node.service}:/data`)}`,
    '    networks:',
    '      redis:',
    `        # ${t('Fixed: conf files, nodes.conf and Sentinels keep addresses; a new one after a restart would leave them with wrong ones.')}`,
    `        ipv4_address: ${addressOf(model, index)}`,
    '    ports:',
    `      # ${t('The same number inside and outside, for this machine only.')}`,
    `      - "127.0.0.1:${node.port}:${node.port}"`,
    '    healthcheck:',
    `      test: ["CMD-SHELL", "REDISCLI_AUTH=\\"$$REDIS_PASSWORD\\" ${product}-cli -p ${node.port} ping | grep -q PONG"]`,
    '      interval: 2s',
    '      timeout: 2s',
    '      retries: 30',
    `    # ${t('Redis saves what it has before it ends.')}`,
    '    stop_grace_period: 20s',
    '    restart: unless-stopped',
    ...(node.program === 'sentinel'
      ? [
          '    depends_on:',
          ...nodes
            .filter(({ program }) => program === 'redis')
            .flatMap(({ service }) => [`      ${service}:`, '        condition: service_healthy']),
        ]
      : []),
    '',
  ]);
  const join =
    model.kind !== 'cluster'
      ? []
      : [
          '  cluster-create:',
          `    # ${t('Runs once: joins the nodes to a cluster, or sees that they are one and ends.')}`,
          `    image: ${text(model.image)}`,
          '    entrypoint: ["sh", "/scripts/cluster.sh"]',
          ...environment,
          '    volumes:',
          '      - "./scripts:/scripts:ro"',
          '    networks:',
          '      - redis',
          '    restart: "no"',
          '    depends_on:',
          ...nodes.flatMap(({ service }) => [`      ${service}:`, '        condition: service_healthy']),
          '',
        ];
  return [
    `# ${model.name}: ${model.kind}. ${t('Start it with "docker compose up -d", see README.md.')}`,
    'services:',
    ...services,
    ...join,
    'networks:',
    '  redis:',
    '    ipam:',
    '      config:',
    `        - subnet: ${model.subnet}.0/24`,
    '',
    'volumes:',
    ...nodes.map(({ service }) => `  ${service}:`),
    '',
  ].join('\n');
}

function readme(t: Translate, model: ComposeModel): string {
  const { password, watch, kind, nodes } = model;
  const check = {
    replication: 'role',
    sentinel: `sentinel ckquorum ${watch?.masterName ?? ''}`,
    cluster: 'cluster info',
  }[kind];
  const asked = kind === 'sentinel' ? nodes.find(({ program }) => program === 'sentinel') : nodes[0];
  const client = `${model.product}-cli -p ${asked?.port ?? 6379} ${check}`;
  const command = password === undefined ? client : `sh -c 'REDISCLI_AUTH="$REDIS_PASSWORD" ${client}'`;
  const does = (node: ComposeNode): string => {
    if (node.program === 'sentinel') return t('watches {0}', watch?.masterName ?? '');
    if (node.follows !== undefined) return t('follows {0}', node.follows);
    return node.slots === undefined ? t('master') : t('master of slots {0}', formatRanges(node.slots));
  };
  return [
    `# ${model.name}`,
    '',
    t(
      'A Redis {0} of {1} nodes for Docker Compose (where only the older program is installed: docker-compose).',
      kind,
      nodes.length,
    ),
    '',
    `    docker compose up -d      # ${t('start')}`,
    `    docker compose ps         # ${t('see')}`,
    `    docker compose exec ${asked?.service ?? ''} ${command}`,
    `    docker compose down       # ${t('end, data kept')}`,
    `    docker compose down -v    # ${t('end, data deleted')}`,
    '',
    `| ${t('service')} | ${t('listens on')} | |`,
    '|---|---|---|',
    ...nodes.map(
      (node, index) =>
        `| ${node.service} | ${t('{0}, inside {1}', `127.0.0.1:${node.port}`, `${addressOf(model, index)}:${node.port}`)} | ${does(node)} |`,
    ),
    '',
    t('Roles are those of the start; a failover changes them, and the nodes keep that in their volumes.'),
    password === undefined
      ? t('There is no password: only this machine and the network of the project reach the servers.')
      : t('The password is in `.env`, which is not for version control.'),
    t(
      'The files in `conf/` are copied into the volumes at the first start. To apply a change to a topology that exists, use `CONFIG SET` and `CONFIG REWRITE`, or start anew with `docker compose down -v`.',
    ),
    '',
  ].join('\n');
}
