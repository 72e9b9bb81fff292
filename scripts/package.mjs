// `npm run package`: out/redis-topology-explorer.vsix, made without a network.
import { report, step } from './setup/console.mjs';
import { packageExtension, vsix } from './setup/package.mjs';

try {
  await step('VSIX', packageExtension);
  console.log(vsix);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
