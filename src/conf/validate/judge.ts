/** What the parts of the interpreter share: where they are, what has been set so far, and how they report. */
import type { ConfDocument, Statement } from '../document';
import { rules } from '../rules/codes';
import type { RuleCode } from '../rules/codes';
import type { Word } from '../scanner';
import { historyOf, tableFor } from '../table';
import type { Setting, Table } from '../table';
import { modern, targetName } from '../target';
import type { Target } from '../target';
import type { AclUser } from '../acl/rules';
import type { Data, Edit, Files, Finding, Fix, Mode, Related, Severity, Span, ValidateOptions } from '../types';

/** A text that is read from its first to its last line: one file, or the files of a pattern glued together. */
export interface Unit {
  readonly document: ConfDocument;
  /** For glued texts: the real file and offset of an offset in {@link document}. */
  readonly locate?: (offset: number) => { readonly document: ConfDocument; readonly offset: number };
}

/** A share of work between two `yield`s, handed on through the parts of the interpreter. */
export interface Steps {
  left: number;
  readonly perStep: number;
}

/** Counts one unit of work; whether it is time to give the thread back. */
export function isTime(steps: Steps): boolean {
  if (--steps.left > 0) return false;
  steps.left = steps.perStep;
  return true;
}

/** A statement in its text. */
export interface Entry {
  readonly unit: Unit;
  readonly statement: Statement;
}

/** A setting that a line sets. `values` are what the server gets: one word may have been split again. */
export interface Assigned {
  readonly setting: Setting;
  readonly entry: Entry;
  readonly values: readonly string[];
  /** Whether the line itself was accepted. */
  readonly accepted: boolean;
}

/** A master that a sentinel watches, as its file says. */
export interface Monitor {
  readonly entry: Entry;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly quorum: number;
}

/** What is known of a user line after it was read. */
export interface UserLine {
  readonly entry: Entry;
  readonly user: AclUser;
}

export interface Told {
  readonly severity?: Severity;
  readonly refusal?: 'parse' | 'startup' | 'crash';
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
}

/** A setting that is repeated more often is a generated file: the nearest lines before the last tell enough. */
export const mostRepeats = 100;

const nothing: readonly never[] = [];
/** What ends the start is met after the last line, wherever we noticed it: Redis 8 puts a line by that it cannot read, and goes on. */
const whenRead = 2 ** 40;

export class Judge {
  readonly target: Target;
  readonly mode: Mode;
  readonly table: Table;
  readonly targetTitle: string;
  readonly files: Files | undefined;
  /** Where relative paths start; undefined when nobody can say (no `files`, or `dir` leads to a folder that is not here). */
  workingDirectory: string | undefined;
  readonly base: string | undefined;
  readonly tls: boolean;
  readonly modern: boolean;

  readonly findings: Finding[] = [];
  /** Findings that were counted only. */
  left = 0;
  readonly #counts = new Map<RuleCode, number>();
  #firstOrder = Infinity;
  /** The lines that set a setting, by {@link Setting.id}, in the server's order; of very many the last ones. */
  readonly assigned = new Map<string, Assigned[]>();
  readonly read: ConfDocument[] = [];
  /** Lines that are taken for settings of modules; judged when the whole text is known. */
  readonly moduleSettings: Entry[] = [];
  readonly modules: Entry[] = [];
  readonly users: Entry[] = [];
  readonly userByName = new Map<string, Entry>();
  /** User lines of which every rule was read, with what they leave. */
  readonly userLines: UserLine[] = [];
  /** Commands and categories in user lines that the server itself does not know. */
  readonly unknownCommands: { readonly entry: Entry; readonly place: Span; readonly command: string }[] = [];
  /** An include could not be followed, so lines are missing from our picture. */
  unseenIncludes = false;
  readonly renames: Entry[] = [];
  readonly includes: Entry[] = [];
  /** Where each included file is named, by its URI: the last place, when there are several. */
  readonly includedBy = new Map<string, Span>();
  /** `sentinel …` lines, which wait until all plain lines are read. */
  readonly sentinelLines: Entry[] = [];
  /** Masters that this file's sentinel watches, by name. */
  readonly monitors = new Map<string, Monitor>();
  /** Commands by the names that earlier `rename-command` lines left; made on first use. */
  commandTable: Set<string> | undefined;
  /** The `replicaof` line that was refused for a cluster, so that it is not refused again by the next end of a text. */
  refusedReplica: Entry | undefined;
  #order = 0;
  #turn: number | undefined;
  readonly #turns = new Map<Entry, number>();

  constructor(readonly options: ValidateOptions) {
    this.target = options.target;
    this.mode = options.mode;
    this.table = tableFor(options.target);
    this.targetTitle = title(options.target);
    this.files = options.files;
    this.workingDirectory = options.files === undefined ? undefined : options.workingDirectory;
    this.base = this.workingDirectory;
    this.tls = options.build?.tls ?? true;
    this.modern = modern(options.target);
  }

