/** The command line of redis-conf-lint, read without surprises: an unknown option is an error that says what to do. */
import { defaultTarget, measured, parseTarget, targetName } from '../../conf/target';
import type { Target } from '../../conf/target';

export const formats = ['text', 'json', 'sarif'] as const;
export type Format = (typeof formats)[number];

export interface Options {
  readonly files: readonly string[];
  /** Undefined: the file's own comment, else the newest Redis measured. */
  readonly target: Target | undefined;
  readonly sentinel: boolean;
  readonly cwd: string | undefined;
  readonly format: Format;
  readonly maxWarnings: number;
}

export type Read = { readonly options: Options } | { readonly help: true } | { readonly error: string };

export const usage = `redis-conf-lint [options] FILE...

Says what redis-server, valkey-server or a Sentinel would say of a configuration file, without starting one.

  --target NAME       the server that reads the files: ${measured.join(', ')}
                      (default: the comment "# redis-conf: target=NAME" in the file, else ${targetName(defaultTarget)})
  --sentinel          the files are for a Sentinel (default: told from content and name)
  --cwd DIR           the server's working directory, from which includes start (default: the folder of each FILE)
  --format FORMAT     text (default), json or sarif
  --max-warnings N    more than N warnings count as failure
  --help              this text

Exit status: 0 no error, 1 errors or too many warnings, 2 bad usage or a file that cannot be read.
`;

type Draft = { -readonly [Key in keyof Options]: Options[Key] };

/** Readers of the options that take a value: an error sentence, or nothing when all is well. */
const takesValue: Readonly<Record<string, (draft: Draft, value: string) => string | undefined>> = {
  '--target': (draft, value) => {
    const target = parseTarget(value);
    if (target === undefined)
      return `--target does not know "${value}": write for example redis-7.0, redis-8.0 or valkey-8.1.`;
    draft.target = target;
    return undefined;
  },
  '--cwd': (draft, value) => {
    draft.cwd = value;
    return undefined;
  },
  '--format': (draft, value) => {
    const format = formats.find(one => one === value);
    if (format === undefined) return `--format does not know "${value}": write text, json or sarif.`;
    draft.format = format;
    return undefined;
  },
  '--max-warnings': (draft, value) => {
    if (!/^[0-9]{1,9}$/.test(value)) return `--max-warnings needs a whole number from 0 on, not "${value}".`;
    draft.maxWarnings = Number(value);
    return undefined;
  },
};

export function readOptions(args: readonly string[]): Read {
  const files: string[] = [];
  const draft: Draft = {
    files,
    target: undefined,
    sentinel: false,
    cwd: undefined,
    format: 'text',
    maxWarnings: Infinity,
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      files.push(...args.slice(i + 1));
      break;
    }
    if (arg === '--help' || arg === '-h') return { help: true };
    if (arg === '--sentinel') {
      draft.sentinel = true;
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      files.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const read = takesValue[name];
    if (read === undefined)
      return {
        error: `There is no option ${name}. Run with --help to see them all; a file whose name starts with "-" goes behind "--".`,
      };
    const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
    if (value === undefined) return { error: `${name} needs a value behind it. Run with --help to see how.` };
    const error = read(draft, value);
    if (error !== undefined) return { error };
  }
  return files.length === 0
    ? { error: 'No file is named. Write the path of one or more configuration files behind the options.' }
    : { options: draft };
}
