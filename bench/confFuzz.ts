/** The whole robustness run: 100,000 random byte strings and damaged files. `npm run bench -- confFuzz [seed] [count]` */
import { checkMany } from '../test/support/confRobust';

const [seed = 1, count = 100_000] = process.argv
  .slice(2)
  .filter(word => /^\d+$/.test(word))
  .map(Number);
const began = Date.now();
for (let done = 0; done < count; done += 5000) checkMany(seed + done, Math.min(5000, count - done));
console.log(
  `${String(count)} texts read, judged and formatted in ${String(Date.now() - began)} ms: no exception, words unchanged, formatting settled`,
);
