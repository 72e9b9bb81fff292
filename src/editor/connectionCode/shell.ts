import type { Address } from '../../model/address';
import { formatAddress } from '../../model/address';
import type { Client, Secret } from './snippet';
import { code, mapNote, replacedNote } from './snippet';

const quoted = (text: string): string => (/^[\w.:@/-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
const value = (secret: Secret): string => ('variable' in secret ? `"$${secret.variable}"` : quoted(secret.text));
const at = ({ host, port }: Address): string => `-h ${quoted(host)} -p ${port}`;

export const redisCli: Client = {
  id: 'redisCli',
  label: 'redis-cli',
  language: 'Shell',
  languageId: 'shellscript',
  documentation: 'https://redis.io/docs/latest/develop/tools/cli/',
  render(t, { access, username, password, sentinelPassword, tls }) {
    const { kind, seeds, map, masterName } = access;
    const [seed] = seeds;
    if (!seed) return '';
    const note = replacedNote(t, access);
    const encrypted = tls ? ' --tls' : '';
    const login = (secret: Secret | undefined): string =>
      secret === undefined ? '' : `REDISCLI_AUTH=${value(secret)} `;
    if (kind !== 'sentinel')
      return code(
        note && `# ${note}`,
        kind === 'cluster' &&
          map.length > 0 &&
          `# ${t('redis-cli has no address map: redirections lead to the addresses that the nodes announce.')}`,
        `${login(password)}redis-cli${kind === 'cluster' ? ' -c' : ''}${encrypted}${username === undefined ? '' : ` --user ${quoted(username)}`} ${at(seed)}`,
      );
    const user = username === undefined ? '' : ` --user ${quoted(username)}`;
    const ask = `${login(sentinelPassword)}redis-cli${encrypted} ${at(seed)} SENTINEL GET-MASTER-ADDR-BY-NAME ${quoted(masterName ?? '')}`;
    return code(
      `# ${t('Asks a Sentinel for the master, then talks to it.')}`,
      map.length === 0
        ? [`set -- $(${ask})`, `${login(password)}redis-cli${encrypted}${user} -h "$1" -p "$2"`]
        : [
            `# ${mapNote(t)}`,
            `case "$(${ask} | paste -sd:)" in`,
            ...map.map(
              ({ announced, reachable }) =>
                `  ${quoted(formatAddress(announced))}) set -- ${quoted(reachable.host)} ${reachable.port} ;;`,
            ),
            'esac',
            `${login(password)}redis-cli${encrypted}${user} -h "$1" -p "$2"`,
          ],
    );
  },
};

export const url: Client = {
  id: 'url',
  label: 'URL',
  language: 'Shell',
  languageId: 'plaintext',
  documentation: 'https://www.iana.org/assignments/uri-schemes/prov/redis',
  render(_t, { access: { kind, seeds, masterName }, username = '', password, tls }) {
    const login =
      password === undefined
        ? ''
        : `${encodeURIComponent(username)}:${'variable' in password ? `\${${password.variable}}` : encodeURIComponent(password.text)}@`;
    const scheme = tls ? 'rediss' : 'redis';
    if (kind === 'sentinel')
      return code(
        `${scheme}-sentinel://${login}${seeds.map(formatAddress).join(',')}/0#${encodeURIComponent(masterName ?? '')}`,
      );
    return code(...seeds.map(seed => `${scheme}://${login}${formatAddress(seed)}${kind === 'standalone' ? '/0' : ''}`));
  },
};
