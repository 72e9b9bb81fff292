/** `user` lines: judged once while the file is read and, when it is, again as the users are loaded at start (section 1.5). */
import { AclUser, mergeSelectors } from '../acl/rules';
import type { AclFault, Dialect, MergedRule } from '../acl/rules';
import { commandsOf, nearestCommand } from '../commandNames';
import { isSpace } from '../scanner';
import type { Word } from '../scanner';
import { Suggester } from '../suggest';
import type { Fix, Span } from '../types';
import { commentWord, fixes, isTime, lineSpan, made, related, restSpan, spanOf, wordSpan } from './judge';
import type { Entry, Judge, Steps, UserLine } from './judge';

/** The dialect as of this line: `acl-pubsub-default` counts from where it stands on. */
export function dialectOf(judge: Judge): Dialect {
  const channels = judge.target.column !== 'redis-6.0';
  const allChannels = judge.value('acl-pubsub-default')?.toLowerCase() === 'allchannels';
  return { channels, selectors: judge.modern, allChannels, commands: commandsOf(judge.target, judge.mode) };
}

const nameOf = (entry: Entry): string => entry.statement.words[1]?.value ?? '';

export function readUser(judge: Judge, entry: Entry): void {
  const words = entry.statement.words;
  const earlier = judge.userByName.get(nameOf(entry));
  judge.users.push(entry);
  if (earlier === undefined) judge.userByName.set(nameOf(entry), entry);
  if (earlier !== undefined) {
    const also = [related('first-defined', lineSpan(earlier))];
    if (!judge.modern)
      judge.remark(
        'user-merged',
        wordSpan(entry, words[1]),
        { user: nameOf(entry), target: judge.targetTitle },
        [],
        also,
      );
    else {
      judge.refuse(
        'user-duplicate',
        wordSpan(entry, words[1]),
        { user: nameOf(entry), target: judge.targetTitle },
        [fixes.commentOut(entry), { ...fixes.commentOut(earlier), code: 'comment-out-first' }],
        also,
      );
      return;
    }
  }
  const rules = words.slice(2);
  const merged = judge.modern ? mergeSelectors(rules.map(word => word.value)) : plainRules(rules);
  if (merged.unclosed !== undefined) {
    judge.refuse('user-unclosed-selector', restSpan(entry, merged.unclosed + 2), {}, [
      fixes.insert('close-selector', lineSpan(entry), lineSpan(entry).end, ')'),
    ]);
    return;
  }
  const user = new AclUser(dialectOf(judge));
  for (const rule of merged.rules) {
    const fault = user.apply(rule.text);
    if (fault === undefined) continue;
    if (fault.kind === 'unknown') {
      judge.unknownCommands.push({ entry, place: rulePlace(entry, rule), command: fault.command });
      continue;
    }
    refuseRule(judge, entry, rule, fault);
    return;
  }
  judge.userLines.push({ entry, user });
}

const plainRules = (rules: readonly Word[]): ReturnType<typeof mergeSelectors> => ({
  rules: rules.map((word, index) => ({ text: word.value, first: index, last: index })),
  unclosed: undefined,
});

function rulePlace(entry: Entry, rule: MergedRule): Span {
  const words = entry.statement.words;
  const [first, last] = [words[rule.first + 2], words[rule.last + 2]];
  return first === undefined || last === undefined ? lineSpan(entry) : spanOf(entry.unit, first.start, last.end);
}

const ruleWords = [
  'on',
  'off',
  'nopass',
  'resetpass',
  'reset',
  'clearselectors',
  'sanitize-payload',
  'skip-sanitize-payload',
  'allkeys',
  'resetkeys',
  'allchannels',
  'resetchannels',
  'allcommands',
  'nocommands',
];

