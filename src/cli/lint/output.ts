/** Findings as text, JSON and SARIF 2.1.0. Lines and columns count from 1, columns in UTF-16 units. */
import type { ConfDocument } from '../../conf/document';
import { rules } from '../../conf/rules/codes';
import { describe, describeFix } from '../../conf/words';
import type { Finding, Span } from '../../conf/types';

export interface Located {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One finding as `--format json` prints it. */
export interface JsonFinding extends Located {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  readonly fixes: readonly {
    readonly title: string;
    readonly edits: readonly (Located & { readonly text: string })[];
  }[];
}

/** A finding with the documents that its places are in. */
export type Documents = ReadonlyMap<string, ConfDocument>;

function locate(span: Span, documents: Documents, shownAs: (uri: string) => string): Located {
  const document = documents.get(span.uri);
  const from = document?.positionAt(span.start) ?? { line: 0, character: 0 };
  const to = document?.positionAt(span.end) ?? from;
  return {
    file: shownAs(span.uri),
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
}

export function toJson(finding: Finding, documents: Documents, shownAs: (uri: string) => string): JsonFinding {
  return {
    ...locate(finding, documents, shownAs),
    severity: finding.severity === 'hint' ? 'info' : finding.severity,
    code: finding.code,
    message: describe(finding),
    fixes: finding.fixes.map(fix => ({
      title: describeFix(fix),
      edits: fix.edits.map(edit => ({ ...locate(edit, documents, shownAs), text: edit.text })),
    })),
  };
}

export function asText(findings: readonly JsonFinding[]): string {
  const lines = findings.map(
    one => `${one.file}:${String(one.line)}:${String(one.column)}: ${one.severity}: ${one.message} [${one.code}]`,
  );
  const count = (severity: string): number => findings.filter(one => one.severity === severity).length;
  if (findings.length > 0)
    lines.push(
      `${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}, ${String(count('info'))} for information`,
    );
  return lines.map(line => `${line}\n`).join('');
}

const plural = (count: number, word: string): string => `${String(count)} ${word}${count === 1 ? '' : 's'}`;

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

export function asSarif(findings: readonly JsonFinding[], version: string): string {
  const used = [...new Set(findings.map(one => one.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'redis-conf-lint',
            version,
            semanticVersion: version,
            rules: used.map(code => {
              const rule = rules[code as keyof typeof rules];
              const level = rule.severity === 'error' ? 'error' : rule.severity === 'warning' ? 'warning' : 'note';
              return {
                id: code,
                shortDescription: { text: rule.message },
                defaultConfiguration: { level },
                properties: { family: rule.family },
              };
            }),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(one => ({
          ruleId: one.code,
          ruleIndex: used.indexOf(one.code),
          level: levels[one.severity],
          message: { text: one.message },
          locations: [{ physicalLocation: { artifactLocation: { uri: asUri(one.file) }, region: region(one) } }],
          ...(one.fixes.length > 0 && {
            fixes: one.fixes.map(fix => ({
              description: { text: fix.title },
              artifactChanges: grouped(fix.edits).map(([file, edits]) => ({
                artifactLocation: { uri: asUri(file) },
                replacements: edits.map(edit => ({
                  deletedRegion: region(edit),
                  insertedContent: { text: edit.text },
                })),
              })),
            })),
          }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

const region = (one: Located): object => ({
  startLine: one.line,
  startColumn: one.column,
  endLine: one.endLine,
  endColumn: one.endColumn,
});

/** A relative reference, or a file URI for an absolute path; odd bytes of a name become U+FFFD, since a URI has no room for them. */
function asUri(file: string): string {
  const path = encodeURI(file.replace(/\\/g, '/').replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /[?#]/g,
    encodeURIComponent,
  );
  return /^[A-Za-z]:\//.test(path)
    ? `file:///${path}`
    : path.startsWith('/')
      ? `file://${path}`
      : path.replace(/^([^/]*):/, './$1:');
}

function grouped<E extends Located>(edits: readonly E[]): [string, E[]][] {
  const byFile = new Map<string, E[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  return [...byFile];
}
