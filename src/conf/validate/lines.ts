/** One line of a text, in the server's order of tests (section 1.3). */
import { asciiLower, cString } from '../bytes';
import { scanWords } from '../scanner';
import { Suggester } from '../suggest';
import { historyOf, nameOnTarget } from '../table';
import type { Known, Setting } from '../table';
import { atLeast } from '../target';
import { commentWord, fixes, lineSpan, made, mostRepeats, nameSpan, restSpan, spanOf, wordSpan } from './judge';
import type { Entry, Judge } from './judge';
import { checkValues } from './values';
import type { Value } from './checked';

/** Whether the words of a line can be read at all; reports when not. */
export function quotesAreFine(judge: Judge, entry: Entry): boolean {
  const { fault, end } = entry.statement;
  if (fault === undefined) return true;
  const joins = judge.target.product === 'valkey' && judge.target.major >= 9;
  const unclosedAt = fault.kind === 'unclosed' ? fault.at : fault.alsoUnclosedAt;
  if (fault.kind === 'after-quote' && !joins) {
    judge.refuse('text-after-quote', spanOf(entry.unit, fault.at, end), {}, [
      fixes.insert('insert-blank', lineSpan(entry), spanOf(entry.unit, fault.at, fault.at).start, ' '),
    ]);
    return false;
  }
  if (unclosedAt === undefined) return true;
  const place = spanOf(entry.unit, unclosedAt, end);
  const quote = entry.unit.document.text.charAt(unclosedAt);
  const before = entry.unit.document.text.charAt(unclosedAt - 1);
  const escape = before.trim() === '' ? fixes.insert('close-quote', place, place.end, quote) : undefined;
  judge.refuse('unbalanced-quotes', place, { quote }, made(escape, wholeWordQuoted(entry, unclosedAt)));
  return false;
}

/** `it's` becomes `"it's"`: quotes go around the word, and only double quotes in it need an escape. */
function wholeWordQuoted(entry: Entry, at: number): ReturnType<typeof fixes.quote> | undefined {
  const { text } = entry.unit.document;
  if (text.charAt(at) !== "'" || entry.unit.locate !== undefined) return undefined;
  const word = entry.statement.words.find(one => one.start < at && at < one.end);
  if (word === undefined || text.slice(word.start, word.end).includes('"')) return undefined;
  const place = spanOf(entry.unit, word.start, word.end);
  return fixes.quote(place, place);
}

/** Statements that are no table directives, with the least and most words that they take, the name included. */
const pseudo: Readonly<Record<string, readonly [least: number, most: number, expected: string]>> = {
  include: [2, 2, 'exactly one path'],
  'rename-command': [3, 3, 'a command and its new name (two values)'],
  user: [2, Infinity, 'a name and rules'],
  loadmodule: [2, Infinity, 'a path and arguments'],
};

export type LineKind = 'setting' | 'include' | 'rename-command' | 'user' | 'loadmodule' | 'sentinel' | 'nothing';

/** Judges a line up to its kind; settings are done, the other kinds go on elsewhere. */
export function readLine(judge: Judge, entry: Entry): LineKind {
  const { name, words } = entry.statement;
  if (!quotesAreFine(judge, entry)) return 'nothing';
  const known = judge.table.lookup(name) ?? backported(judge, name);
  if (known?.setting !== undefined && isBuilt(judge, known.setting)) {
    readSetting(judge, entry, known);
    return 'setting';
  }
  const plain = cString(name);
  if ((known ?? (plain === name ? known : judge.table.lookup(plain)))?.ignored === true && words.length === 2) {
    judge.remark('ignored-directive', nameSpan(entry), { name, target: judge.targetTitle }, [fixes.commentOut(entry)]);
    return 'nothing';
  }
  if (plain === 'sentinel') return readSentinelWord(judge, entry);
  const shape = pseudo[plain];
  if (shape !== undefined) {
    if (words.length >= shape[0] && words.length <= shape[1]) return plain as LineKind;
    // Redis 8 takes the line for a setting of a module and exits later; its sentinel never looks again.
    const queued = atLeast(judge.target, 'redis', 8) && words.length > 1;
    refuseArity(judge, entry, shape[2], shape[1], !queued ? 'parse' : judge.mode === 'redis' ? 'startup' : undefined);
    return 'nothing';
  }
  readUnknown(judge, entry);
  return 'nothing';
}

/** `lua-enable-deprecated-api` (`-insecure-` in Valkey) came with security patches of 6.2, 7.x and Valkey 8 too. */
function backported(judge: Judge, name: string): Known | undefined {
  const valkeys = name === 'lua-enable-insecure-api' && judge.target.product === 'valkey';
  if ((name !== 'lua-enable-deprecated-api' && !valkeys) || judge.target.column === 'redis-6.0') return undefined;
  const setting = { ...judge.table.lookup('appendonly')?.setting, id: name, name, aliases: [] };
  return { setting: setting as unknown as Setting, aliasOf: undefined, ignored: false };
}

const isBuilt = (judge: Judge, setting: Setting): boolean =>
  setting.ifdef === undefined || (setting.ifdef === 'USE_OPENSSL' && judge.tls);

