// From the ES modules that esbuild splits to the CommonJS that VS Code and Node load without a loader. esbuild's own conversion puts half a KiB of helpers
// into every file, and a getter for each export and a detour for each call of an import; none of it is needed here:
// - no part imports one that imports it (a cycle would fail at the first load of any test), so that what is imported is there;
// - nothing that is exported is ever assigned again (lint forbids it);
// - neither `vscode` nor Node's modules have a default beside them.

const specifier = String.raw`"(\./[\w-]+\.js|vscode|node:[\w/]+)"`;
const names = String.raw`\{([^{}"']*)\}`;

/** `a as b, c` → `a:b,c`. @param {string} list */
const asPattern = list =>
  list
    .split(',')
    .map(one => one.trim().replace(/\s+as\s+/, ':'))
    .filter(one => one !== '')
    .join(',');

/**
 * One minified file of esbuild's, with all that it imports first, as it would have it. What is not recognised stays, and esbuild converts it.
 * @param {string} text
 * @returns {string}
 */
export function toCommonJs(text) {
  /** @type {string[]} */
  const required = [];
  /** @param {string} line */
  const first = line => {
    required.push(line);
    return '';
  };
  const body = text
    .replace(new RegExp(String.raw`\bimport\s*\*\s*as\s+([\w$]+)\s*from\s*${specifier};`, 'g'), (_, name, from) =>
      first(`const ${name}=require("${from}");`),
    )
    .replace(new RegExp(String.raw`\bimport\s+([\w$]+)\s*from\s*${specifier};`, 'g'), (_, name, from) =>
      first(`const ${name}=require("${from}");`),
    )
    .replace(new RegExp(String.raw`\bimport\s*${names}\s*from\s*${specifier};`, 'g'), (_, list, from) =>
      first(`const{${asPattern(list)}}=require("${from}");`),
    )
    .replace(new RegExp(String.raw`\bimport\s*${specifier};`, 'g'), (_, from) => first(`require("${from}");`))
    // `require` instead of `import()`: an answer in microseconds when it is loaded already
    .replace(/\bimport\("(\.\/[\w-]+\.js)"\)/g, 'Promise.resolve().then(()=>require("$1"))')
    .replace(new RegExp(String.raw`\bexport\s*${names};\s*$`), (_, /** @type {string} */ list) => {
      const pairs = list.split(',').map(one => one.trim().split(/\s+as\s+/));
      return `module.exports={${pairs.map(([inside, outside]) => (outside === undefined ? inside : `${outside}:${inside}`)).join(',')}};`;
    });
  return required.join('') + body;
}

/**
 * Fails where two files of the bundle import each other: the first of them would find the other empty.
 * @param {import('./sizes.mjs').Metafile} meta
 */
export function refuseCycles(meta) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} file @param {readonly string[]} way */
  const visit = (file, way) => {
    if (way.includes(file)) throw new Error(`files of the bundle import each other: ${[...way, file].join(' → ')}`);
    if (done.has(file)) return;
    for (const { path, kind } of meta.outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && path in meta.outputs) visit(path, [...way, file]);
    done.add(file);
  };
  for (const file of Object.keys(meta.outputs)) visit(file, []);
}
