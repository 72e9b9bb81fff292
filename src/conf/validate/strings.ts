/** Strings with a check of their own: file names, host names, addresses, templates (section 1.4). */
import { isIpv6, isPlainIpv4 } from '../addresses';
import { byteLength } from '../bytes';
import { atLeast } from '../target';
import type { RuleCode } from '../rules/codes';
import type { Data } from '../types';
import { fixes } from './judge';
import type { Judge } from './judge';
import type { Check } from './checked';
import { nameIn } from './checked';

/** What is wrong with a text: the rule and its data; undefined when nothing is. */
type Fault = readonly [code: RuleCode, data?: Data] | undefined;

const templateVariables = new Set([
  'title',
  'listen-addr',
  'server-mode',
  'port',
  'tls-port',
  'unixsocket',
  'config-file',
]);

/** The characters that the cluster's own file and messages use as marks. */
function nodeName(text: string, judge: Judge): Fault {
  const marks = atLeast(judge.target, 'valkey', 8, 1) ? '!#$%&()*+;<>?@[]^{|}~' : '!#$%&()*+:;<>?@[]^{|}~';
  return [...text].some(letter => marks.includes(letter)) ? ['nodename-value', { value: text, marks }] : undefined;
}

/** By name of the check in the servers' sources. */
const checks: Readonly<Record<string, (text: string, judge: Judge) => Fault>> = {
  isValidDBfilename: (text, judge) =>
    fileName(text) ?? (atLeast(judge.target, 'valkey', 8) && text === '' ? ['empty-value'] : undefined),
  isValidAOFfilename: (text, judge) => (judge.modern && text === '' ? ['empty-value'] : fileName(text)),
  isValidAOFdirname: text => (text === '' ? ['empty-value'] : fileName(text)),
  isValidClusterConfigFile: text => (text === '' ? ['empty-value'] : undefined),
  isValidAnnouncedHostname: text =>
    byteLength(text) >= 256 || !/^[A-Za-z0-9.-]*$/.test(text) ? ['hostname-value', { value: text }] : undefined,
  isValidAnnouncedNodename: nodeName,
  isValidAnnouncedIp: text =>
    text === '' || /^[A-Za-z0-9.:_%-]+$/.test(text)
      ? undefined
      : ['ip-value', { value: text, what: 'an address or host name' }],
  isValidIpV4: text =>
    text === '' || isPlainIpv4(text) ? undefined : ['ip-value', { value: text, what: 'an IPv4 address' }],
  isValidIpV6: text =>
    text === '' || isIpv6(text, false) ? undefined : ['ip-value', { value: text, what: 'an IPv6 address' }],
  isValidProcTitleTemplate: (text, judge) =>
    (expandTemplate(text, judge) ?? '').replace(/^ +| +$/g, '') === '' ? ['proc-title-template'] : undefined,
};

const fileName = (text: string): Fault => (/[/\\]/.test(text) ? ['file-name-is-path'] : undefined);

/** The title that the server would make of it while it reads the file; undefined for a wrong template. `{{` is a brace. */
function expandTemplate(text: string, judge: Judge): string | undefined {
  // Empty while the file is read: the program's name is not known yet, and what is not set.
  const empty: Readonly<Record<string, string>> = {
    title: '',
    unixsocket: judge.value('unixsocket') ?? '',
    'server-mode': judge.mode === 'sentinel' || judge.isYes('cluster-enabled') ? 'mode' : '',
  };
  let title = '';
  for (let rest = text; ;) {
    const open = rest.indexOf('{');
    if (open < 0) return title + rest;
    title += rest.slice(0, open);
    if (rest.charAt(open + 1) === '{') {
      title += '{';
      rest = rest.slice(open + 2);
      continue;
    }
    const close = rest.indexOf('}', open);
    const name = rest.slice(open + 1, close);
    if (close < 0 || !templateVariables.has(name)) return undefined;
    title += empty[name] ?? 'x';
    rest = rest.slice(close + 1);
  }
}

export const checkString: Check = ({ judge, entry, setting, values }) => {
  const [value] = values;
  if (value === undefined) return true;
  const fault = setting.check === undefined ? undefined : checks[setting.check]?.(value.text, judge);
  if (fault !== undefined) {
    const name = /[/\\]([^/\\]+)$/.exec(value.text)?.[1];
    judge.refuse(
      fault[0],
      value.place,
      { name: nameIn(entry), ...fault[1] },
      fault[0] === 'file-name-is-path' && name !== undefined ? [fixes.replace(value.place, name)] : [],
    );
    return false;
  }
  if (setting.id === 'dir' && value.text === '') {
    judge.refuse('empty-value', value.place, { name: nameIn(entry) });
    return false;
  }
  if (setting.id === 'requirepass' && judge.target.column === 'redis-6.0' && byteLength(value.text) > 512) {
    judge.refuse('password-too-long', value.place, { target: judge.targetTitle, bytes: byteLength(value.text) });
    return false;
  }
  if (/\$\{[A-Za-z_]\w*\}/.test(value.text) && !setting.sensitive && !/pass|auth/.test(setting.id))
    judge.remark('literal-placeholder', value.place, { name: nameIn(entry), text: value.text });
  return true;
};
