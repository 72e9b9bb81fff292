// One topology in the workbench, as the e2e tests of all kinds look at it and work with it.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { until } from './naming';
import type { Workbench } from './workbench';

/** What the wizard of one kind is walked through with; every question that is not named is answered with Enter. */
export interface Walk {
  /** Title of the command: `Redis: Create Cluster Topology`. */
  readonly command: string;
  /** Prompt of the first question. */
  readonly namePrompt: string;
  /** Which question asks for the first port, from 1. */
  readonly portStep: number;
  readonly firstPort: number;
  /** What stands in the preview. */
  readonly preview: string;
  /** Called at a step, before it is answered. */
  readonly at?: Readonly<Record<number, () => Promise<void>>>;
}

const steps = 8;

export class TopologyPage {
  constructor(
    readonly workbench: Workbench,
    readonly topology: string,
  ) {}

  get page(): Page {
    return this.workbench.page;
  }

  /** The row of a node of this topology (other topologies of the machine are shown, too) that says so. */
  row(name: string, says: string | RegExp = ''): Locator {
    return this.page
      .getByRole('treeitem', { name: new RegExp(`^${name} of ${this.topology},`) })
      .filter({ hasText: says })
      .first();
  }

  topologyRow(says: string | RegExp = ''): Locator {
    return this.page
      .getByRole('treeitem', { name: new RegExp(`^${this.topology},`) })
      .filter({ hasText: says })
      .first();
  }