function readSentinelWord(judge: Judge, entry: Entry): LineKind {
  if (entry.statement.words.length === 1) {
    judge.remark('unknown-accepted', nameSpan(entry), {
      target: judge.targetTitle,
      name: 'sentinel',
      hint: ' without words',
    });
    return 'nothing';
  }
  if (judge.mode === 'sentinel') return 'sentinel';
  if (judge.onlyCounts('sentinel-line-outside')) return 'nothing';
  judge.refuse('sentinel-line-outside', lineSpan(entry), {}, [fixes.commentOut(entry)]);
  return 'nothing';
}

/** Says that a line has the wrong number of words, or that a comment made it so. */
export function refuseArity(
  judge: Judge,
  entry: Entry,
  expected: string,
  most: number,
  refusal: 'parse' | 'startup' | undefined = 'parse',
): void {
  const { words, name } = entry.statement;
  const comment = words.length > most ? commentWord(entry, 1) : -1;
  const told = refusal === undefined ? { severity: 'warning' as const } : { refusal };
  const isComment = comment >= 1 && comment <= most;
  if (judge.onlyCounts(isComment ? 'trailing-comment' : 'wrong-arity', refusal !== undefined)) return;
  if (isComment) {
    const secret = isSecret(judge, name);
    judge.report(
      'trailing-comment',
      restSpan(entry, comment),
      { name, text: secret ? '#' : shown(words[comment]?.value ?? '') },
      { ...told, fixes: made(fixes.moveComment(entry, comment, secret)) },
    );
    return;
  }
  const got = words.length - 1;
  const last = words.at(-1);
  const setting = judge.table.lookup(name)?.setting;
  const [first, sign, value] = words;
  const isAssignment = words.length === 3 && !sign?.quoted && /^[=:]$/.test(sign?.value ?? '') && setting !== undefined;
  const quote =
    got > 1 &&
    words.every(word => !word.quoted) &&
    (setting?.type === 'string' || (setting === undefined && most === 2))
      ? fixes.quote(wordSpan(entry, words[1]), wordSpan(entry, last))
      : undefined;
  const place = words.length > most ? restSpan(entry, most) : lineSpan(entry);
  judge.report(
    'wrong-arity',
    place,
    { name, expected, got: got === 0 ? 'no value' : got === 1 ? 'one value' : `${String(got)} values` },
    {
      ...told,
      fixes:
        isAssignment && first !== undefined && value !== undefined
          ? [fixes.replace(spanOf(entry.unit, first.end, value.start), ' ', true)]
          : made(quote, words.length > most ? fixes.removeWords(entry, most) : undefined),
    },
  );
}

/** Whether the values of a directive may be passwords. */
const isSecret = (judge: Judge, name: string): boolean =>
  judge.table.lookup(name)?.setting?.sensitive === true || /pass|auth/.test(name) || name === 'user';

const shown = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text);

function readSetting(judge: Judge, entry: Entry, known: Known): void {
  const setting = known.setting;
  if (setting === undefined) return;
  const { words, name } = entry.statement;
  if (known.aliasOf !== undefined && !judge.onlyCounts('old-name', false))
    judge.remark('old-name', nameSpan(entry), { name, newName: known.aliasOf, target: judge.targetTitle }, [
      fixes.rename(nameSpan(entry), known.aliasOf, true),
    ]);
  if (!setting.multiArg && words.length !== 2) {
    refuseArity(judge, entry, 'exactly one value', 2);
    note(
      judge,
      entry,
      setting,
      words.slice(1).map(word => word.value),
      false,
    );
    return;
  }
  const values = valuesOf(judge, entry, setting);
  const accepted = checkValues({ judge, entry, setting, values });
  note(
    judge,
    entry,
    setting,
    values.map(value => value.text),
    accepted,
  );
}

function note(judge: Judge, entry: Entry, setting: Setting, values: readonly string[], accepted: boolean): void {
  const list = judge.assigned.get(setting.id);
  const one = { setting, entry, values, accepted };
  if (list === undefined) judge.assigned.set(setting.id, [one]);
  else {
    list.push(one);
    // The last one counts and a few before it are told of; of `save`, all count.
    if (list.length >= 2 * mostRepeats && setting.id !== 'save') list.splice(0, mostRepeats);
  }
}

/** The values of a line. A multi-word directive with a single non-empty value gets that value's own words (7.0 and later). */
function valuesOf(judge: Judge, entry: Entry, setting: Setting): readonly Value[] {
  const words = entry.statement.words.slice(1);
  const [only] = words;
  if (setting.multiArg && judge.modern && words.length === 1 && only !== undefined && only.value !== '') {
    const place = wordSpan(entry, only);
    const text = cString(only.value);
    const inner = scanWords(text, 0, text.length);
    if (
      inner.fault !== undefined &&
      !(inner.fault.kind === 'after-quote' && judge.target.product === 'valkey' && judge.target.major >= 9)
    )
      return [];
    return inner.words.map(word => ({ text: word.value, place, word: inner.words.length === 1 ? only : undefined }));
  }
  const whole = setting.type === 'int' || setting.type === 'memory'; // the only readers that know the length of a value
  return words.map(word => ({ text: whole ? word.value : cString(word.value), place: wordSpan(entry, word), word }));
}

