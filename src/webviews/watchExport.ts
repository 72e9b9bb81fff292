import type { Translate } from '../editor/translate';
import { entryInWords, happeningInWords } from '../editor/words/happenings';
import type { TimelineEntry } from '../topology/timeline';

export type ExportFormat = 'json' | 'csv' | 'log';

/** The chosen events as a file: JSON and CSV for programs (codes and data, times in ISO 8601), a log for people. Ends with a line break. */
export function exportEvents(
  t: Translate,
  format: ExportFormat,
  topology: string,
  entries: readonly TimelineEntry[],
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ topology, events: entries.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })) }, undefined, 2)}\n`;
    case 'csv':
      return `${[
        ['time', 'incident', 'since_ms', 'node', 'code', 'text'],
        ...entries.map(({ at, incident, sinceFirst, what }) => [
          new Date(at).toISOString(),
          String(incident),
          String(sinceFirst),
          what.name,
          what.code,
          happeningInWords(t, what),
        ]),
      ]
        .map(row => row.map(cell).join(','))
        .join('\r\n')}\r\n`;
    case 'log':
      return `${entries
        .flatMap((entry, index) => [
          ...(index > 0 && entries[index - 1]?.incident !== entry.incident ? [''] : []),
          entryInWords(t, entry, topology),
        ])
        .join('\n')}\n`;
  }
}

/** RFC 4180; a text that a spreadsheet would take for a formula is marked as text: names come from servers. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
