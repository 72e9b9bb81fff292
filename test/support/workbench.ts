// The real VS Code workbench with the packed extension in it, driven as a person drives it: palette, tree, menus.
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';
import { vsix } from '../../scripts/setup/package.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { axeOn } from './axe';
import { freePort, installExtension, prepare, startServer } from '../../scripts/setup/server.mjs';
import { servePage } from './webPage';

export interface WorkbenchOptions {
  /** Files of the opened folder: relative name → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Settings on top of the quiet ones of scripts/vscode-host/settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the server, and so of the extension host. */
  readonly env?: NodeJS.ProcessEnv;
  /** Display language, as a language pack sets it. VS Code's own words stay English, for the pack is not there; ours come with the extension. */
  readonly language?: string;
  /** Text that must be in the window before the workbench counts as ready. Default: the name of our view container. */
  readonly activityBar?: string;
}

const modifier = 'Control';

/** Numbers of the extension hosts of the server that lives in `home`: what their environment names tells whose they are. */
function hostsOf(home: string): readonly number[] {
  const told = (pid: number, what: 'cmdline' | 'environ'): string => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8');
    } catch {
      return ''; // it ended just now, or is not ours to look at
    }
  };
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => told(pid, 'cmdline').includes('--type=extensionHost') && told(pid, 'environ').includes(`${home}/`));
}

/** One workbench: a server, a browser and a folder of its own. */
export class Workbench {
  private constructor(
    readonly page: Page,
    /** The opened folder. */
    readonly folder: string,
    private readonly home: string,
    private readonly browser: Browser,
    private readonly stopServer: () => Promise<void>,
    private readonly address: string,
    private readonly activityBar: string,
  ) {}

