// `npm run images`: the Docker engine and every image that the tests use. Names may be given: `npm run images -- redis:7.0`.
import { report, step } from './setup/console.mjs';
import { ensureDocker } from './setup/docker.mjs';
import { ensureImages, recipes } from './setup/images.mjs';

const asked = process.argv.slice(2);
try {
  await step('Docker engine', () => ensureDocker());
  for (const name of asked.length > 0 ? asked : Object.keys(recipes))
    await step(`Image ${name}`, () => ensureImages([name]));
} catch (error) {
  report(error);
  process.exitCode = 1;
}
