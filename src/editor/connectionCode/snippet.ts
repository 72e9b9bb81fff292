import { formatAddress } from '../../model/address';
import type { Access } from '../../topology/access';
import type { Translate } from '../translate';

/** How a password stands in code: the name of an environment variable, or, only when the user asked for it, the password itself. */
export type Secret = { readonly variable: string } | { readonly text: string };

/** The variable that the code reads the servers' password from. */
export const PASSWORD_VARIABLE = 'REDIS_PASSWORD';
/** The same for the Sentinels', where it is another one. */
export const SENTINEL_PASSWORD_VARIABLE = 'REDIS_SENTINEL_PASSWORD';

export interface Request {
  readonly access: Access;
  /** Of an ACL user other than the default one. */
  readonly username?: string;
  readonly password?: Secret;
  readonly sentinelPassword?: Secret;
  readonly tls: boolean;
}

/** One library (or tool) that code is written for. */
export interface Client {
  readonly id: string;
  /** The library's own name. */
  readonly label: string;
  readonly language: 'Java' | 'JavaScript' | 'Python' | 'Go' | 'C#' | 'Shell';
  /** The editor's language id of the code. */
  readonly languageId: string;
  /** The page of the library that documents what the code uses. */
  readonly documentation: string;
  /** The major version whose interface is used; none for what has no version. */
  readonly version?: string;
  render(t: Translate, request: Request): string;
}

/** Lines of code; absent ones are left out, lists are spread. */
export type Line = string | undefined | false | readonly Line[];

export function code(...lines: readonly Line[]): string {
  return `${flatten(lines).join('\n')}\n`;
}

export function indent(spaces: number, ...lines: readonly Line[]): readonly string[] {
  return flatten(lines).map(line => (line === '' ? line : ' '.repeat(spaces) + line));
}

function flatten(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(line =>
    typeof line === 'string' ? [line] : line === undefined || line === false ? [] : flatten(line),
  );
}

/** A string literal that reads the same in Java, JavaScript, Python, Go, C# and YAML. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a comment says of a server whose place as master another may take: no library finds out, for nobody tells. */
export function replacedNote(t: Translate, { successors }: Access): string | undefined {
  return successors.length > 0
    ? t(
        'The master of today. After a failover it refuses writes (READONLY) and tells nobody who took over: ask {0} for ROLE and connect to the one that says master. Sentinel and Cluster topologies tell clients.',
        successors.map(formatAddress).join(', '),
      )
    : undefined;
}

export function mapNote(t: Translate): string {
  return t(
    'What the servers announce is not reachable from this machine: left the announced address, right the one to use.',
  );
}
