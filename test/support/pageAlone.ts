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
/** Where the page finds its parts, as `pageHtml` wants to be told. */
export const parts = { nonce: 'test', cspSource: origin, script: `${origin}/page.js`, style: `${origin}/page.css` };

export interface Shown {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  readonly theme?: keyof typeof themes | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly reducedMotion?: boolean | undefined;
  /** What an earlier page remembered. */
  readonly remembered?: object | undefined;
}

/** Shows a page as the editor would, in the theme's colours, with the editor's three functions for it; `problems` are its errors. */
export async function show(
  browser: Browser,
  shown: Shown,
): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const theme = themes[shown.theme ?? 'dark'];
  const context = await browser.newContext({
    viewport: { width: shown.width ?? 1180, height: shown.height ?? 860 },
    reducedMotion: shown.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const html = shown.html.replace('<body', `<body class="${theme.classes}"`);
  const variables = Object.entries(theme.variables)
    .map(([variable, value]) => `--vscode-${variable}:${value};`)
    .join('');
  await page.route(`${origin}/**`, route => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/page.js') return route.fulfill({ contentType: 'text/javascript', body: shown.script });
    if (path === '/page.css')
      return route.fulfill({ contentType: 'text/css', body: `:root{${variables}}\n${shown.style}` });
    return path === '/' ? route.fulfill({ contentType: 'text/html', body: html }) : route.fulfill({ status: 404 });
  });
  await page.addInitScript(remembered => {
    const told: unknown[] = [];
    let kept: unknown = remembered;
    Object.assign(globalThis, {
      told,
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => told.push(message),
        getState: () => kept,
        setState: (state: unknown) => {
          kept = state;
          Object.assign(globalThis, { kept });
        },
      }),
    });
  }, shown.remembered);
  await page.goto(`${origin}/`);
  return { page, problems };
}

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
    const { script = '', style = '' } = this.files.get(name) ?? {};
    const html = pageHtml({ ...parts, language: 'en', data: { topology: 't' }, body });
    const { page, problems } = await show(this.browser, { ...options, html, script, style });
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
