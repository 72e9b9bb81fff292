import { tableFor } from '../../conf/table';
import type { Target } from '../../conf/target';

/**
 * Settings that belong to the place where a server runs and not to what it does: addresses, paths, secrets, roles, and what the server
 * adapts to the machine by itself.
 */
const ofThePlace =
  /^(port|bind.*|protected-mode|dir|pidfile|logfile|syslog-.*|crash-log-enabled|unixsocket.*|daemonize|supervised|replicaof|slaveof|requirepass|masterauth|masteruser|primaryauth|primaryuser|aclfile|acl-pubsub-default|cluster-enabled|cluster-config-file|cluster-port|.*announce.*|tls-.*|maxclients|oom-score-adj.*|.*cpulist|locale-collate|proc-title-template|set-proc-title|server-cpulist|enable-.*|availability-zone|rdma-.*)$/;

/**
 * What of `config` (`CONFIG GET *`) a server must be told to be like this one: settings of the table that differ from its defaults, by name.
 */
export function settingsOf(
  config: ReadonlyMap<string, unknown>,
  target: Target,
): readonly (readonly [string, string])[] {
  const seen = new Set<string>();
  return tableFor(target).settings.flatMap((setting): (readonly [string, string])[] => {
    const value = config.get(setting.name);
    if (
      typeof value !== 'string' ||
      setting.hidden ||
      setting.sensitive ||
      ofThePlace.test(setting.name) ||
      seen.has(setting.id)
    )
      return [];
    seen.add(setting.id);
    return value === (setting.default ?? '') ? [] : [[setting.name, value]];
  });
}

/** Lines of a conf file that set `name` to `value`; some settings take one line for each of their parts, on every version. */
export function linesOf(name: string, value: string): readonly (readonly [name: string, ...values: string[]])[] {
  const words = value.split(' ').filter(word => word !== '');
  if (name === 'save') return words.length === 0 ? [[name, '']] : groups(words, 2).map(group => [name, ...group]);
  if (name === 'client-output-buffer-limit') return groups(words, 4).map(group => [name, ...group]);
  return [[name, value]];
}

function groups(words: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(words.length / size) }, (_, index) =>
    words.slice(index * size, index * size + size),
  );
}
