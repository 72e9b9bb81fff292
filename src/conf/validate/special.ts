/** Directives that take several words in a shape of their own (section 1.4). */
import { asciiLower } from '../bytes';
import { atoi, float, laxInteger, memory } from '../numbers';
import type { Lax } from '../numbers';
import type { Fix } from '../types';
import { commentWord, fixes, lineSpan, made, nameSpan } from './judge';
import type { Check, Checked, Value } from './checked';
import { nameIn } from './checked';

/** A number that `strtoll` must read to its end; blanks and a sign are fine, so is nothing at all. */
const laxComplete = (text: string): Lax | undefined => {
  const read = laxInteger(text);
  return read.digits ? (read.rest === '' ? read : undefined) : text === '' ? read : undefined;
};

/** Here every word counts as a value, so what was meant for a comment is one too many, or no number. */
function moveComment({ entry }: Checked): Fix | undefined {
  const at = commentWord(entry, 2);
  return at < 0 ? undefined : fixes.moveComment(entry, at);
}

const wholeLine = ({ entry }: Checked): Value['place'] => lineSpan(entry);

export const checkSave: Check = checked => {
  const { judge, entry, values } = checked;
  if (values.length === 0 || (values.length === 1 && values[0]?.text === '')) return true;
  if (!judge.modern) return checkOldSave(checked);
  if (values.length % 2 !== 0) {
    const inPlace = values.at(-1)?.place ?? wholeLine(checked);
    judge.refuse(
      'save-parameters',
      inPlace,
      { why: values.length === 1 ? ': this one has a single value' : ': this one has an odd number of values' },
      made(
        moveComment(checked) ??
          (values.length > 2 && values[0]?.text !== ''
            ? fixes.removeWords(entry, entry.statement.words.length - 1)
            : undefined),
      ),
    );
    return false;
  }
  for (const [index, value] of values.entries()) {
    const read = laxComplete(value.text);
    const least = index % 2 === 0 ? 1n : 0n;
    if (read !== undefined && read.value >= least) continue;
    judge.refuse(
      'save-parameters',
      value.place,
      { why: `: "${value.text}" is ${read === undefined ? 'no whole number' : 'too small'}` },
      made(moveComment(checked)),
    );
    return false;
  }
  return true;
};

function checkOldSave(checked: Checked): boolean {
  const { judge, values } = checked;
  const [seconds, changes] = values;
  if (values.length !== 2 || seconds === undefined || changes === undefined) {
    judge.remark('save-ignored', wholeLine(checked), { target: judge.targetTitle });
    return true;
  }
  if (atoi(seconds.text) >= 1 && atoi(changes.text) >= 0) return true;
  judge.refuse('save-parameters', atoi(seconds.text) < 1 ? seconds.place : changes.place, {
    why: ': one of the numbers is too small',
  });
  return false;
}

const classes = new Set(['normal', 'replica', 'slave', 'pubsub']);

export const checkBuffers: Check = checked => {
  const { judge, entry, values } = checked;
  if (judge.modern ? values.length % 4 !== 0 : values.length !== 4) {
    judge.refuse('buffer-limit-arity', wholeLine(checked), { got: values.length }, made(moveComment(checked)));
    return false;
  }
  for (let i = 0; i < values.length; i += 4) {
    const [name, hard, soft, seconds] = values.slice(i, i + 4);
    if (name === undefined || hard === undefined || soft === undefined || seconds === undefined) return false;
    const lower = asciiLower(name.text);
    if (!classes.has(lower)) {
      judge.refuse('buffer-limit-class', name.place, { value: name.text }, [
        moveComment(checked) ?? fixes.replace(name.place, lower === 'master' ? 'replica' : 'normal'),
      ]);
      return false;
    }
    if (lower === 'slave')
      judge.remark('old-name', name.place, { name: 'slave', newName: 'replica', target: judge.targetTitle }, [
        fixes.rename(name.place, 'replica', true),
      ]);
    for (const [value, part] of [
      [hard, 'hard limit'],
      [soft, 'soft limit'],
    ] as const) {
      if (memory(value.text, !judge.modern) !== undefined) continue;
      judge.refuse('buffer-limit-value', value.place, { value: value.text, part, why: ': a size such as 256mb' });
      return false;
    }
    // The seconds are an `int` of 32 bits: what does not fit is cut before it is looked at.
    if ((judge.modern && laxComplete(seconds.text) === undefined) || atoi(seconds.text) < 0) {
      const bare = /^\s*\+?([0-9]+)\s*(?:s|sec|seconds?)$/i.exec(seconds.text)?.[1];
      judge.refuse(
        'buffer-limit-value',
        seconds.place,
        { value: seconds.text, part: 'soft seconds', why: ': a plain number of seconds' },
        bare === undefined ? [] : [fixes.replace(seconds.place, bare, true)],
      );
      return false;
    }
  }
  if (values.length === 0)
    judge.remark('unknown-accepted', nameSpan(entry), {
      target: judge.targetTitle,
      name: nameIn(entry),
      hint: ' without values',
    });
  return true;
};

