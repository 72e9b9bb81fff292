/** ACL rules as `ACLSetUser` and `ACLSetSelector` read them (acl.c), one after the other, with the state they leave. */
import { asciiLower, cString, encodeText } from '../bytes';
import type { Commands } from '../commandNames';
import { isSpace, scanWords } from '../scanner';
import { sha256 } from './sha256';

/** Which words there are; measured per server series. */
export interface Dialect {
  /** `&channel`, `allchannels`, `sanitize-payload`: 6.2 and later. */
  readonly channels: boolean;
  /** `%R~pattern`, `(selector)`, `clearselectors`, rules for subcommands: 7.0 and later. */
  readonly selectors: boolean;
  /** A new user may use every channel (`acl-pubsub-default`). */
  readonly allChannels: boolean;
  readonly commands: Commands;
}

export type AclFault =
  | { readonly kind: 'syntax' | 'hash' | 'absent' | 'first-arg' }
  | { readonly kind: 'after-all'; readonly all: 'allkeys' | 'allchannels' }
  /** Only met when the users are loaded, at start: modules may bring commands. */
  | { readonly kind: 'unknown'; readonly command: string };

/** The state of one user while its rules are read, root permissions first, selectors behind. */
export class AclUser {
  #allKeys = false;
  #allChannels: boolean;
  readonly #passwords = new Set<string>();
  on = false;
  /** `nopass`: logs in with any password. */
  noPassword = false;
  /** What the rules allow at all: some command and some key or channel. */
  commandsAllowed = false;

  constructor(readonly dialect: Dialect) {
    this.#allChannels = dialect.channels && dialect.allChannels;
  }

  get hasPassword(): boolean {
    return this.#passwords.size > 0;
  }

  /** Whether this one password, and no other, lets the user in. */
  onlyPasswordIs(password: string): boolean {
    return this.#passwords.size === 1 && !this.noPassword && this.#passwords.has(sha256(encodeText(password)));
  }

  /** Applies one rule; the fault, if the server would refuse it. A faulty rule leaves the state alone. */
  apply(rule: string): AclFault | undefined {
    if (rule === '') return undefined;
    const word = asciiLower(cString(rule));
    switch (word) {
      case 'on':
        this.on = true;
        return undefined;
      case 'off':
        this.on = false;
        return undefined;
      case 'nopass':
        this.noPassword = true;
        this.#passwords.clear();
        return undefined;
      case 'resetpass':
        this.noPassword = false;
        this.#passwords.clear();
        return undefined;
      case 'sanitize-payload':
      case 'skip-sanitize-payload':
        return this.dialect.channels ? undefined : { kind: 'syntax' };
      case 'clearselectors':
        return this.dialect.selectors ? undefined : { kind: 'syntax' };
      case 'reset':
        this.#reset();
        return undefined;
      default:
        return this.#password(rule) ?? this.#selectorOrPermission(rule, word);
    }
  }

