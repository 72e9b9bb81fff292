/** Single values: yes/no, words of a list, whole numbers, sizes, permissions (section 1.4). */
import { asciiLower, cString } from '../bytes';
import { laxInteger, memory, strictInteger } from '../numbers';
import { Suggester } from '../suggest';
import type { Data, Fix } from '../types';
import { commentWord, fixes, made } from './judge';
import type { Check, Checked, Value } from './checked';
import { nameIn } from './checked';

const yesWords = new Set(['true', 'on', '1', 'enable', 'enabled', 'y', 'ja', 't']);
const noWords = new Set(['false', 'off', '0', 'disable', 'disabled', 'n', 'f', 'none', 'never']);

export const checkBool: Check = ({ judge, entry, setting, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const lower = asciiLower(value.text);
  if (lower === 'yes' || lower === 'no') {
    if (setting.id === 'activedefrag' && lower === 'yes') judge.remark('active-defrag-build', value.place);
    return true;
  }
  if (judge.onlyCounts('bool-value')) return false;
  const meant = yesWords.has(lower) ? 'yes' : noWords.has(lower) ? 'no' : new Suggester(['yes', 'no']).nearest(lower);
  judge.refuse(
    'bool-value',
    value.place,
    { name: nameIn(entry), value: value.text },
    meant === undefined
      ? [fixes.replace(value.place, 'yes'), fixes.replace(value.place, 'no')]
      : [fixes.replace(value.place, meant, true)],
  );
  return false;
};

const flagSets = [['save', 'nosave']] as const;

export const checkEnum: Check = checked => {
  const { judge, entry, setting, values } = checked;
  if (values.length === 0) {
    judge.refuse(
      'enum-value',
      { ...entryEnd(checked) },
      { name: nameIn(entry), value: '', values: setting.values.join(', ') },
    );
    return false;
  }
  for (const value of values) {
    if (setting.values.includes(asciiLower(value.text))) continue;
    const data = { name: nameIn(entry), value: value.text, values: setting.values.join(', ') };
    if (judge.target.beyond) {
      judge.remark('maybe-unknown-value', value.place, { ...data, target: judge.targetTitle });
      continue;
    }
    if (judge.onlyCounts('enum-value')) return false;
    const meant = new Suggester(setting.values).nearest(asciiLower(value.text));
    const comment = commentWord(entry, 2);
    const mend = comment >= 0 ? fixes.moveComment(entry, comment) : undefined;
    judge.refuse(
      'enum-value',
      value.place,
      data,
      made(mend ?? (meant === undefined ? undefined : fixes.replace(value.place, meant, true))),
    );
    return false;
  }
  if (setting.check !== 'isValidShutdownOnSigFlags') return true;
  const given = new Set(values.map(value => asciiLower(value.text)));
  for (const [first, second] of flagSets) {
    if (!given.has(first) || !given.has(second)) continue;
    judge.refuse('shutdown-flags', values.at(-1)?.place ?? entryEnd(checked), { name: nameIn(entry), first, second });
    return false;
  }
  return true;
};

const entryEnd = ({ judge: _judge, entry, values }: Checked): Value['place'] =>
  values[0]?.place ?? { uri: entry.unit.document.uri, start: entry.statement.start, end: entry.statement.end };

const unsignedTypes = new Set(['uint', 'ulong', 'ulonglong', 'size_t']);

/** `numericBoundaryCheck`: unsigned types compare as unsigned, so -1 is a huge number. */
function inRange(setting: Checked['setting'], value: bigint): boolean {
  const compared = unsignedTypes.has(setting.ctype) ? BigInt.asUintN(64, value) : value;
  return (
    (setting.min === undefined || compared >= setting.min) && (setting.max === undefined || compared <= setting.max)
  );
}

export const checkInteger: Check = ({ judge, entry, setting, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const data = (): Data => ({
    name: nameIn(entry),
    value: value.text,
    min: String(setting.min ?? ''),
    max: String(setting.max ?? ''),
  });
  const number = strictInteger(value.text);
  if (number === undefined) {
    if (judge.onlyCounts('integer-value')) return false;
    const { why, fix } = mendInteger(value, setting);
    judge.refuse('integer-value', value.place, { ...data(), why }, made(fix));
    return false;
  }
  if (!inRange(setting, number)) {
    if (judge.onlyCounts('integer-range')) return false;
    const below = setting.min !== undefined && number < setting.min;
    // Port 0 is none at all: nobody means that by -1.
    const nearest = below ? (setting.id === 'port' ? undefined : setting.min) : setting.max;
    judge.refuse(
      'integer-range',
      value.place,
      data(),
      nearest === undefined ? [] : [fixes.replace(value.place, String(nearest))],
    );
    return false;
  }
  if (setting.id === 'hz' && (number < 1n || number > 500n)) {
    const used = number < 1n ? '1' : '500';
    judge.remark('hz-clamped', value.place, { used }, [fixes.replace(value.place, used, true)]);
  }
  return true;
};

/** Why a whole number was refused, and what was surely or maybe meant. */
function mendInteger(
  value: Value,
  setting: Checked['setting'],
): { readonly why: string; readonly fix: Fix | undefined } {
  const text = value.text.trim();
  const plain = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
  if (plain !== undefined && inRange(setting, plain))
    return { why: ' (no plus sign, leading zeros or blanks)', fix: fixes.replace(value.place, String(plain), true) };
  if (plain !== undefined) return { why: '', fix: undefined };
  const size = memory(text);
  if (size?.digits === true && inRange(setting, size.meant))
    return { why: ' (it takes no unit)', fix: fixes.replace(value.place, String(size.meant)) };
  const seconds = /^([1-9][0-9]{0,8})(ms|s|sec|m|min|h|d)$/i.exec(text);
  if (seconds !== null) return { why: ' (it takes no unit)', fix: fixes.replace(value.place, seconds[1] ?? '') };
  const rounded = /^(-?[0-9]+)[.,]0*$/.exec(text);
  if (rounded !== null)
    return { why: ' (no fraction)', fix: fixes.replace(value.place, String(Number(rounded[1])), true) };
  if (/\$\{?\w/.test(text)) return { why: ' (the server expands no variables)', fix: undefined };
  return { why: '', fix: undefined };
}

export const checkMemory: Check = ({ judge, entry, setting, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const name = nameIn(entry);
  const percent = setting.percent ? /^(.*)%$/s.exec(value.text)?.[1] : undefined;
  if (percent !== undefined) {
    const number = strictInteger(percent);
    if (number !== undefined && number >= 0n && number <= 100n) return true;
    if (number === undefined || number < 0n)
      judge.refuse('memory-or-percent-value', value.place, { name, value: value.text });
    else judge.refuse('percent-range', value.place, { name, value: value.text }, [fixes.replace(value.place, '100%')]);
    return false;
  }
  const size = memory(cString(value.text), setting.signedMemory);
  if (size === undefined) {
    const code = setting.percent ? 'memory-or-percent-value' : 'memory-value';
    if (judge.onlyCounts(code)) return false;
    const { why, fix } = mendMemory(value);
    judge.refuse(code, value.place, { name, value: value.text, why }, made(fix));
    return false;
  }
  if (judge.target.product === 'valkey' && judge.target.major >= 9 && size.meant > 18446744073709551615n) {
    judge.refuse('memory-value', value.place, { name, value: value.text, why: ' (it does not fit into 64 bits)' });
    return false;
  }
  const compared = unsignedTypes.has(setting.ctype) ? size.value : BigInt.asIntN(64, size.value);
  if (!inRange(setting, compared)) {
    const nearest = setting.min !== undefined && compared < setting.min ? setting.min : setting.max;
    judge.refuse(
      'integer-range',
      value.place,
      { name, value: value.text, min: String(setting.min), max: String(setting.max) },
      nearest === undefined ? [] : [fixes.replace(value.place, String(nearest))],
    );
    return false;
  }
  if (!size.digits)
    judge.remark('memory-without-number', value.place, {
      value: value.text,
      zero: setting.id === 'maxmemory' ? ', which is no limit' : '',
    });
  else if (size.meant !== compared)
    judge.remark('memory-overflow', value.place, {
      value: value.text,
      target: judge.targetTitle,
      bytes: String(compared),
    });
  return true;
};

const mendUnits: Readonly<Record<string, string>> = {
  kib: 'kb',
  mib: 'mb',
  gib: 'gb',
  byte: 'b',
  bytes: 'b',
  kbyte: 'kb',
  mbyte: 'mb',
  gbyte: 'gb',
};

function mendMemory(value: Value): { readonly why: string; readonly fix: Fix | undefined } {
  const text = value.text.trim().toLowerCase().replace(/^\+/, '').replace(/\s+/g, '');
  const match = /^([0-9]+)(?:[.,]([0-9]{1,6}))?([a-z]*)$/.exec(text);
  if (match === null)
    return {
      why: /%$/.test(text) ? ' (no percentage)' : /\$/.test(text) ? ' (the server expands no variables)' : '',
      fix: undefined,
    };
  const [, whole = '0', fraction, unit = ''] = match;
  const known = mendUnits[unit] ?? unit;
  if (fraction !== undefined)
    return { why: ' (no fraction)', fix: fraction === '' ? undefined : smallerUnit(value, whole, fraction, known) };
  if (known === 't' || known === 'tb')
    return {
      why: ' (the largest unit is gb)',
      fix: fixes.replace(
        value.place,
        `${String(BigInt(whole) * (known === 'tb' ? 1024n : 1000n))}${known === 'tb' ? 'gb' : 'g'}`,
        true,
      ),
    };
  const mended = `${whole}${known}`;
  return {
    why: '',
    fix: memory(mended) === undefined || mended === value.text ? undefined : fixes.replace(value.place, mended, true),
  };
}

/** 1.5gb is 1536mb: the next smaller unit, when that makes a whole number. */
function smallerUnit(value: Value, whole: string, fraction: string, unit: string): Fix | undefined {
  const below = ({ gb: 'mb', mb: 'kb', kb: 'b', g: 'm', m: 'k', k: 'b' } as Readonly<Record<string, string>>)[unit];
  if (below === undefined) return undefined;
  const scaled = Number(`${whole}.${fraction}`) * (unit.length === 2 ? 1024 : 1000);
  return fixes.replace(value.place, `${String(Math.round(scaled))}${below}`, Number.isInteger(scaled));
}

export const checkOctal: Check = ({ judge, entry, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const read = laxInteger(value.text, 8);
  const tooMuch = read.value > 0o777n || read.value < 0n;
  if (!judge.modern) {
    if (tooMuch) judge.refuse('octal-value', value.place, { name: nameIn(entry), value: value.text });
    else if (read.rest !== '')
      judge.remark('octal-text-ignored', value.place, {
        value: value.text,
        target: judge.targetTitle,
        octal: read.value.toString(8),
      });
    return !tooMuch;
  }
  const refused = tooMuch || (read.digits ? read.rest !== '' : value.text !== '');
  if (refused) judge.refuse('octal-value', value.place, { name: nameIn(entry), value: value.text });
  return !refused;
};