function refuseRule(judge: Judge, entry: Entry, rule: MergedRule, fault: Exclude<AclFault, { kind: 'unknown' }>): void {
  const place = rulePlace(entry, rule);
  // A word that is nothing like a rule is most often a password without its `>`.
  const secret =
    /^[><#!]/.test(rule.text) ||
    (!/^[-+~%&(@]/.test(rule.text) && new Suggester(ruleWords).nearest(rule.text.toLowerCase()) === undefined);
  const data = { rule: secret ? `${rule.text.charAt(0)}…` : rule.text };
  const start = commentWord(entry, 2);
  // Only a lone `#` is surely a comment: `#text` may be a hash, or a password that someone took for one.
  const comment = start >= 2 && entry.statement.words[start]?.value === '#' ? start : -1;
  if (comment >= 2 && comment - 2 <= rule.first && (fault.kind === 'hash' || fault.kind === 'syntax')) {
    judge.refuse(
      'trailing-comment',
      restSpan(entry, comment),
      { name: 'user', text: entry.statement.words[comment]?.value.slice(0, 1) ?? '#' },
      made(fixes.moveComment(entry, comment, true)),
    );
    return;
  }
  switch (fault.kind) {
    case 'syntax':
      judge.refuse('user-rule', place, { ...data, hint: hintFor(judge, rule.text) }, ruleFixes(place, rule.text));
      return;
    case 'hash':
      judge.refuse('user-hash', place, {
        why: /^.[0-9A-Fa-f]{64}$/.test(rule.text) ? ' (write it in lower case)' : '',
      });
      return;
    case 'absent':
      judge.refuse('user-password-absent', place);
      return;
    case 'first-arg':
      judge.refuse('user-first-arg', place, data);
      return;
    case 'after-all':
      judge.refuse(
        'user-pattern-after-all',
        place,
        {
          ...data,
          all: fault.all === 'allkeys' ? '~*' : '&*',
          reset: fault.all === 'allkeys' ? 'resetkeys' : 'resetchannels',
        },
        rule.text.startsWith('(') // what is in a selector has no place of its own
          ? []
          : [
              fixes.insert(
                'insert-rule',
                place,
                place.start,
                fault.all === 'allkeys' ? 'resetkeys ' : 'resetchannels ',
              ),
            ],
      );
      return;
  }
}

function hintFor(judge: Judge, rule: string): string {
  if (/^[@]/.test(rule)) return ' (a category needs + or - before it)';
  if (/^&|^(all|reset)channels$/i.test(rule) && judge.target.column === 'redis-6.0') return ' (channels came with 6.2)';
  if (/^%|^\(/.test(rule) && !judge.modern) return ' (it came with 7.0)';
  if (commandsOf(judge.target, judge.mode).has(rule.toLowerCase())) return ' (a command needs + or - before it)';
  const near = new Suggester(ruleWords).nearest(rule.toLowerCase());
  if (near === rule.toLowerCase()) return ' (a later version has it)';
  return near === undefined ? ' (a password needs > before it)' : ` (did you mean ${near}?)`;
}

function ruleFixes(place: Span, rule: string): readonly Fix[] {
  const near = new Suggester(ruleWords).nearest(rule.toLowerCase());
  return near === undefined || near === rule.toLowerCase() || rule.includes('(') ? [] : [fixes.replace(place, near)];
}

/** What happens to the users when the server starts. */
export function* checkUsersAtStart(judge: Judge, steps: Steps): Generator<void> {
  if (judge.users.length === 0) return;
  for (const entry of judge.users) {
    if (isTime(steps)) yield;
    const [, name] = entry.statement.words;
    if (name !== undefined && [...name.value].some(char => isSpace(char.charCodeAt(0)) || char === '\0'))
      judge.exits('user-name-space', wordSpan(entry, name));
  }
  if (dialectOf(judge).allChannels) {
    for (const line of judge.userLines) {
      checkChannelsAgain(judge, line);
      if (isTime(steps)) yield;
    }
  }
  for (const { entry, place, command } of judge.unknownCommands) {
    if (isTime(steps)) yield;
    const near = nearestName(judge, command);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    const byModule = judge.modules.length > 0 || judge.target.beyond || judge.unseenIncludes;
    if (byModule) judge.remark('user-maybe-module-command', place, { target: judge.targetTitle, command, hint });
    else
      judge.exits(
        'user-unknown-command',
        place,
        { target: judge.targetTitle, command, hint },
        made(
          near === undefined || entry.unit.document.text.charAt(place.start) === '('
            ? undefined
            : fixes.replace({ ...place, start: place.start + 1 }, near),
        ),
      );
  }
}

/** `acl-pubsub-default allchannels` behind a user: its channel patterns were fine when read and are refused when users are loaded. */
function checkChannelsAgain(judge: Judge, line: UserLine): void {
  const { entry } = line;
  if (line.user.dialect.allChannels) return;
  const rules = mergeSelectors(entry.statement.words.slice(2).map(word => word.value)).rules;
  const user = new AclUser(dialectOf(judge));
  for (const rule of rules) {
    const fault = user.apply(rule.text);
    if (fault === undefined || fault.kind === 'unknown') continue;
    judge.exits('user-pattern-after-all', rulePlace(entry, rule), {
      rule: rule.text,
      all: '&* (acl-pubsub-default allchannels)',
      reset: 'resetchannels',
    });
    return;
  }
}

function nearestName(judge: Judge, command: string): string | undefined {
  const commands = commandsOf(judge.target, judge.mode);
  const lower = command.toLowerCase();
  if (lower.startsWith('@')) {
    const near = new Suggester(commands.categories).nearest(lower.slice(1));
    return near === undefined ? undefined : `@${near}`;
  }
  return nearestCommand(commands, lower);
}
