// `npm run notices`: builds, and writes THIRD-PARTY-NOTICES.md from what is in the bundle.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notices, noticesFile, shippedPackages } from './build/notices.mjs';
import { report, step } from './setup/console.mjs';
import { build } from './setup/package.mjs';
import { root } from './setup/paths.mjs';

try {
  await step('Build', build);
  const names = shippedPackages();
  writeFileSync(join(root, noticesFile), notices(names));
  console.log(`${noticesFile}: ${names.join(', ')}`);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
