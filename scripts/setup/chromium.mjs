// A Chromium for the tests: the one on the machine, else Debian's.
import { existsSync } from 'node:fs';
import { MissingPart } from './console.mjs';
import { aptInstall, which } from './run.mjs';

const macPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** The path of a Chromium, or undefined. `$CHROMIUM` wins. */
export function findChromium() {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']) {
    const path = which(name);
    if (path !== undefined) return path;
  }
  return macPlaces.find(place => existsSync(place));
}

/** What a Chromium of the tests is started with: no sandbox (it refuses root), nothing that asks the network. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Makes sure that there is a Chromium. Gives its path. */
export async function ensureChromium() {
  const found = findChromium();
  if (found === undefined) {
    if (process.platform === 'darwin')
      throw new MissingPart('The tests need a Chromium.', 'brew install --cask chromium');
    await aptInstall(['chromium', 'fonts-dejavu-core'], 'The tests need a Chromium');
  }
  const path = findChromium();
  if (path === undefined) throw new MissingPart('The tests need a Chromium; set CHROMIUM to the path of one.');
  return path;
}