  #reset(): void {
    this.on = false;
    this.noPassword = false;
    this.#passwords.clear();
    this.#allKeys = false;
    this.#allChannels = this.dialect.channels && this.dialect.allChannels;
    this.commandsAllowed = false;
  }

  /** `>password`, `#hash`, `<password`, `!hash`: kept as the hash, as the server does. */
  #password(rule: string): AclFault | undefined {
    const sign = rule.charAt(0);
    if (!['>', '#', '<', '!'].includes(sign)) return undefined;
    const hashed = sign === '#' || sign === '!';
    const key = hashed ? rule.slice(1) : sha256(encodeText(rule.slice(1)));
    if (hashed && !/^[0-9a-f]{64}$/.test(key)) return { kind: 'hash' };
    if (sign === '<' || sign === '!') return this.#passwords.delete(key) ? undefined : { kind: 'absent' };
    this.#passwords.add(key);
    this.noPassword = false;
    return undefined;
  }

  #selectorOrPermission(rule: string, word: string): AclFault | undefined {
    const sign = rule.charAt(0);
    if (['>', '#', '<', '!'].includes(sign)) return undefined;
    if (this.dialect.selectors && sign === '(' && rule.endsWith(')')) {
      const inner = new AclUser(this.dialect);
      const text = rule.slice(1, -1);
      const scan = scanWords(text, 0, text.length);
      if (scan.fault !== undefined) return { kind: 'syntax' };
      for (const part of scan.words) {
        const fault = inner.#permission(part.value, asciiLower(part.value));
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    return this.#permission(rule, word);
  }

  /** What a selector may hold: keys, channels, commands. */
  #permission(rule: string, word: string): AclFault | undefined {
    const { channels, commands } = this.dialect;
    switch (word) {
      case '':
        return { kind: 'syntax' };
      case 'allkeys':
      case '~*':
        this.#allKeys = true;
        return undefined;
      case 'resetkeys':
        this.#allKeys = false;
        return undefined;
      case 'allcommands':
      case '+@all':
        this.commandsAllowed = true;
        return undefined;
      case 'nocommands':
      case '-@all':
        this.commandsAllowed = false;
        return undefined;
    }
    if (channels) {
      if (word === 'allchannels' || word === '&*') {
        this.#allChannels = true;
        return undefined;
      }
      if (word === 'resetchannels') {
        this.#allChannels = false;
        return undefined;
      }
    }
    const sign = rule.charAt(0);
    if (sign === '~' || (sign === '%' && this.dialect.selectors)) return this.#keys(rule);
    if (sign === '&' && channels)
      return this.#allChannels
        ? { kind: 'after-all', all: 'allchannels' }
        : hasSpace(rule)
          ? { kind: 'syntax' }
          : undefined;
    if (sign !== '+' && sign !== '-') return { kind: 'syntax' };
    if (sign === '+') this.commandsAllowed = true;
    if (rule.charAt(1) === '@')
      return commands.categories.includes(word.slice(2)) ? undefined : { kind: 'unknown', command: rule.slice(1) };
    return this.#command(sign, rule, word.slice(1));
  }

  #keys(rule: string): AclFault | undefined {
    if (this.#allKeys) return { kind: 'after-all', all: 'allkeys' };
    // `%R` without a pattern passes as the empty pattern.
    if (rule.startsWith('%') && !/^%(?:R|W|RW|WR)(?:~|$)/i.test(rule)) return { kind: 'syntax' };
    return hasSpace(rule) ? { kind: 'syntax' } : undefined;
  }

  #command(sign: '+' | '-', rule: string, name: string): AclFault | undefined {
    const { commands, selectors } = this.dialect;
    const unknown: AclFault = { kind: 'unknown', command: rule.slice(1) };
    if (sign === '-' && !selectors) return commands.has(name) && !name.includes('|') ? undefined : unknown;
    const bar = selectors ? name.lastIndexOf('|') : name.indexOf('|');
    if (bar < 0 || sign === '-') return commands.has(name) ? undefined : unknown;
    const parent = name.slice(0, bar);
    if (!commands.has(parent)) return unknown;
    if (selectors && parent.includes('|')) return { kind: 'first-arg' };
    if (bar === name.length - 1) return { kind: 'syntax' };
    if (selectors && commands.hasSubcommands(parent)) return commands.has(name) ? undefined : unknown;
    return undefined;
  }
}

function hasSpace(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isSpace(text.charCodeAt(i)) || text.charCodeAt(i) === 0) return true;
  return false;
}

/** A rule and the words that it was merged from: `(+get` and `~a)` are one selector. */
export interface MergedRule {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

/** `ACLMergeSelectorArguments`: words from `(` to `)` become one. `unclosed` is the word that opened and never closed. */
export function mergeSelectors(words: readonly string[]): {
  readonly rules: readonly MergedRule[];
  readonly unclosed: number | undefined;
} {
  const rules: MergedRule[] = [];
  let open: { text: string; first: number } | undefined;
  for (const [index, word] of words.entries()) {
    if (open !== undefined) {
      open.text += ` ${word}`;
      if (!word.endsWith(')')) continue;
      rules.push({ ...open, last: index });
      open = undefined;
    } else if (word.startsWith('(') && !word.endsWith(')')) {
      open = { text: word, first: index };
    } else {
      rules.push({ text: word, first: index, last: index });
    }
  }
  return { rules, unclosed: open?.first };
}