const eventLetters = (column: string): string =>
  column === 'redis-6.0' ? 'AKEg$lshzxetm' : column === 'redis-6.2' ? 'AKEg$lshzxetmd' : 'Ag$lshzxeKEtmdn';

export const checkEvents: Check = ({ judge, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const letters = eventLetters(judge.target.column);
  const wrong = [...value.text].find(letter => !letters.includes(letter));
  if (wrong !== undefined) {
    if (judge.target.beyond && /[a-zA-Z]/.test(wrong)) {
      judge.remark('maybe-unknown-value', value.place, {
        name: 'notify-keyspace-events',
        value: wrong,
        values: letters,
        target: judge.targetTitle,
      });
      return true;
    }
    const rest = [...value.text].filter(letter => letters.includes(letter)).join('');
    judge.refuse('event-class', value.place, { letter: wrong, letters, target: judge.targetTitle }, [
      fixes.replace(value.place, rest),
    ]);
    return false;
  }
  if (value.text !== '' && !/[KE]/.test(value.text))
    judge.remark('notify-without-channel', value.place, {}, [fixes.replace(value.place, `KE${value.text}`)]);
  return true;
};

export const checkReplicaof: Check = checked => {
  const { judge, entry, values } = checked;
  const [host, port] = values;
  if (values.length !== 2 || host === undefined || port === undefined) {
    const joined = values.length === 1 ? /^(.+):([0-9]{1,5})$/.exec(host?.text ?? '') : null;
    if (joined !== null && host !== undefined && !(joined[1] ?? '').includes(':')) {
      judge.refuse('replicaof-one-word', host.place, { name: nameIn(entry), value: host.text }, [
        fixes.replace(host.place, `${joined[1] ?? ''} ${joined[2] ?? ''}`, true),
      ]);
      return false;
    }
    const data = { name: nameIn(entry), expected: 'host and port (two values)', got: String(values.length) };
    judge.refuse('wrong-arity', wholeLine(checked), data, made(moveComment(checked)));
    return false;
  }
  if (asciiLower(host.text) === 'no' && asciiLower(port.text) === 'one') return true;
  const cut = atoi(port.text); // an `int` of 32 bits, as for the seconds of buffer limits
  if (laxComplete(port.text) !== undefined && cut >= 0 && cut <= 65535) return true;
  judge.refuse('master-port', port.place, { value: port.text });
  return false;
};

export const checkOomScores: Check = checked => {
  const { judge, entry, values } = checked;
  if (values.length !== 3) {
    const data = { name: nameIn(entry), expected: 'three values', got: String(values.length) };
    judge.refuse('wrong-arity', wholeLine(checked), data, made(moveComment(checked)));
    return false;
  }
  const numbers: bigint[] = [];
  for (const value of values) {
    const read = laxComplete(value.text);
    if (read === undefined || read.value < -2000n || read.value > 2000n) {
      judge.refuse('oom-score-values', value.place, { value: value.text });
      return false;
    }
    numbers.push(read.value);
  }
  const [master = 0n, replica = 0n, child = 0n] = numbers;
  if (replica < master || child < replica) judge.remark('oom-score-order', wholeLine(checked));
  return true;
};

export const checkPercentiles: Check = checked => {
  const { judge, values } = checked;
  if (values.length === 1 && values[0]?.text === '') return true;
  for (const value of values) {
    const hex = !(judge.target.product === 'valkey' && judge.target.major >= 9);
    const number = /^\s/.test(value.text) ? undefined : float(value.text, hex);
    if (number !== undefined && number >= 0 && number <= 100) continue;
    judge.refuse('percentile-value', value.place, { value: value.text }, made(moveComment(checked)));
    return false;
  }
  return true;
};
