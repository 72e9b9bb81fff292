/** Every rule by its stable code: default severity, family and English words. The families live in their own files. */
import { aclRules } from './acl';
import { habitRules } from './habits';
import { includeRules } from './includes';
import { sentinelRules } from './sentinel';
import { startupRules } from './startup';
import { syntaxRules } from './syntax';
import { topologyRules } from './across';
import { valueRules } from './values';
import type { Rule } from './rule';

export const rules = {
  ...syntaxRules,
  ...valueRules,
  ...includeRules,
  ...aclRules,
  ...sentinelRules,
  ...startupRules,
  ...habitRules,
  ...topologyRules,
} as const satisfies Record<string, Rule>;

/** A stable name, shown beside the message and used in settings and `# redis-conf-disable` comments. */
export type RuleCode = keyof typeof rules;

export const ruleCodes = Object.keys(rules) as readonly RuleCode[];

export const isRuleCode = (text: string): text is RuleCode => Object.hasOwn(rules, text);

/** Where the page of a rule is, relative to the project. */
export const rulePage = (code: RuleCode): string => `docs/rules/${code}.md`;
