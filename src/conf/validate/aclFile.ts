/** The file that `aclfile` names, and that users must be in one place only. */
import { checkAclLines, parseAclFile } from '../acl/file';
import type { AclFileFault } from '../acl/file';
import type { ConfDocument } from '../document';
import type { RuleCode } from '../rules/codes';
import type { Data } from '../types';
import { fixes, lineNumber, lineSpan, related, wordSpan } from './judge';
import type { Judge } from './judge';
import { inReach } from './paths';
import { dialectOf } from './users';

export function checkAclFile(judge: Judge): void {
  const setting = judge.last('aclfile');
  const path = setting?.values[0] ?? '';
  if (setting?.accepted !== true || path === '') return;
  const { entry } = setting;
  const place = wordSpan(entry, entry.statement.words[1]);
  const [user] = judge.users;
  if (user !== undefined) {
    judge.exits(
      'user-and-aclfile',
      lineSpan(entry),
      { line: lineNumber(entry) },
      [fixes.commentOut(entry)],
      [related('users-here', lineSpan(user))],
    );
    judge.exits(
      'user-and-aclfile',
      lineSpan(user),
      { line: lineNumber(entry) },
      [fixes.commentOut(user)],
      [related('aclfile-here', lineSpan(entry))],
    );
    return;
  }
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  const target = judge.files.resolve(judge.workingDirectory, path);
  const opened = judge.files.open(target);
  if (opened === 'unknown' || opened === 'unreadable' || opened === 'directory') return;
  if (opened === 'missing') {
    if (inReach(judge, target)) judge.exits('aclfile-missing-here', place, { path });
    else judge.remark('aclfile-missing', place, { path });
    return;
  }
  if (!judge.read.includes(opened)) judge.read.push(opened);
  const faults = checkAclLines(parseAclFile(opened.text), dialectOf(judge), !judge.modern);
  const certain = faults.filter(fault => reportFault(judge, opened, fault));
  const [first] = certain;
  if (first === undefined) return;
  judge.exits(
    'aclfile-refused',
    place,
    { path, line: first.line + 1 },
    [],
    [related('fault-here', { uri: opened.uri, start: first.start, end: first.end })],
  );
}

/** Findings of an ACL file that is open by itself. */
export function judgeAclDocument(judge: Judge, document: ConfDocument): void {
  for (const fault of checkAclLines(parseAclFile(document.text), dialectOf(judge), !judge.modern))
    reportFault(judge, document, fault);
}

/** Reports a fault in the ACL file itself; whether the server surely refuses it. */
function reportFault(judge: Judge, document: ConfDocument, fault: AclFileFault): boolean {
  const place = { uri: document.uri, start: fault.start, end: fault.end };
  const text = document.text.slice(fault.start, fault.end);
  const rule = /^[><#!]/.test(text) ? `${text.charAt(0)}…` : text;
  const command = fault.command ?? '';
  if (fault.kind === 'unknown' && (judge.modules.length > 0 || judge.target.beyond || judge.unseenIncludes)) {
    judge.remark('user-maybe-module-command', place, { target: judge.targetTitle, command, hint: '' });
    return false;
  }
  const [code, data] = wordsOf(judge, fault, rule, command);
  const remove =
    fault.kind === 'not-a-user'
      ? [
          {
            code: 'remove-line',
            data: {},
            safe: false,
            edits: [
              {
                uri: document.uri,
                start: document.lineStarts[fault.line] ?? fault.start,
                end: Math.min(document.text.length, document.lineEnd(fault.line) + 1),
                text: '',
              },
            ],
          },
        ]
      : [];
  judge.exits(code, place, data, remove);
  return true;
}

function wordsOf(judge: Judge, fault: AclFileFault, rule: string, command: string): readonly [RuleCode, Data] {
  switch (fault.kind) {
    case 'not-a-user':
      return ['aclfile-line', {}];
    case 'name-space':
      return ['user-name-space', {}];
    case 'duplicate':
      return ['user-duplicate', { user: rule, target: judge.targetTitle }];
    case 'unclosed':
      return ['user-unclosed-selector', {}];
    case 'syntax':
      return ['user-rule', { rule, hint: '' }];
    case 'hash':
      return ['user-hash', { why: '' }];
    case 'absent':
      return ['user-password-absent', {}];
    case 'first-arg':
      return ['user-first-arg', { rule }];
    case 'after-all':
      return ['user-pattern-after-all', { rule, all: '~* or &*', reset: 'resetkeys or resetchannels' }];
    case 'unknown':
      return ['user-unknown-command', { target: judge.targetTitle, command, hint: '' }];
  }
}
