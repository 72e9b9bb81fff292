/** English words for findings, related places and fixes. An editor may bring its own, keyed by the same codes. */
import { fixWords, relatedWords } from './rules/phrases';
import { rules } from './rules/codes';
import type { Data, Finding, Fix, Related } from './types';

/** Fills the `{name}` holes of a template; a hole without data stays, so that `{title}` in an example survives. */
export function fill(template: string, data: Data): string {
  return template.replace(/\{([A-Za-z]+)\}/g, (hole, name: string) => {
    const value = data[name];
    return value === undefined ? hole : String(value);
  });
}

/** The sentence of a finding. */
export const describe = (finding: Pick<Finding, 'code' | 'data'>): string =>
  fill(rules[finding.code].message, finding.data);

/** The sentence of a related place. */
export const describeRelated = (related: Pick<Related, 'code' | 'data'>): string =>
  fill(relatedWords[related.code] ?? related.code, related.data);

/** The title of a quick fix. */
export const describeFix = (fix: Pick<Fix, 'code' | 'data'>): string => fill(fixWords[fix.code] ?? fix.code, fix.data);
