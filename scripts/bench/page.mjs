// The page of what was measured, and the lines of it that the README quotes. Pure: what is kept in bench/measured.json in, text out.

/**
 * @typedef {object} Run one run of one claim
 * @property {string} at when it ended (ISO, UTC)
 * @property {'held' | 'missed' | 'not finished'} verdict
 * @property {number} seconds
 * @property {readonly [number, number]} load one-minute load average before and after
 * @property {string} machine cores, processor, memory, system
 * @property {string} versions Node, servers, engine, and the commit that was measured
 * @property {readonly string[]} lines what it printed of its figures
 *
 * @typedef {{ readonly last: Run, readonly earlier: readonly Earlier[] }} Kept
 * @typedef {{ readonly at: string, readonly verdict: Run['verdict'], readonly load: readonly [number, number], readonly figure: string }} Earlier
 * @typedef {Readonly<Record<string, Kept | undefined>>} Store by the claim's id
 * @typedef {import('./claims.mjs').Claim} Claim
 */

/** So many earlier runs are kept of a claim; of those that missed none is dropped. */
const mostEarlier = 10;

/** The figure that the summary quotes, or a dash where the run did not come to it. @param {Claim} claim @param {readonly string[]} lines */
export function figureOf({ figure: [pattern, says] }, lines) {
  const found = pattern.exec(lines.join('\n'));
  return found === null ? '–' : says.replace(/\$(\d)/g, (_, group) => found[Number(group)] ?? '');
}

/** The lines of a run that are kept. @param {Claim} claim @param {string} printed */
export function keptLines({ keep }, printed) {
  const lines = printed
    .split('\n')
    .map(line => line.trimEnd())
    .filter(
      line =>
        line !== '' &&
        // not what setting up the parts prints
        !/^- |^ {2}\S[^:]*: .*, [\d.]+ s$/.test(line) &&
        (keep === undefined || keep.test(line)),
    );
  return lines.slice(-40).map(line => (line.length > 240 ? `${line.slice(0, 239)}…` : line));
}

/** The store with one run more: it takes the place of the last one, which is remembered in short. @param {Store} store @param {Claim} claim @param {Run} run @returns {Store} */
export function withRun(store, claim, run) {
  const before = store[claim.id];
  const earlier =
    before === undefined
      ? []
      : [
          {
            at: before.last.at,
            verdict: before.last.verdict,
            load: before.last.load,
            figure: figureOf(claim, before.last.lines),
          },
          ...before.earlier,
        ];
  return {
    ...store,
    [claim.id]: { last: run, earlier: earlier.filter((one, index) => index < mostEarlier || one.verdict !== 'held') },
  };
}

/** @param {string} at */
const day = at => `${at.slice(0, 10)} ${at.slice(11, 16)}`;
/** @param {Run['verdict']} verdict */
const told = verdict => (verdict === 'held' ? 'held' : `**${verdict}**`);
/** @param {readonly [number, number]} load */
const loads = ([before, after]) => `${before.toFixed(1)} → ${after.toFixed(1)}`;

/** @param {readonly Claim[]} claims @param {Store} store */
export function measuredPage(claims, store) {
  const known = claims.flatMap(claim => {
    const kept = store[claim.id];
    return kept === undefined ? [] : [{ claim, kept }];
  });
  const machines = [...new Set(known.map(({ kept }) => kept.last.machine))];
  const missed = known.filter(({ kept }) => kept.last.verdict !== 'held').length;
  const rows = claims.map(claim => {
    const kept = store[claim.id];
    return kept === undefined
      ? `| [${claim.id}](#${claim.id}) | not measured yet | | | |`
      : `| [${claim.id}](#${claim.id}) | ${told(kept.last.verdict)} | ${figureOf(claim, kept.last.lines)} | ${day(kept.last.at)} | ${loads(kept.last.load)} |`;
  });
  const parts = claims.map(claim => {
    const head = `### ${claim.id}\n\n${claim.promise}\n\n`;
    const kept = store[claim.id];
    if (kept === undefined) return `${head}Not measured yet: \`npm run bench -- --claims ${claim.id}\`.`;
    const { last, earlier } = kept;
    const before = earlier.map(
      one => `- ${day(one.at)}: ${told(one.verdict)}, ${one.figure} (load ${loads(one.load)})`,
    );
    return `${head}${told(last.verdict)} · \`npm run bench -- ${claim.command.join(' ')}\` · ${last.seconds} s · ${last.versions}

\`\`\`
${last.lines.join('\n')}
\`\`\`${before.length === 0 ? '' : `\n\nBefore that:\n\n${before.join('\n')}`}`;
  });
  return `# What is promised, and what was measured

Written by \`npm run bench\`, which runs every claim below and replaces what stands here of it; what a run missed stays, below the newer one. \`npm run bench -- --claims ID …\`
measures some again, \`npm run bench -- NAME …\` runs one script of \`bench/\` and writes nothing. A claim is **missed** when its script says so: the limit is in the script. Ratios
compare roads that were taken in turn in one run; milliseconds depend on the machine and on what else it does, which the load tells (one-minute average before → after).

${machines.map(machine => `- ${machine}`).join('\n')}

${known.length} of ${claims.length} claims measured, ${missed} of them missed or not finished.

| claim | verdict | figure | when (UTC) | load |
|---|---|---|---|---|
${rows.join('\n')}

${parts.join('\n\n')}
`;
}

/** The claims that the README quotes, in this order. */
const quoted = [
  'create-sentinel',
  'create-cluster-docker',
  'failover-sentinel',
  'failover-cluster',
  'live',
  'first-tree',
  'move-slots',
  'conf-agreement',
  'alarms',
];

const begin = '<!-- measured: written by npm run bench -->';
const end = '<!-- end of measured -->';

/** The README with the lines that it quotes. @param {string} readme @param {readonly Claim[]} claims @param {Store} store */
export function quoteIn(readme, claims, store) {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`README.md has no place between ${begin} and ${end}`);
  const rows = quoted.flatMap(id => {
    const claim = claims.find(one => one.id === id);
    if (claim === undefined) throw new Error(`no claim is called ${id}`);
    const kept = store[id];
    return kept === undefined
      ? []
      : [
          `| ${claim.promise} | ${figureOf(claim, kept.last.lines)}${kept.last.verdict === 'held' ? '' : `, **${kept.last.verdict}**`} |`,
        ];
  });
  const busy = quoted.flatMap(id => store[id]?.last.load ?? []);
  const under =
    busy.length === 0
      ? ''
      : `\nMeasured under a load of ${Math.min(...busy).toFixed(0)} to ${Math.max(...busy).toFixed(0)} (one-minute average).\n`;
  return `${before}${begin}\n| promised | measured |\n|---|---|\n${rows.join('\n')}\n${under}${end}${after}`;
}
