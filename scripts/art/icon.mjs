// Draws media/icon.png, the marketplace's picture, from icon.svg beside this file: `node scripts/art/icon.mjs`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArgs, ensureChromium } from '../setup/chromium.mjs';
import { root } from '../setup/paths.mjs';

const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs });
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(`<style>body{margin:0}</style>${readFileSync(join(root, 'scripts', 'art', 'icon.svg'), 'utf8')}`);
await page.screenshot({ path: join(root, 'media', 'icon.png'), omitBackground: true });
await browser.close();
