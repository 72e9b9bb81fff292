import assert from 'node:assert/strict';
import { code, escapeMarkdown, escapeReadably, factsTable } from '../../../src/editor/markdown';
import { Redactor } from '../../../src/editor/redact';
import { isTarget, targetOf } from '../../../src/editor/target';

suite('markdown of others', () => {
  const hostile = [
    '[a](command:x)',
    '![a](http://x/y.png)',
    '<img src=x>',
    '`code`',
    '**b**',
    'a|b',
    'https://evil.example',
    '$(trash)',
    'a\nb',
    '&lt;',
    '# h',
    '1. x',
    '- x',
  ];
  for (const text of hostile)
    test(`escaped: ${JSON.stringify(text)}`, () => assert.match(escapeMarkdown(text), /^(?:[\w ;]|&#\d+;)*$/));
  test('reads as before once rendered', () =>
    assert.equal(
      escapeMarkdown('a-b (c)').replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number))),
      'a-b (c)',
    ));
  const readable: readonly (readonly [text: string, written: string])[] = [
    ['redis-1 (10.0.0.2:6379) is 0.5 s late', 'redis-1 (10.0.0.2:6379) is 0.5 s late'],
    ['shop_1', 'shop\\_1'],
    ['[a](command:x)', '\\[a\\](command:x)'],
    ['<img src=x>', '\\<img src=x\\>'],
    ['a|b\nc', 'a\\|b c'],
    ['&lt; &#60;', '&#38;lt; &#38;#60;'],
    ['https://evil.example www.evil.example', 'https&#58;//evil.example www&#46;evil.example'],
    ['@somebody #12', '&#64;somebody \\#12'],
    ['\\`*~$!', '\\\\\\`\\*\\~\\$\\!'],
  ];
  for (const [text, written] of readable)
    test(`escaped, and read as it stands: ${JSON.stringify(text)}`, () => assert.equal(escapeReadably(text), written));
  const spans: readonly (readonly [text: string, span: string])[] = [
    ['a', '`a`'],
    ['a`b', '`` a`b ``'],
    ['a``b|c\nd', '``` a``b c d ```'],
  ];
  for (const [text, span] of spans) test(`as code: ${JSON.stringify(text)}`, () => assert.equal(code(text), span));
  test('facts without a value are left out', () =>
    assert.equal(
      factsTable([
        ['a', '1'],
        ['b', undefined],
        ['c', ''],
      ]).split('\n').length,
      3,
    ));
});

suite('redactor', () => {
  const redactor = new Redactor();
  redactor.learn('s3cret-pass');
  redactor.learn('no');
  const cases: readonly (readonly [text: string, cut: string])[] = [
    ['the value s3cret-pass itself', 'the value ••• itself'],
    ['requirepass abcdef', 'requirepass •••'],
    ['masterauth "a b c" next', 'masterauth ••• next'],
    ['sentinel auth-pass mymaster abc', 'sentinel auth-pass mymaster •••'],
    ['["AUTH","abc"]', '["AUTH",•••]'],
    ['REDISCLI_AUTH=abc redis-cli', 'REDISCLI_AUTH=••• redis-cli'],
    ['redis://user:abc@host:1', 'redis://user:•••@host:1'],
    ['there is no secret here', 'there is no secret here'],
    ['authentication is on', 'authentication is on'],
  ];
  for (const [text, cut] of cases) test(text, () => assert.equal(redactor.redact(text), cut));
});

suite('target of a command', () => {
  const cases: readonly (readonly [value: unknown, expected: boolean])[] = [
    [{ kind: 'topology', topology: 'x' }, true],
    [{ kind: 'node', node: 'x' }, true],
    [{ kind: 'others' }, true],
    [undefined, false],
    [null, false],
    ['node', false],
    [{ kind: 'node' }, false],
    [{ kind: 'topology', topology: 1 }, false],
    [{ kind: 'else' }, false],
  ];
  for (const [value, expected] of cases)
    test(JSON.stringify(value) ?? 'undefined', () => assert.equal(isTarget(value), expected));
});

suite('what a command was called on', () => {
  const node = { kind: 'node', node: 'x' };
  const cases: readonly (readonly [how: string, args: readonly unknown[], expected: unknown])[] = [
    ['palette', [], undefined],
    ['menu of a row', [node, undefined], node],
    ['menu of a row that was lost', [undefined, undefined], { kind: 'lost' }],
    ['the same over the wire', [null, null], { kind: 'lost' }],
    ['an argument of somebody else', ['x'], undefined],
  ];
  for (const [how, args, expected] of cases) test(how, () => assert.deepEqual(targetOf(args), expected));
});
