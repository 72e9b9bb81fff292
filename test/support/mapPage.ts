// The slot map's page in a real Chromium, without the editor around it: built as it ships, under its own content security policy.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { slotMapHtml } from '../../src/webviews/slotMapHtml';
import type { HostMessage, MapState, PageMessage } from '../../src/webviews/slotMapProtocol';
import { slotMapWords } from '../../src/webviews/slotMapWords';
import { plain } from './plain';
import { axeOn } from './axe';
import { parts, show } from './pageAlone';
import type { themes } from './themes';

export interface MapPageOptions {
  readonly theme?: keyof typeof themes;
  /** What travels with the HTML. */
  readonly state?: MapState;
  /** What an earlier page remembered. */
  readonly remembered?: object;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
}

/** One browser for many pages. */
export class MapBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly script: string,
    private readonly style: string,
  ) {}

  /** @param args more switches, such as those that let frames come as fast as they are drawn */
  static async open(args: readonly string[] = []): Promise<MapBrowser> {
    const out = join(root, 'out', 'mapPage');
    if (!existsSync(out)) mkdirSync(out, { recursive: true });
    await esbuild.build({
      entryPoints: { slotMap: join(root, 'media', 'slotMap', 'main.ts') },
      outdir: out,
      bundle: true,
      minify: true,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      logLevel: 'warning',
    });
    const browser = await chromium.launch({
      executablePath: findChromium() ?? 'chromium',
      args: [...chromiumArgs, ...args],
    });
    return new MapBrowser(
      browser,
      readFileSync(join(out, 'slotMap.js'), 'utf8'),
      readFileSync(join(out, 'slotMap.css'), 'utf8'),
    );
  }

  async page(options: MapPageOptions = {}): Promise<MapPage> {
    const html = slotMapHtml({
      ...parts,
      topologyId: 't',
      first: { words: slotMapWords(plain), language: 'en', ...(options.state ? { state: options.state } : {}) },
    });
    const { page, problems } = await show(this.browser, { ...options, html, script: this.script, style: this.style });
    return new MapPage(page, problems);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

export class MapPage {
  /** @param problems errors of the page, those of its security policy among them */
  constructor(
    readonly page: Page,
    readonly problems: readonly string[],
  ) {}

  /** As the extension sends it. */
  async send(...messages: readonly HostMessage[]): Promise<void> {
    await this.page.evaluate(
      `for (const data of ${JSON.stringify(messages)}) dispatchEvent(new MessageEvent('message', { data }))`,
    );
    await this.painted();
  }

  /** Two frames later. */
  async painted(): Promise<void> {
    await this.page.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  }

  /** What the page told the extension so far. */
  told(): Promise<readonly PageMessage[]> {
    return this.page.evaluate(() => (globalThis as unknown as { told: PageMessage[] }).told);
  }

  /** Red, green and blue of the pixels of these slots on the field. */
  pixels(slots: readonly number[]): Promise<readonly string[]> {
    return this.page.evaluate(`{
      const { data } = document.getElementById('field').getContext('2d').getImageData(0, 0, 128, 128);
      ${JSON.stringify(slots)}.map(slot => [...data.slice(slot * 4, slot * 4 + 3)].join());
    }`);
  }

  /** What axe-core finds against WCAG 2.2 A and AA and its own good practice: rule and place of each. */
  accessibility(): Promise<readonly string[]> {
    return axeOn(this.page);
  }

  async screenshot(name: string): Promise<void> {
    const folder = join(root, 'test-results');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
