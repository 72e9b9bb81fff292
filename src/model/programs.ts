import type { Instance } from './instance';

const servers = /(^|[/\\])(redis|valkey)-(server|sentinel)(\.exe)?$/;
const shells = /(^|[/\\])(ba|da|a|k|z)?sh$/;

/** What an instance starts, by the look of it: its command, or each command of the script that it gives a shell (`sh -c '…'`), as words. */
export function programsOf({ command }: Pick<Instance, 'command'>): readonly (readonly string[])[] {
  const shell = command.findIndex(word => shells.test(word));
  const option = shell < 0 ? -1 : command.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word));
  const script = option < 0 ? undefined : command[option + 1];
  return script === undefined ? [command] : commandsOf(script);
}

/** By its words only: what stands in variables, loops and other scripts is not followed. */
function commandsOf(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of script.matchAll(/[;&|\n]+|"[^"]*"|'[^']*'|[^\s;&|"']+/g)) {
    if (/^[;&|\n]/.test(word)) commands.push([]);
    else commands.at(-1)?.push(word.replace(/^(["'])(.*)\1$/s, '$2'));
  }
  return commands.filter(words => words.length > 0);
}

function isServer(program: readonly string[]): boolean {
  return program.some(word => servers.test(word));
}

function isSentinel(program: readonly string[]): boolean {
  return program.some(word => word === '--sentinel' || /(redis|valkey)-sentinel(\.exe)?$/.test(word));
}

/** Whether the command names a server's program. */
export function startsServer(instance: Pick<Instance, 'command'>): boolean {
  return programsOf(instance).some(isServer);
}

/** Whether the command starts a Sentinel, and no other server whose companion it would be. */
export function startsSentinel(instance: Pick<Instance, 'command'>): boolean {
  const programs = programsOf(instance);
  return programs.some(isSentinel) && !programs.some(program => isServer(program) && !isSentinel(program));
}

/** The port that the command gives its server with `--port`. */
export function portOnCommandLine(instance: Pick<Instance, 'command'>): number | undefined {
  const programs = programsOf(instance);
  const main =
    programs.find(program => isServer(program) && !isSentinel(program)) ?? programs.find(isSentinel) ?? programs[0];
  const flag = main?.lastIndexOf('--port') ?? -1;
  const port = flag < 0 ? NaN : Number(main?.[flag + 1]);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}