  /** The screen of a terminal. */
  get terminal(): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm-screen, .terminal-wrapper .xterm-screen').first();
  }

  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Walks through the wizard up to the last question, with the preview on the screen. */
  async walk({ command, namePrompt, portStep, firstPort, preview, at = {} }: Walk): Promise<void> {
    const { workbench } = this;
    await workbench.run(command);
    await workbench.answer(namePrompt, this.topology);
    for (let step = 2; step < steps; step++) {
      await workbench.quickInput.getByText(`${step}/${steps}`).first().waitFor();
      if (step === portStep) {
        await workbench.input.fill(String(firstPort));
        await workbench.quickInput.getByText(`Servers: ${firstPort}`).waitFor();
      }
      await at[step]?.();
      await workbench.input.press('Enter');
    }
    await workbench.quickInput.getByText(`${steps}/${steps}`).first().waitFor();
    await workbench.webview.getByText(preview).first().waitFor();
    await at[steps]?.();
  }

  /** {@link walk}, and Enter once more; waits until it says that it is done. */
  async create(walk: Walk): Promise<void> {
    await this.walk(walk);
    await this.workbench.input.press('Enter');
    await this.workbench.toast(`${this.topology} is running`).waitFor({ timeout: 150_000 });
  }

  /**
   * Right click on a node of ours, then the entry.
   * @param shows what the entry opens, which is waited for
   */
  async act(name: string, entry: string, says: string | RegExp, shows: Locator): Promise<void> {
    await this.workbench.persist(async () => {
      await this.lookAway();
      await this.workbench.openMenu(this.row(name, says));
      await this.workbench.chooseFromMenu(entry);
      await this.lookAway();
    }, shows);
  }

  /** {@link act} on the row of the topology itself. */
  async actOnTopology(entry: string, shows: Locator): Promise<void> {
    await this.workbench.persist(async () => {
      await this.lookAway();
      await this.workbench.openMenu(this.topologyRow());
      await this.workbench.chooseFromMenu(entry);
      await this.lookAway();
    }, shows);
  }

  /** Opens the Break menu of a row, takes a picture, and the entry; gives the names of all. */
  async breaks(name: string, entry: string, picture: string, shows: Locator): Promise<readonly string[]> {
    const { page, workbench } = this;
    let names: string[] = [];
    await workbench.persist(async () => {
      await this.lookAway();
      await workbench.openMenu(this.row(name));
      await page.locator('.monaco-menu').getByRole('menuitem', { name: 'Break' }).hover();
      const item = page.getByRole('menuitem', { name: entry, exact: true });
      await item.waitFor();
      await workbench.screenshot(picture);
      names = await page.locator('.monaco-submenu .monaco-menu').getByRole('menuitem').allInnerTexts();
      await item.click();
    }, shows);
    return names.map(text => text.trim()).filter(text => text !== '');
  }

  /** The names in the context menu of a node's row. */
  async entries(name: string): Promise<string[]> {
    await this.lookAway();
    await this.row(name).click({ button: 'right' });
    await this.page.getByRole('menuitem').first().waitFor();
    const names = await this.page.locator('.monaco-menu').getByRole('menuitem').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await this.page.locator('.monaco-menu').waitFor({ state: 'detached' });
    await this.lookAway();
    return names.map(entry => entry.trim()).filter(entry => entry !== '');
  }

  /** Waits for a row that is near one end of the tree, wherever what others make meanwhile has pushed it. */
  async scrolledTo(row: Locator, timeout = 30_000): Promise<void> {
    const tree = this.page.locator('.part.sidebar .monaco-list').filter({ visible: true }).first();
    const end = Date.now() + timeout;
    for (let way = 10_000; ; way = -way) {
      const shown = row.waitFor({ timeout: 1000 });
      if (
        await shown.then(
          () => true,
          error => (Date.now() < end ? false : Promise.reject(error)),
        )
      )
        return;
      await tree.hover();
      await this.page.mouse.wheel(0, way);
    }
  }

  /** A tooltip under the mouse would lie over the next row. */
  async lookAway(): Promise<void> {
    await this.page.mouse.move(900, 450);
    await this.page.waitForTimeout(400); // a dialog that is open keeps it, which does no harm
  }

  /** Removes the topology by its menu, with its data. */
  async removeWithData(): Promise<void> {
    await this.actOnTopology('Remove Topology…', this.dialog.getByText('Only what was made here is touched.'));
    await this.workbench.press('Remove with Data');
    await this.workbench.toast(`${this.topology} is removed`).waitFor({ timeout: 60_000 });
    await this.topologyRow().waitFor({ state: 'detached' });
  }

  /** Closes the notifications that are shown, so that the next one is the next one. */
  async clearToasts(): Promise<void> {
    await this.workbench.run('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'detached' });
  }

  /** Gives the side bar the width that people give it who read it. */
  async widen(to = 430): Promise<void> {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    assert.ok(bar);
    await this.page.mouse.move(bar.x + bar.width + 3, bar.y + 200);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + to, bar.y + 200, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Types a command into the terminal that has just opened, which is closed afterwards; gives what its screen then holds. `meanwhile`: while it is open. */
  async inTerminal(
    tab: string,
    command: string,
    answer: RegExp,
    picture: string,
    meanwhile: () => void = () => undefined,
  ): Promise<string> {
    const { page, workbench } = this;
    const text = this.terminal;
    await text.waitFor({ timeout: 20_000 });
    await workbench.page
      .locator('.terminal-outer-container, .pane-body')
      .getByText(tab)
      .or(page.locator('.panel').getByText(tab))
      .first()
      .waitFor();
    const read = async (): Promise<string> => {
      // The screen is drawn on a canvas: what it holds is had as a person has it, by selecting and copying all.
      await workbench.run('Terminal: Select All');
      await page.evaluate('navigator.clipboard.writeText("")');
      await workbench.run('Terminal: Copy Selection');
      return (await page.evaluate('navigator.clipboard.readText()')) as string;
    };
    await until('the prompt', async () => /\d+>\s*$/m.test(await read()), 30_000);
    await text.click();
    await page.keyboard.type(command);
    await page.keyboard.press('Enter');
    const screen = await until(
      'the answer',
      async () => {
        const now = await read();
        return answer.test(now) && now;
      },
      30_000,
    );
    meanwhile();
    await workbench.screenshot(picture);
    await workbench.run('Terminal: Kill the Active Terminal Instance');
    return screen;
  }

  /** The text of the output channel that is shown, as the screen has it (its last lines). */
  async output(): Promise<string> {
    return (await this.page.locator('.output-view .view-lines').innerText()).replaceAll('\u00a0', ' ');
  }
}