  /** Installs the VSIX, starts everything and waits until our view container's icon is there. */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const home = mkdtempSync(join(tmpdir(), 'rtt-wb-'));
    const folder = join(home, 'workspace');
    mkdirSync(folder);
    for (const [name, text] of Object.entries(options.files ?? {})) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    prepare(home, { ...options.settings });
    await installExtension(home, vsix);
    const server = await startServer({
      home,
      port: await freePort(25_700 + (process.pid % 200)),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const address = `${server.address}/?${new URLSearchParams({ folder })}`;
    return Workbench.#show(address, home, server.stop, options);
  }

  /** The page without a machine behind it, as vscode.dev: our extension and a folder in it, both only to be fetched. */
  static async openPage(options: Pick<WorkbenchOptions, 'files' | 'settings'> = {}): Promise<Workbench> {
    const served = await servePage(options.files ?? {}, options.settings);
    const home = mkdtempSync(join(tmpdir(), 'rtt-wb-'));
    return Workbench.#show(served.address, home, served.close, { activityBar: 'Explorer' });
  }

  static async #show(
    address: string,
    home: string,
    stopServer: () => Promise<void>,
    { activityBar = 'Redis', language }: WorkbenchOptions,
  ): Promise<Workbench> {
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumArgs });
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(address).origin });
      if (language !== undefined)
        await context.addInitScript(
          `Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => ${JSON.stringify(language)}, set: () => undefined });`,
        );
      const page = await context.newPage();
      const made = new Workbench(page, join(home, 'workspace'), home, browser, stopServer, address, activityBar);
      await made.load();
      return made;
    } catch (error) {
      await browser?.close();
      await stopServer();
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }

  /** Opens the page (again): what a person does with Reload Window. */
  async load(): Promise<void> {
    await this.page.goto(this.address, { waitUntil: 'commit' });
    await this.activityTab(this.activityBar).waitFor({ timeout: 60_000 });
  }

  async close(): Promise<void> {
    await Promise.race([this.browser.close(), new Promise(resolve => setTimeout(resolve, 5000))]);
    await this.stopServer();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Ends the process in which the extension runs, as a crash does; VS Code starts another one. Linux only. */
  killExtensionHost(): void {
    const ours = hostsOf(this.home);
    if (ours.length === 0) throw new Error('no extension host is running');
    for (const pid of ours) process.kill(pid, 'SIGKILL');
  }

  /** Writes test-results/<name>.png and gives its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(root, 'test-results', `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  activityTab(name: string): Locator {
    return this.page
      .locator('.activitybar')
      .getByRole('tab', { name: new RegExp(`^${name}`) })
      .first();
  }

  /** Shows the view container with this name. */
  async openContainer(name = this.activityBar): Promise<void> {
    const tab = this.activityTab(name);
    for (let tries = 0; (await tab.getAttribute('aria-selected')) !== 'true'; tries++) {
      if (tries > 20) throw new Error(`${name} does not open`);
      await tab.click();
      await this.page.waitForTimeout(200);
    }
  }

  /** The field of the quick input that is open. */
  get input(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  /** The title, message or list of the quick input, to assert on. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Opens the palette, however often the workbench swallows the key. */
  async palette(): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      await this.page.keyboard.press('F1');
      try {
        await this.input.waitFor({ timeout: 1500 });
        return;
      } catch {
        /* the workbench was not listening yet: press again */
      }
    }
    throw new Error('the palette does not open');
  }

  /** Runs a command by its title, category included: `Redis: Create Sentinel Topology`. */
  async run(title: string): Promise<void> {
    // The palette lists what is enabled when it opens; a workbench that has just started may not know yet that it is trusted.
    // And a page that opens just now takes the focus, which closes the palette.
    for (let tries = 0; ; tries++) {
      await this.palette();
      try {
        await this.input.fill(`>${title}`, { timeout: 4000 });
        await this.option(title).first().click({ timeout: 4000 });
        return;
      } catch (error) {
        if (tries === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** An entry of the open quick pick; a string matches the beginning of its label. */
  option(label: string | RegExp): Locator {
    const name = typeof label === 'string' ? new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) : label;
    return this.quickInput.getByRole('option', { name });
  }

  /** Chooses an entry of the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.option(label).first().click();
  }

  /** Waits for an input step whose title or prompt has this text, types, and presses Enter. */
  async answer(step: string | RegExp, text?: string): Promise<void> {
    await this.quickInput.getByText(step).first().waitFor();
    if (text !== undefined) await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** A row of any tree by the beginning of its accessible name. */
  treeItem(name: string | RegExp): Locator {
    const pattern = typeof name === 'string' ? new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) : name;
    return this.page.getByRole('treeitem', { name: pattern }).first();
  }

  /** Opens a row's children when they are not open. */
  async expand(name: string | RegExp): Promise<void> {
    const row = this.treeItem(name);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
  }

  /** Right click on a row, then the menu entry with exactly this name. */
  async contextMenu(row: string | RegExp, entry: string): Promise<void> {
    await this.treeItem(row).click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: entry, exact: true }).click();
  }

  /** Right click on a row, then the entry, until there is what it `shows`. */
  async choose(row: Locator, entry: string, shows: Locator): Promise<void> {
    await this.persist(async () => {
      await this.openMenu(row);
      await this.chooseFromMenu(entry);
    }, shows);
  }

  /** A menu closes, and takes the click with it, when the focus leaves it in that moment: whoever sees nothing come asks again. */
  async persist(once: () => Promise<void>, shows: Locator): Promise<void> {
    for (let tries = 1; tries < 3; tries++) {
      await once();
      try {
        return await shows.first().waitFor({ timeout: 15_000 });
      } catch {
        await this.page.keyboard.press('Escape');
      }
    }
    await once();
    await shows.first().waitFor();
  }

  /** Rows move while servers come and go: the menu must be that of the row that was meant, which has the focus then. */
  async openMenu(row: Locator): Promise<void> {
    for (let tries = 0; ; tries++) {
      await row.click({ button: 'right' });
      await this.page.getByRole('menuitem').first().waitFor();
      if ((await row.getAttribute('class'))?.includes('focused') === true) return;
      if (tries > 10) throw new Error(`the menu of ${String(row)} does not open`);
      await this.page.keyboard.press('Escape');
    }
  }

  /** Takes an entry of the menu that is open. */
  async chooseFromMenu(entry: string): Promise<void> {
    const item = this.page.locator('.monaco-menu').getByRole('menuitem', { name: entry, exact: true });
    await item.waitFor();
    for (let tries = 0; await item.isVisible(); tries++) {
      if (tries > 10) throw new Error(`the menu does not take ${entry}`);
      await item.click({ timeout: 2000 }).catch(() => undefined);
      await this.page.waitForTimeout(300);
    }
  }

  /** The names in the context menu of a row; closes it again. */
  async contextMenuEntries(row: string | RegExp): Promise<string[]> {
    await this.openMenu(this.treeItem(row));
    const names = await this.page.locator('.monaco-menu').getByRole('menuitem').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return names.map(name => name.trim()).filter(name => name !== '');
  }

  /** A notification with this text. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  /** Clicks a button of a modal dialog or of a notification, until it goes: what has just come up may not listen yet. */
  async press(button: string): Promise<void> {
    const found = this.page
      .locator('.monaco-dialog-box, .notification-toast')
      .getByRole('button', { name: button, exact: true })
      .first();
    await found.click();
    // This one, not one of the same name in the dialog that comes next.
    const pressed = await found.elementHandle({ timeout: 100 }).catch(() => undefined);
    for (let tries = 0; pressed && tries < 5; tries++) {
      const gone = pressed.waitForElementState('hidden', { timeout: 2000 });
      if (
        await gone.then(
          () => true,
          () => false,
        )
      )
        return;
      await pressed.click({ timeout: 1000 }).catch(() => undefined);
    }
  }

  /** Opens a file of the folder in the editor. */
  async openFile(name: string): Promise<void> {
    await this.palette();
    await this.input.fill(name);
    await this.option(
      new RegExp(
        name
          .split('/')
          .pop()
          ?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') ?? name,
      ),
    )
      .first()
      .click();
    await this.page
      .getByRole('tab', { name: new RegExp(name.split('/').pop() ?? name) })
      .first()
      .waitFor();
  }

  /** The editor's language, as the status bar names it. */
  get language(): Locator {
    return this.page.locator('#status\\.editor\\.mode');
  }

  /** The rows of the Problems panel, which is opened. */
  async problems(): Promise<Locator> {
    if (!(await this.page.locator('.markers-panel').isVisible())) await this.page.keyboard.press(`${modifier}+Shift+M`);
    await this.page.locator('.markers-panel').waitFor();
    return this.page.locator('.markers-panel').getByRole('treeitem');
  }

  /** The inside of the webview that is shown. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** What axe-core finds on the page that is shown in a webview: nothing, if all is well. */
  async violations(): Promise<readonly string[]> {
    for (const frame of this.page.frames()) {
      const holder = frame.parentFrame() === null ? undefined : await frame.frameElement().catch(() => undefined); // a page that is just closed has none
      if ((await holder?.getAttribute('id')) === 'active-frame' && (await holder?.isVisible())) return axeOn(frame);
    }
    throw new Error('no page is shown');
  }

  /** Changes the colour theme: `Dark Modern`, `Light Modern`, `Dark High Contrast`. */
  async theme(name: string): Promise<void> {
    await this.run('Preferences: Color Theme');
    await this.input.fill(name);
    await this.option(name).first().waitFor();
    await this.input.press('Enter');
    await this.quickInput.waitFor({ state: 'hidden' });
  }
}
