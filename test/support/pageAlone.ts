// A page of the extension in a real Chromium, without the editor around it: built as it ships, under its own content security policy.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { pageHtml } from '../../src/webviews/html';
import { axeOn } from './axe';
import { themes } from './themes';

const origin = 'https://page.test';

export interface AloneOptions {
  readonly theme?: keyof typeof themes;
  readonly width?: number;
  readonly height?: number;
}

/** One browser, one kind of page (a folder of `media/`), as often as it is wanted. */
export class AloneBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly files: ReadonlyMap<string, { readonly script: string; readonly style: string }>,
  ) {}

  static async open(...names: readonly string[]): Promise<AloneBrowser> {
    const out = join(root, 'out', 'pagesAlone');
    if (!existsSync(out)) mkdirSync(out, { recursive: true });
    await esbuild.build({
      entryPoints: Object.fromEntries(names.map(name => [name, join(root, 'media', name, 'main.ts')])),
      outdir: out,
      bundle: true,
      minify: true,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      logLevel: 'warning',
    });
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: [...chromiumArgs] });
    const text = (file: string): string => readFileSync(join(out, file), 'utf8');
    return new AloneBrowser(
      browser,
      new Map(names.map(name => [name, { script: text(`${name}.js`), style: text(`${name}.css`) }])),
    );
  }

  async page(name: string, body: string, options: AloneOptions = {}): Promise<AlonePage> {
    const theme = themes[options.theme ?? 'dark'];
    const { script = '', style = '' } = this.files.get(name) ?? {};
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 1180, height: options.height ?? 860 },
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(String(error)));
    page.on('console', message => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const html = pageHtml({
      nonce: 'test',
      cspSource: origin,
      script: `${origin}/page.js`,
      style: `${origin}/page.css`,
      language: 'en',
      data: { topology: 't' },
      body,
    }).replace('<body', `<body class="${theme.classes}"`);
    const variables = Object.entries(theme.variables)
      .map(([variable, value]) => `--vscode-${variable}:${value};`)
      .join('');
    await page.route(`${origin}/**`, route => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/page.js') return route.fulfill({ contentType: 'text/javascript', body: script });
      if (path === '/page.css')
        return route.fulfill({ contentType: 'text/css', body: `:root{${variables}}\n${style}` });
      return path === '/' ? route.fulfill({ contentType: 'text/html', body: html }) : route.fulfill({ status: 404 });
    });
    await page.addInitScript(() => {
      const told: unknown[] = [];
      let kept: unknown;
      Object.assign(globalThis, {
        told,
        acquireVsCodeApi: () => ({
          postMessage: (message: unknown) => told.push(message),
          getState: () => kept,
          setState: (state: unknown) => Object.assign(globalThis, { kept: (kept = state) }),
        }),
      });
    });
    await page.goto(`${origin}/`);
    return new AlonePage(page, problems);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

export class AlonePage {
  /** @param problems errors of the page, those of its security policy among them */
  constructor(
    readonly page: Page,
    readonly problems: readonly string[],
  ) {}

  /** As the extension sends it. */
  async send(message: object): Promise<void> {
    await this.page.evaluate(
      `dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(message)} })); new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`,
    );
  }

  /** What the page told the extension so far, but that it is ready. */
  async told(): Promise<readonly unknown[]> {
    const all = await this.page.evaluate(() => (globalThis as unknown as { told: { type: string }[] }).told);
    return all.filter(({ type }) => type !== 'ready');
  }

  /** What the page remembers over a reload of the window. */
  kept(): Promise<unknown> {
    return this.page.evaluate(() => (globalThis as unknown as { kept: unknown }).kept);
  }

  /** Name of what has the focus, as a screen reader says it. */
  focused(): Promise<string> {
    return this.page.evaluate<string>(
      "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''",
    );
  }

  /** Presses Tab so often that every stop was made once; the names of the stops. */
  async stops(most = 60): Promise<readonly string[]> {
    const names: string[] = [];
    for (let i = 0; i < most; i++) {
      await this.page.keyboard.press('Tab');
      if (await this.page.evaluate<boolean>('document.activeElement === document.body')) break;
      names.push(await this.focused());
    }
    return names;
  }

  accessibility(): Promise<readonly string[]> {
    return axeOn(this.page);
  }

  /** Whether the page is wider than its window: at 400 % and at the side of the editor nothing may be cut off. */
  overflows(): Promise<boolean> {
    return this.page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  async screenshot(name: string): Promise<void> {
    const folder = join(root, 'test-results');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
