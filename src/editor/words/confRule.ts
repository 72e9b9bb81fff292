import { saidInside } from '../../conf/inner';
import { rules } from '../../conf/rules/codes';
import type { Data, Finding } from '../../conf/types';
import { fill } from '../../conf/words';
import type { Translate } from '../translate';

/** The sentence of a text of the rule tables, with the phrases inside it; scripts/l10n.mjs collects those texts from the tables. */
export const confTextInWords = (t: Translate, template: string, data: Data): string =>
  fill(
    t(template),
    saidInside(data, (inner, filled) => fill(t(inner), filled)),
  );

/** The sentence of a finding in a conf file. */
export const confRuleInWords = (t: Translate, { code, data }: Pick<Finding, 'code' | 'data'>): string =>
  confTextInWords(t, rules[code].message, data);
