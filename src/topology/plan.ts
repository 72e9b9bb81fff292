import type { ConfFile, InsidePaths, Storage } from '../engine/engine';
import type { EngineKind, Host, TopologyKind } from '../model/instance';
import type { MachineNote } from './swarm/spread';

/** What every creation plans, whatever the kind: data that can be shown, stored in the journal and compared in tests. Holds no secret. */
export interface TopologyPlan {
  readonly kind: TopologyKind;
  readonly name: string;
  readonly engine: EngineKind;
  readonly image: string;
  readonly storage: Storage;
  readonly password: 'generated' | 'given' | 'none';
  /** Masters first: they are started first. */
  readonly nodes: readonly PlannedNode[];
  /** Where the nodes are spread over machines: what it means to lose one. */
  readonly machines?: readonly MachineNote[];
}

export interface PlannedNode {
  /** Label, folder and container name part: `redis-1`, `sentinel-1`. Roles move, so a name doesn't tell one. */
  readonly name: string;
  readonly program: 'redis' | 'sentinel';
  readonly role: 'master' | 'replica' | 'sentinel';
  /** The same number inside the network and on 127.0.0.1 of this machine. */
  readonly port: number;
  /** Name of the node that this one shall replicate. */
  readonly follows?: string;
  readonly inside: InsidePaths;
  /** The machine that it is bound to, where there are several. */
  readonly host?: Host;
  /** Conf files with {@link placeholder}s where address and password will stand: what the preview shows. */
  readonly files: readonly ConfFile[];
}

/** The plan with its nodes on machines, where they are to be spread. */
export async function placed<Plan extends TopologyPlan>(plan: Plan): Promise<Plan> {
  return plan.storage.kind === 'swarm' ? (await import('./swarm/spread')).spread(plan, plan.storage.hosts) : plan;
}

/** `<redis-1>` stands for the fixed address of that node, `<password>` for the password, until the files are put into place. */
export function placeholder(name: string): string {
  return `<${name}>`;
}
export const PASSWORD = 'password';

/**
 * The node's files with the real address and password in place of the placeholders. A password that needs quoting is
 * refused by `validatePassword`, so plain replacement is exact.
 */
export function renderFiles(node: PlannedNode, values: ReadonlyMap<string, string>): readonly ConfFile[] {
  return node.files.map(({ name, content }) => ({
    name,
    content: content.replace(/<([^<>\s]+)>/g, (whole, key: string) => values.get(key) ?? whole),
  }));
}