const suggesters = new WeakMap<object, Suggester>();

/** The nearest name of this server, pseudo-directives included. */
export function nearestName(judge: Judge, name: string): string | undefined {
  if (/\s/.test(name)) return undefined; // a value is glued to it
  let suggester = suggesters.get(judge.table);
  if (suggester === undefined) {
    suggester = new Suggester([...judge.table.names, ...Object.keys(pseudo), 'sentinel']);
    suggesters.set(judge.table, suggester);
  }
  return suggester.nearest(name);
}

/** A name that this server has not. What that means depends on server, mode and whether there is a value. */
function readUnknown(judge: Judge, entry: Entry): void {
  const { name, words } = entry.statement;
  const dotted = name.includes('.');
  const queues = atLeast(judge.target, 'redis', 8) || (dotted && judge.modern);
  const hasValue = words.length > 1;
  if (judge.target.beyond && /^[a-z][a-z0-9-]*$/.test(name)) {
    if (judge.onlyCounts('maybe-unknown-directive', false)) return;
    const near = nearestName(judge, name);
    judge.remark(
      'maybe-unknown-directive',
      nameSpan(entry),
      { name, target: judge.targetTitle, hint: near === undefined ? '' : ` (did you mean ${near}?)` },
      near === undefined ? [] : [fixes.rename(nameSpan(entry), near, false)],
    );
    return;
  }
  if (queues && hasValue) {
    judge.moduleSettings.push(entry);
    return;
  }
  if (dotted && judge.modern && !atLeast(judge.target, 'redis', 8)) {
    judge.refuse('module-setting-without-value', lineSpan(entry), { name });
    return;
  }
  if (judge.onlyCounts(historyOf(name) === undefined ? 'unknown-directive' : 'not-in-target')) return;
  const { code, data, fix } = unknownName(judge, entry);
  judge.refuse(code, nameSpan(entry), data, fix);
}

/** What to say of an unknown name: since when it is known elsewhere, or what it resembles. */
export function unknownName(
  judge: Judge,
  entry: Entry,
): {
  code: 'unknown-directive' | 'not-in-target';
  data: Record<string, string>;
  fix: ReturnType<typeof made>;
  hint: string;
} {
  const { name } = entry.statement;
  const place = nameSpan(entry);
  const history = historyOf(name);
  const known = history === undefined ? undefined : nameOnTarget(history.id, judge.target);
  const here = known === name ? undefined : known; // there, but not in this build
  if (history !== undefined) {
    const product = judge.target.product;
    const other = product === 'redis' ? 'valkey' : 'redis';
    const words = [
      history.gone[product] !== undefined
        ? `gone since ${product} ${history.gone[product]}`
        : history.since[product] !== undefined
          ? `there since ${product} ${history.since[product]}`
          : undefined,
      history.since[other] !== undefined && history.since[product] === undefined
        ? `only in ${other} since ${history.since[other]}`
        : undefined,
    ]
      .filter(text => text !== undefined)
      .join('; ');
    const hint = here === undefined ? '' : `; here it is called ${here}`;
    return {
      code: 'not-in-target',
      data: { name, target: judge.targetTitle, history: words, hint },
      fix: here === undefined ? [fixes.commentOut(entry)] : [fixes.rename(place, here, true)],
      hint,
    };
  }
  const old = removedNames[name];
  const near = old ?? nearestName(judge, asciiLower(name));
  const odd =
    name.startsWith('//') || name.startsWith(';')
      ? ' (a comment starts with #)'
      : name.startsWith('[')
        ? ' (the file has no sections)'
        : /^[\w-]+[=:]/.test(name)
          ? ' (name and value are parted by a blank)'
          : '';
  const hint = odd !== '' ? odd : near === undefined ? '' : ` (did you mean ${near}?)`;
  // Of `requirepass=secret` only the name is repeated, and only the sign between is replaced.
  const assignment = /^([\w-]+)[=:]./.exec(entry.statement.words[0]?.value ?? '');
  const key = assignment?.[1];
  const fix =
    key !== undefined && judge.table.lookup(asciiLower(key)) !== undefined && entry.statement.words[0]?.quoted === false
      ? [
          fixes.replace(
            { uri: place.uri, start: place.start + key.length, end: place.start + key.length + 1 },
            ' ',
            true,
          ),
        ]
      : odd !== ''
        ? [fixes.commentOut(entry)]
        : near === undefined
          ? []
          : [fixes.rename(place, near, false)];
  return {
    code: 'unknown-directive',
    data: { name: key === undefined ? shown(name) : `${key}…`, target: judge.targetTitle, hint },
    fix,
    hint,
  };
}

/** Names from before the oldest server measured, and what took their place. */
const removedNames: Readonly<Record<string, string | undefined>> = {
  'hash-max-zipmap-entries': 'hash-max-listpack-entries',
  'hash-max-zipmap-value': 'hash-max-listpack-value',
};
