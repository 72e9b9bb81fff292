import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { looks } from '../../src/commands/looks';
import * as manifest from '../../src/manifest';
import { welcomes } from '../../src/views/drawing';

interface Package {
  readonly icon?: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<
      Record<
        string,
        readonly ((
          | { readonly command: string; readonly submenu?: undefined }
          | { readonly submenu: string; readonly command?: undefined }
        ) & { readonly when?: string; readonly group?: string })[]
      >
    >;
    readonly submenus: readonly { readonly id: string; readonly label: string }[];
    readonly views: Readonly<
      Record<string, readonly { readonly id: string; readonly icon: string; readonly when?: string }[]>
    >;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly media: { readonly svg: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
    readonly colors: readonly { readonly id: string }[];
  };
}

const text = readFileSync('package.json', 'utf8');
const { contributes, activationEvents } = JSON.parse(text) as Package;
const nls = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
const idsOf = (table: Readonly<Record<string, string>>): readonly string[] => Object.values(table).sort();

/** Keys of two tables may be the same. */
const prefixed = (table: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(table).map(([key, id]) => [`conf ${key}`, id]));

suite('manifest: package.json and src/manifest.ts tell the same', () => {
  const declared: readonly (readonly [what: string, inPackage: readonly string[], inSource: readonly string[]])[] = [
    [
      'commands',
      contributes.commands.map(({ command }) => command),
      idsOf({
        ...manifest.commands,
        ...prefixed(manifest.confCommands),
        'opens the walkthrough': manifest.walkthroughCommand,
      }),
    ],
    ['submenus', contributes.submenus.map(({ id }) => id), idsOf(manifest.submenus)],
    [
      'views',
      Object.values(contributes.views)
        .flat()
        .map(({ id }) => id),
      idsOf(manifest.views),
    ],
    ['view containers', contributes.viewsContainers.activitybar.map(({ id }) => id), [manifest.viewContainer]],
    [
      'settings',
      contributes.configuration.flatMap(({ properties }) => Object.keys(properties)),
      idsOf({ ...manifest.settings, ...prefixed(manifest.confSettings) }),
    ],
    ['pages', activationEvents.map(event => event.replace('onWebviewPanel:', '')), idsOf(manifest.pages)],
    ['colours', contributes.colors.map(({ id }) => id), idsOf(manifest.colors)],
  ];
  for (const [what, inPackage, inSource] of declared) {
    test(what, () => assert.deepEqual([...inPackage].sort(), inSource));
  }

  test('every %key% has its words, and every word is used', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(match => match[1] as string));
    assert.deepEqual([...used].sort(), Object.keys(nls).sort());
  });

  test('commands stand in the category', () => {
    assert.deepEqual(
      contributes.commands.filter(({ category }) => category !== '%category%'),
      [],
    );
  });

  test('what a workspace without trust greys is what the commands themselves refuse there', () => {
    const ids: Readonly<Record<string, string>> = manifest.commands;
    const free = new Set(
      contributes.commands.flatMap(({ command, enablement }) =>
        !(enablement ?? '').includes('isWorkspaceTrusted') ? [command] : [],
      ),
    );
    assert.deepEqual(
      Object.keys(ids).filter(key => free.has(ids[key] as string)),
      Object.keys(ids).filter(key => (looks as ReadonlySet<string>).has(key)),
    );
  });

  test('nothing that needs a machine is offered in a page without one', () => {
    const withMachine = /(?:^|\()!isWeb \|\| remoteName(?:$|\))/; // code-server and Codespaces are pages too, with a remote behind them
    assert.deepEqual(
      [
        ...contributes.commands.map(({ command, enablement }) => [command, enablement ?? '']),
        ...Object.values(contributes.views)
          .flat()
          .map(({ id, when }) => [id, when ?? '']),
      ].flatMap(([id, when]) => (withMachine.test(when as string) ? [] : [id])),
      [manifest.confCommands.example], // src/web.ts has it
    );
  });

  test('menus name declared commands and numbered groups', () => {
    const known = new Set([
      ...contributes.commands.map(({ command }) => command),
      ...contributes.submenus.map(({ id }) => id),
    ]);
    for (const [menu, items] of Object.entries(contributes.menus)) {
      for (const { command, submenu, group } of items) {
        const named = command ?? submenu;
        assert.ok(known.has(named), `${menu}: ${named}`);
        if (menu !== 'commandPalette')
          assert.match(group ?? '', /^(inline|navigation|\d_\w+)@\d+$/, `${menu}: ${named}`);
      }
    }
  });

  test('icons exist', () => {
    for (const icon of [
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views)
        .flat()
        .map(({ icon }) => icon),
    ])
      assert.ok(existsSync(icon), icon);
  });

  test('context keys of when clauses are those of the source', () => {
    const ours = new Set<string>([
      ...Object.values(manifest.contextKeys),
      ...Object.values(manifest.views),
      ...Object.values(manifest.commands),
      ...Object.values(manifest.confCommands),
    ]);
    const inWhen = [...text.matchAll(/"when": "([^"]*)"/g)].flatMap(match =>
      [...(match[1] as string).matchAll(/redisTopology\.[\w.]+/g)].map(([key]) => key),
    );
    assert.deepEqual(
      inWhen.filter(key => !ours.has(key)),
      [],
    );
  });

  const [start] = contributes.walkthroughs;
  test('the walkthrough that the command opens is there', () => {
    assert.deepEqual(
      contributes.walkthroughs.map(({ id }) => id),
      [manifest.walkthrough],
    );
  });
  for (const { id, media, completionEvents } of start?.steps ?? []) {
    test(`walkthrough step ${id}: its picture is there, and it ends by something that is told`, () => {
      assert.ok(existsSync(media.svg), media.svg);
      const told = new Set<string>([
        ...[...Object.values(manifest.commands), manifest.confMended].map(command => `onCommand:${command}`),
        ...Object.values(manifest.views).map(view => `onView:${view}`),
        `onContext:${manifest.contextKeys.seen}`,
        `onContext:${manifest.contextKeys.engine} == answering`,
        `onContext:activeWebviewPanelId == ${manifest.pages.slotMap}`,
      ]);
      assert.ok(completionEvents.length > 0);
      assert.deepEqual(
        completionEvents.filter(event => !told.has(event)),
        [],
      );
    });
  }

  test('every fault with a welcome view of its own has it', () => {
    const shown = contributes.viewsWelcome.flatMap(({ when }) =>
      [...(when ?? '').matchAll(/== (engine-[\w-]+)/g)].map(match => match[1]),
    );
    assert.deepEqual(shown.sort(), [...welcomes].sort());
  });

  for (const [readme, words, heading, last] of [
    ['README.md', 'package.nls.json', 'Use', 'Create'],
    ['README.zh-CN.md', 'package.nls.zh-cn.json', '使用', '创建'],
  ] as const)
    test(`what ${readme} tells people to choose is there to be chosen`, () => {
      const said = JSON.parse(readFileSync(words, 'utf8')) as Readonly<Record<string, string>>;
      const titles = new Set(
        [...contributes.commands.map(({ title }) => title), ...contributes.submenus.map(({ label }) => label)].map(
          key => (said[key.slice(1, -1)] ?? '').replace(/…$/, ''),
        ),
      );
      const [, use = ''] = readFileSync(readme, 'utf8').split(new RegExp(`^## ${heading}$`, 'm'));
      const told = [...(use.split(/^## /m)[0] ?? '').matchAll(/\*\*([^*]+)\*\*/g)].map(([, name]) =>
        (name as string).replace(/\s+/g, ' ').replace(/…$/, ''),
      );
      assert.ok(told.length > 5);
      assert.deepEqual(
        told.filter(name => !titles.has(name) && name !== last), // the last answer of the wizards
        [],
      );
    });

  test('welcome words link to declared commands only', () => {
    const known = new Set<string>([
      ...contributes.commands.map(({ command }) => command),
      ...Object.values(manifest.views).map(id => `${id}.focus`),
    ]);
    for (const words of Object.values(nls)) {
      for (const [, command] of words.matchAll(/\(command:(redisTopology\.[\w.]+)/g))
        assert.ok(known.has(command as string), command);
    }
  });
});
