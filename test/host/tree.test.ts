// The tree in VS Code's own extension host, drawn from a topology that really runs.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { createDockerEngine } from '../../src/engine/docker';
import { commands, views } from '../../src/manifest';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createSentinel, prepareSentinel } from '../../src/topology/createSentinel';
import type { VerbDeps } from '../../src/topology/deps';
import { Inventory } from '../../src/topology/inventory';
import { RoleBadges } from '../../src/views/decorations';
import { draw } from '../../src/views/drawing';
import type { Element } from '../../src/views/treeProvider';
import { TopologyTree } from '../../src/views/treeProvider';
import { cleanUp, docker as dockerCommand } from '../support/docker';
import { newPrefix, testLabel, testPorts, until } from '../support/naming';

suite('the tree of a running topology', function () {
  this.timeout(120_000);
  const name = newPrefix();
  const docker = createDockerEngine({ owner: name });
  const passwords = new Map<string, string>();
  const secrets = {
    get: (id: string) => Promise.resolve(passwords.get(id)),
    set: (id: string, password: string) => {
      passwords.set(id, password);
      return Promise.resolve();
    },
    delete: (id: string) => {
      passwords.delete(id);
      return Promise.resolve();
    },
  };
  const records = new Map<string, unknown>();
  const deps: VerbDeps = {
    engine: () => docker,
    connector: new IoredisConnector(),
    secrets,
    owner: name,
    now: () => Date.now(),
    uuid: () => randomUUID(),
    randomPassword: () => randomBytes(32).toString('base64url'),
    records: {
      keys: () => [...records.keys()],
      get: key => records.get(key),
      set: (key, value) => {
        records.set(key, value);
        return Promise.resolve();
      },
      delete: key => {
        records.delete(key);
        return Promise.resolve();
      },
    },
  };
  const inventory = new Inventory({ engines: [docker], connector: deps.connector, secrets });
  const show = (): TopologyTree => {
    const tree = new TopologyTree(() => undefined);
    const { topologies, engines } = inventory.snapshot;
    tree.show(
      draw(vscode.l10n.t, { engines, topologies: topologies.filter(topology => topology.name === name), others: [] })
        .branches,
    );
    return tree;
  };

  suiteSetup(async () => {
    const signal = AbortSignal.timeout(100_000);
    const firstPort = await testPorts(5);
    const plan = await prepareSentinel(
      deps,
      {
        name,
        engine: 'docker',
        image: 'redis:7.0',
        replicas: 1,
        sentinels: 3,
        quorum: 2,
        firstPort,
        firstSentinelPort: firstPort + 2,
        storage: { kind: 'volume' },
      },
      signal,
    );
    await createSentinel(deps, { plan }, signal, () => undefined);
    await until('healthy', async () =>
      (await inventory.refresh()).topologies.some(
        topology => topology.name === name && topology.health.level === 'healthy',
      ),
    );
  });
  suiteTeardown(async () => {
    inventory.dispose();
    docker.dispose();
    await cleanUp(name);
  });

  /** `label contextValue badge`, children indented. */
  function picture(tree: TopologyTree, badges: RoleBadges, parent?: Element, depth = 0): string[] {
    return tree.getChildren(parent).flatMap(element => {
      const item = tree.getTreeItem(element);
      const badge = item.resourceUri === undefined ? '' : (badges.provideFileDecoration(item.resourceUri)?.badge ?? '');
      const label = typeof item.label === 'string' ? item.label : '';
      return [
        `${' '.repeat(depth)}${label} ${item.contextValue ?? ''} ${badge}`.trimEnd(),
        ...picture(tree, badges, element, depth + 1),
      ];
    });
  }

  test('shows every node under its place, with the words that menus ask for and its badge', () => {
    const tree = show();
    const badges = new RoleBadges();
    badges.show(tree.badges);
    assert.deepEqual(picture(tree, badges), [
      `${name} topology.sentinel.owned.healthy`,
      ' redis-1 node.master.running.owned.sentinel M',
      '  redis-2 node.replica.running.owned.sentinel R',
      ' sentinel-1 node.sentinel.running.owned.sentinel S',
      ' sentinel-2 node.sentinel.running.owned.sentinel S',
      ' sentinel-3 node.sentinel.running.owned.sentinel S',
    ]);
  });

  test('tooltips are Markdown that trusts nobody', () => {
    const tree = show();
    const [topology] = tree.getChildren();
    assert.ok(topology);
    const [master] = tree.getChildren(topology);
    assert.ok(master);
    const { tooltip } = tree.resolveTreeItem(tree.getTreeItem(master), master);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.notEqual(tooltip.isTrusted, true);
    assert.notEqual(tooltip.supportHtml, true);
    assert.match(tooltip.value, /Redis says/);
    tree.dispose();
  });

  test('every row knows its parent and keeps its element', () => {
    const tree = show();
    const visit = (parent?: Element): void => {
      for (const element of tree.getChildren(parent)) {
        assert.equal(tree.getParent(element), parent);
        assert.ok(tree.getChildren(parent).includes(element));
        assert.ok(tree.getTreeItem(element).accessibilityInformation?.label);
        visit(element);
      }
    };
    visit();
  });

  test('the view can be brought to the front and looks again', async () => {
    await vscode.commands.executeCommand(`${views.topologies}.focus`);
    await vscode.commands.executeCommand(commands.refresh);
  });

  /** Calls a command as the context menu does: the window sends the row's handle, and the host puts the row in its place. */
  const byMenu = (command: string, key: string): Promise<unknown> =>
    Promise.race([
      vscode.commands.executeCommand('runCommands', {
        commands: [{ command, args: [{ $treeViewId: views.topologies, $treeItemHandle: `1/${key}` }, undefined] }],
      }),
      new Promise((_, reject) => setTimeout(() => reject(new Error('it asks which row was meant')), 15_000)),
    ]);
  const copied = async (key: string): Promise<string> => {
    await vscode.env.clipboard.writeText('nothing');
    await byMenu(commands.copyAddress, key);
    return vscode.env.clipboard.readText();
  };

  test('a command from the menu acts on its row; on none when the row was lost in a redraw, and it never asks', async () => {
    await vscode.commands.executeCommand(`${views.topologies}.focus`);
    const {
      nodes: [node],
      id,
    } = inventory.snapshot.topologies.find(topology => topology.name === name) ?? assert.fail();
    assert.ok(node?.reachable);
    const key = `${id}/${node.id}`; // the extension does not know this password, and so of no replica below
    const address = `:${node.reachable.port}`;
    await until('the row is shown', async () => (await copied(key)).endsWith(address));
    assert.equal(await copied('a row that is gone'), 'nothing');
    // Rows of the top come and go, so that all of the tree is drawn anew, again and again, while the menu is used.
    const answers = new Set<string>();
    for (let time = 0; time < 3; time++) {
      const decoy = `${name}-decoy`;
      await dockerCommand('run', '-d', '--rm', '--name', decoy, '--label', `${testLabel}=${name}`, 'redis:7.0');
      for (let look = 0; look < 8; look++) answers.add(await copied(key));
      await dockerCommand('rm', '-f', decoy);
      for (let look = 0; look < 8; look++) answers.add(await copied(key));
    }
    answers.delete('nothing');
    assert.ok([...answers].every(answer => answer.endsWith(address)) && answers.size > 0, [...answers].join(' '));
  });
});