  /** Notes that the server judges a line now, although we do it later. */
  keepTurn(entry: Entry): void {
    this.#turns.set(entry, this.#order++);
  }

  /** From here on, refusals are met when the line had its turn. */
  takeTurn(entry: Entry | undefined): void {
    this.#turn = entry === undefined ? undefined : this.#turns.get(entry);
  }

  /** Reports a fact about a place. Severity is the rule's own unless told otherwise. */
  report(code: RuleCode, place: Span, data: Data = {}, told: Told = {}): void {
    const severity = told.severity ?? rules[code].severity;
    const { uri, start, end } = place;
    const refusal =
      told.refusal === undefined
        ? undefined
        : { phase: told.refusal, order: (this.#turn ?? this.#order++) + (told.refusal === 'startup' ? whenRead : 0) };
    if (this.options.mostOfRule !== undefined && !this.#keeps(code, refusal?.order)) return;
    // Written out: thousands of findings of one file are made here, and object spread is several times slower.
    if (refusal === undefined)
      this.findings.push({
        uri,
        start,
        end,
        code,
        severity,
        data,
        related: told.related ?? nothing,
        fixes: told.fixes ?? nothing,
      });
    else
      this.findings.push({
        uri,
        start,
        end,
        code,
        severity,
        data,
        related: told.related ?? nothing,
        fixes: told.fixes ?? nothing,
        refusal,
      });
  }

  /** Whether one more finding of a rule is kept: thousands of objects that live on cost an editor pauses of the garbage collector. */
  #keeps(code: RuleCode, order = Infinity): boolean {
    const { mostOfRule = Infinity } = this.options;
    const count = (this.#counts.get(code) ?? 0) + 1;
    const isFirst = order < this.#firstOrder;
    if (isFirst) this.#firstOrder = order;
    this.#counts.set(code, count);
    if (count <= mostOfRule || isFirst) return true;
    const silences = this.#silences();
    if (!silences) this.left++;
    return silences;
  }

  /**
   * Counts a fault of which {@link report} would keep nothing any more, and says so: then there is no need to find out what it
   * is about. `refuses`: whether the server stops at it.
   */
  onlyCounts(code: RuleCode, refuses = true): boolean {
    const { mostOfRule } = this.options;
    if (mostOfRule === undefined) return false;
    const count = this.#counts.get(code) ?? 0;
    if (count < mostOfRule || (refuses && (this.#turn ?? this.#order) < this.#firstOrder) || this.#silences())
      return false;
    this.#counts.set(code, count + 1);
    this.left++;
    return true;
  }

  /** Whether single lines are silenced: then nobody can tell how many findings are left before all are there. */
  #silences(): boolean {
    for (const { pragmas } of this.read)
      for (const pragma of pragmas) if (pragma.kind === 'disable-next-line') return true;
    return false;
  }

  /** The server refuses the line at once, with its number. */
  refuse(
    code: RuleCode,
    place: Span,
    data: Data = {},
    fixes: readonly Fix[] = [],
    related: readonly Related[] = [],
  ): void {
    this.report(code, place, data, { refusal: 'parse', fixes, related });
  }

  /** The server loads the file and exits at start. */
  exits(
    code: RuleCode,
    place: Span,
    data: Data = {},
    fixes: readonly Fix[] = [],
    related: readonly Related[] = [],
  ): void {
    this.report(code, place, data, { refusal: 'startup', fixes, related });
  }

  /** A remark that is no refusal. */
  remark(
    code: RuleCode,
    place: Span,
    data: Data = {},
    fixes: readonly Fix[] = [],
    related: readonly Related[] = [],
  ): void {
    this.report(code, place, data, { fixes, related });
  }

  /** The last line that sets a setting, by any of its names: the one that counts. */
  last(name: string): Assigned | undefined {
    return this.assigned.get(historyOf(name)?.id ?? name)?.at(-1);
  }

  /** The one value that a setting has in the end, defaults included; undefined when unset. */
  value(name: string): string | undefined {
    const last = this.last(name);
    return last === undefined ? this.table.lookup(name)?.setting?.default : last.values[0];
  }

  isYes(id: string): boolean {
    return this.value(id)?.toLowerCase() === 'yes';
  }
}

/** `Redis 7.0`, for messages. */
export function title(target: Target): string {
  const name = targetName(target).replace('-', ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The place of `[start, end)` of a unit in its real file. A stretch over two glued files ends with the first. */
export function spanOf(unit: Unit, start: number, end: number): Span {
  if (unit.locate === undefined) return { uri: unit.document.uri, start, end };
  const from = unit.locate(start);
  const to = unit.locate(Math.max(start, end - 1));
  const until = to.document === from.document ? to.offset + (end > start ? 1 : 0) : from.document.text.length;
  return { uri: from.document.uri, start: from.offset, end: Math.max(from.offset, until) };
}

export const wordSpan = (entry: Entry, word: Word | undefined): Span =>
  word === undefined || isGluedOn(entry, word) ? lineSpan(entry) : spanOf(entry.unit, word.start, word.end);

/** Whether a word stands in another file or line than the start of its statement: two files glued, or lines melted by a NUL. */
function isGluedOn({ unit, statement }: Entry, word: Word): boolean {
  if (unit.locate !== undefined) return unit.locate(word.start).document !== unit.locate(statement.start).document;
  return unit.document.nulAt !== undefined && unit.document.positionAt(word.start).line !== statement.line;
}

/** From the first to the last character of the statement. */
export const lineSpan = (entry: Entry): Span => spanOf(entry.unit, entry.statement.start, entry.statement.end);

export const nameSpan = (entry: Entry): Span => wordSpan(entry, entry.statement.words[0]);

/** From one word to the end of the line. */
export function restSpan(entry: Entry, index: number): Span {
  const word = entry.statement.words[index];
  return word === undefined || isGluedOn(entry, word)
    ? lineSpan(entry)
    : spanOf(entry.unit, word.start, entry.statement.end);
}

/** The place of a word that looks like the start of a comment, from `first` on. */
export const commentWord = (entry: Entry, first: number): number =>
  entry.statement.words.findIndex((word, index) => index >= first && !word.quoted && /^(#|\/\/|;)/.test(word.value));

/** Line of a place, counted from 1, for messages. */
export const lineNumber = (entry: Entry): number => {
  const start = entry.unit.locate?.(entry.statement.start);
  return start === undefined ? entry.statement.line + 1 : start.document.positionAt(start.offset).line + 1;
};

export const related = (code: string, { uri, start, end }: Span, data: Data = {}): Related => ({
  uri,
  start,
  end,
  code,
  data,
});

const fix = (code: string, data: Data, safe: boolean, ...edits: readonly Edit[]): Fix => ({ code, data, safe, edits });

/** Makers of quick fixes. Fixes of words that may be secret only insert around them, so that no report holds the secret. */
export const fixes = {
  replace: (place: Span, text: string, safe = false): Fix =>
    fix('replace', { text: text === '' ? '""' : text }, safe, { ...place, text }),
  rename: (place: Span, text: string, safe: boolean): Fix => fix('replace-name', { text }, safe, { ...place, text }),
  commentOut: (entry: Entry): Fix => {
    const line = lineSpan(entry);
    return fix('comment-out', {}, false, { uri: line.uri, start: line.start, end: line.start, text: '# ' });
  },
  quote: (from: Span, to: Span): Fix =>
    fix(
      'quote-value',
      {},
      false,
      { uri: from.uri, start: from.start, end: from.start, text: '"' },
      { uri: to.uri, start: to.end, end: to.end, text: '"' },
    ),
  insert: (code: string, at: Span, offset: number, text: string, safe = false): Fix =>
    fix(code, { text }, safe, { uri: at.uri, start: offset, end: offset, text }),
  removeWords: (entry: Entry, index: number): Fix | undefined => {
    const words = entry.statement.words;
    const [keep, first] = [words[index - 1], words[index]];
    if (keep === undefined || first === undefined) return undefined;
    return fix('remove-words', { what: words.length - index === 1 ? 'the last word' : 'the words behind it' }, false, {
      ...spanOf(entry.unit, keep.end, entry.statement.end),
      text: '',
    });
  },
  /** Adds a line before the statement's. */
  lineBefore: (entry: Entry, text: string, safe = false): Fix => {
    const line = lineSpan(entry);
    return fix('insert-line', { text }, safe, { uri: line.uri, start: line.start, end: line.start, text: `${text}\n` });
  },
  /** Adds a line behind the statement's. */
  lineAfter: (entry: Entry, text: string, safe = false): Fix => {
    const line = lineSpan(entry);
    return fix('insert-line', { text }, safe, { uri: line.uri, start: line.end, end: line.end, text: `\n${text}` });
  },
  /** The `# …` at the end of the line goes to a line of its own: above, or, when it may be part of a secret, below, where no copy of it is needed. */
  moveComment: (entry: Entry, index: number, secret = false): Fix | undefined => {
    const words = entry.statement.words;
    const [keep, first] = [words[index - 1], words[index]];
    if (keep === undefined || first === undefined || entry.unit.locate !== undefined) return undefined;
    if (index === 1) return fixes.commentOut(entry); // no value would be left
    const { uri, text } = entry.unit.document;
    const mark = text.startsWith('#', first.start) ? '' : '# ';
    if (secret) return fix('move-comment', {}, false, { uri, start: keep.end, end: first.start, text: `\n${mark}` });
    const comment = mark + text.slice(first.start, entry.statement.end);
    return fix(
      'move-comment',
      {},
      true,
      { uri, start: entry.statement.start, end: entry.statement.start, text: `${comment}\n` },
      { uri, start: keep.end, end: entry.statement.end, text: '' },
    );
  },
};

/** Leaves out what could not be made. */
export const made = (...list: readonly (Fix | undefined)[]): Fix[] => list.filter(one => one !== undefined);
