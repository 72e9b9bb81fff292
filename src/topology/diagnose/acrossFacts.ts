import type { TopologyFile } from '../../conf/acrossFiles';
import { validateTopology } from '../../conf/acrossFiles';
import { guessMode } from '../../conf/mode';
import { defaultTarget, parseTarget } from '../../conf/target';
import { validate } from '../../conf/validate';
import { reportOf } from '../../model/servers';
import type { Topology } from '../../model/snapshot';
import type { AcrossFinding, ConfFacts } from './facts';

/** Rules of which the live state tells better than the files: a Sentinel's file names whatever it last heard of. */
const toldLive: ReadonlySet<string> = new Set([
  'topology-monitors-unknown',
  'topology-monitors-replica',
  'topology-quorum-above-majority',
  'topology-sentinels-few',
  'topology-quorum-differs',
  'topology-myid-twice',
  'topology-quorum-too-high',
]);

/** The files of one topology against each other, by the conf language's rules. Loaded on first use: it brings the table of directives. */
export function acrossFindings(topology: Topology, confs: ReadonlyMap<string, ConfFacts>): readonly AcrossFinding[] {
  const files: (TopologyFile & { readonly node: string; readonly path: string })[] = [];
  for (const node of topology.nodes) {
    const conf = confs.get(node.id);
    if (conf === undefined) continue;
    const report = reportOf(node.contact);
    const target = (report && parseTarget(`${report.product}-${report.version}`)) ?? defaultTarget;
    const networks = node.instance?.networks.flatMap(({ address }) => (address === undefined ? [] : [address])) ?? [];
    files.push({
      node: node.id,
      path: conf.path,
      document: conf.document,
      title: node.name,
      addresses:
        node.instance?.engine === 'process'
          ? ['127.0.0.1']
          : [node.name, ...(node.instance === undefined ? [] : [node.instance.name]), ...networks],
      place: node.instance?.engine === 'docker' ? node.instance.id : 'this machine',
      report: validate(conf.document, {
        target,
        mode:
          report?.mode === 'sentinel' || node.role === 'sentinel'
            ? 'sentinel'
            : report === undefined
              ? guessMode(conf.document)
              : 'redis',
      }),
    });
  }
  if (files.length < 2) return [];
  return validateTopology(files).flatMap(finding => {
    const file = files.find(({ document }) => document.uri === finding.uri);
    return file === undefined || toldLive.has(finding.code)
      ? []
      : [{ node: file.node, path: file.path, document: file.document, finding }];
  });
}
