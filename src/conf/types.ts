/** The shapes that the parts of the configuration language share. Plain data: no editor, no file system. */
import type { ConfDocument } from './document';
import type { RuleCode } from './rules/codes';
import type { Target } from './target';

/** Which reader the file is for. The file itself cannot choose it: a server is in sentinel mode by its name or `--sentinel`. */
export type Mode = 'redis' | 'sentinel';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** What a message needs to know. Never a secret: values of passwords stay in the file. */
export type Data = Readonly<Record<string, string | number>>;

/** A stretch of a document, by offsets into its text, the end exclusive. */
export interface Span {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** Something to say about a place. Words are made of `code` and `data` by {@link ../words.describe}, or by the editor's own table. */
export interface Finding extends Span {
  readonly code: RuleCode;
  readonly severity: Severity;
  readonly data: Data;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  /** Set when the server refuses to load or start because of this, and in which order it would say so. */
  readonly refusal?: Refusal;
}

/** Another place that belongs to a finding; `code` names the sentence, like a finding's. */
export interface Related extends Span {
  readonly code: string;
  readonly data: Data;
}

/** How a real server would meet the fault; the least `order` of all findings is the one that it prints. */
export interface Refusal {
  /** `parse`: refused with a line number, before anything starts. `startup`: loads, then exits. `crash`: the server crashes. */
  readonly phase: 'parse' | 'startup' | 'crash';
  readonly order: number;
}

/** A change that mends a finding. `safe`: keeps or restores what the author surely meant, so "fix all" may apply it. */
export interface Fix {
  readonly code: string;
  readonly data: Data;
  readonly safe: boolean;
  readonly edits: readonly Edit[];
}

/** Replace `[start, end)` by `text`; an insertion has `start === end`. Edits of one fix never overlap. */
export interface Edit extends Span {
  readonly text: string;
}

/** What the interpreter may ask of the world; paths are absolute or relative as the server would use them after {@link resolve}. */
export interface Files {
  /** A path as the server sees it from its working directory, as an absolute path. */
  resolve(workingDirectory: string, path: string): string;
  /** The file, parsed (cache it), or why not; `unknown` when the caller cannot look. */
  open(path: string): ConfDocument | 'missing' | 'unreadable' | 'directory' | 'unknown';
  /** What is at a path; `unknown` when the caller cannot look. `runnable` only needs to be right for files. */
  stat(path: string): {
    readonly kind: 'file' | 'directory' | 'other' | 'missing' | 'unknown';
    readonly runnable?: boolean;
  };
  /** The paths that a glob pattern matches, sorted as `glob(3)` sorts them (bytes); undefined when the caller cannot look. */
  glob(workingDirectory: string, pattern: string): readonly string[] | undefined;
}

/** How a server was built, as far as it changes a verdict. */
export interface Build {
  /** TLS directives are unknown to Redis up to 7.0 without it. Default: true. */
  readonly tls: boolean;
}

/** The surroundings of a server that runs in a container. */
export interface Container {
  /** Absolute paths inside that outlive the container: its mounts. */
  readonly mounts: readonly string[];
  /** Ports inside that lead out of it; empty when none does, or when nobody knows. */
  readonly published: readonly number[];
}

export interface ValidateOptions {
  readonly target: Target;
  readonly mode: Mode;
  /** Where relative paths start; without it, or without `files`, nothing is claimed about other files. */
  readonly workingDirectory?: string;
  readonly files?: Files;
  readonly build?: Partial<Build>;
  /** The container that runs with this file, when that is known. */
  readonly container?: Container;
  /**
   * So many findings of one rule are kept, the rest is only counted ({@link ../validate.Report.left}); without it, all are. Not counted in a
   * file that silences single lines. What the server itself would stop at is always kept.
   */
  readonly mostOfRule?: number;
  /** Severity by rule code; `off` silences the rule. */
  readonly severities?: Readonly<Partial<Record<RuleCode, Severity | 'off'>>>;
}
