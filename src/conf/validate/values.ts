/** Judges the values of one table directive: shared shapes, and a table from value type to its check. */
import type { ValueType } from '../table';
import { nameIn } from './checked';
import type { Check, Checked } from './checked';
import { checkBuffers, checkEvents, checkOomScores, checkPercentiles, checkReplicaof, checkSave } from './special';
import { lineSpan, wordSpan } from './judge';
import { checkBool, checkEnum, checkInteger, checkMemory, checkOctal } from './scalars';
import { checkString } from './strings';

const checks: Readonly<Record<ValueType, Check>> = {
  bool: checkBool,
  enum: checkEnum,
  int: checkInteger,
  memory: checkMemory,
  octal: checkOctal,
  string: checkString,
  path: checkString,
  addresses: checkAddresses,
  'buffer-limits': checkBuffers,
  'event-flags': checkEvents,
  'host-port': checkReplicaof,
  'int-triple': checkOomScores,
  percentiles: checkPercentiles,
  'save-points': checkSave,
};

export const checkValues: Check = checked => checks[checked.setting.type](checked);

/** Addresses are only looked at when the server listens; while parsing, only their number counts. */
function checkAddresses({ judge, entry, values }: Checked): boolean {
  if (values.length === 0 && !judge.modern) {
    judge.refuse('wrong-arity', lineSpan(entry), {
      name: nameIn(entry),
      expected: 'at least one address',
      got: 'no value',
    });
    return false;
  }
  if (values.length <= 16) return true;
  judge.refuse('bind-too-many', wordSpan(entry, entry.statement.words[17]), { count: values.length });
  return false;
}
