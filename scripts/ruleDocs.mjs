// Keeps docs/rules/ in step with the rule table: the head of each page (severity, message) and the list in README.md are
// written here, and so is its end: what real servers did with the example (kept by bench/ruleExamples.ts), for which versions it counts,
// which quick fixes there are. The rest of a page is written by hand. `--check` only compares; a rule without a page, or a page without a rule, fails.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const folder = 'docs/rules';
const endOfHead = '<!-- end of head -->';
const measuredHere = '<!-- measured: written by scripts/ruleDocs.mjs -->';

/** @typedef {{ severity: 'error' | 'warning' | 'info' | 'hint', family: string, message: string }} Rule */

/** @returns {Promise<{ rules: Record<string, Rule>, measuredPart(code: string, page: string, kept: unknown): string, keptFile: string }>} */
async function load() {
  const contents =
    "export { rules } from './src/conf/rules/codes'; export { keptFile, measuredPart } from './test/support/ruleExamples';";
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`);
}

/** @type {Readonly<Record<string, string>>} */
const families = {
  syntax: 'Lines, words and names',
  value: 'Values',
  include: 'Other files',
  acl: 'Users',
  sentinel: 'Sentinel',
  startup: 'Fails at start',
  habit: 'Runs, but not as meant',
  topology: 'Several files of one topology',
};
const means = {
  error: 'error: the server surely refuses the file or exits',
  warning: 'warning: it may fail where it runs, or does not do what it seems to',
  info: 'information',
  hint: 'hint',
};

/** @param {string} code @param {Rule} rule */
const head = (code, rule) => `<!-- Written by scripts/ruleDocs.mjs from the rule table, down to the end of the head. -->
# ${code}

${families[rule.family]} · ${means[rule.severity]}

> ${rule.message
  .replaceAll('<', '&lt;')
  .replace(/\{(why|hint|unit|zero|fix|where)\}/g, '')
  .replace(/\{(\w+)\}/g, '*$1*')}

Silence it for one line with \`# redis-conf-disable-next-line ${code}\` above, for a file with \`# redis-conf-disable ${code}\`,
or set \`"redisTopology.conf.rules": { "${code}": "off" }\`.
${endOfHead}`;

/** @param {Record<string, Rule>} rules */
function index(rules) {
  const lines = [
    '# Rules',
    '',
    'Every finding has a code; here is what each means and how it is mended. Written by scripts/ruleDocs.mjs.',
  ];
  for (const [family, title] of Object.entries(families)) {
    lines.push('', `## ${title}`, '');
    for (const [code, rule] of Object.entries(rules))
      if (rule.family === family) lines.push(`- [${code}](${code}.md) (${rule.severity})`);
  }
  return `${lines.join('\n')}\n`;
}

const { rules, measuredPart, keptFile } = await load();
const kept = JSON.parse(readFileSync(keptFile, 'utf8'));
/** @type {string[]} */
const faults = [];
/** @param {string} file @param {string} text */
const write = (file, text) => {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (process.argv.includes('--check')) faults.push(`${file} is stale`);
  else writeFileSync(file, text);
};
for (const [code, rule] of Object.entries(rules)) {
  const file = `${folder}/${code}.md`;
  if (!existsSync(file)) {
    faults.push(`${file} is missing: write why it matters, "## Found" and "## Better" with one example each`);
    continue;
  }
  const body = (readFileSync(file, 'utf8').split(endOfHead)[1] ?? '').split(measuredHere)[0]?.trimEnd() ?? '';
  const measured = measuredPart(code, body, kept[code]).trimEnd();
  write(file, `${head(code, rule)}${body}\n${measured === '' ? '' : `\n${measuredHere}\n${measured}\n`}`);
}
for (const file of readdirSync(folder))
  if (file !== 'README.md' && !Object.hasOwn(rules, file.replace(/\.md$/, '')))
    faults.push(`${folder}/${file} belongs to no rule`);
write(`${folder}/README.md`, index(rules));
if (faults.length > 0) {
  console.error(`${faults.join('\n')}\nrun node scripts/ruleDocs.mjs`);
  process.exit(1);
}
