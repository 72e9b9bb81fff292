import { HumanError } from '../base/errors';
import type { SilenceReason } from '../model/snapshot';

/** Which silence a socket or protocol error means; undefined when the error says nothing of the kind. */
export function reasonOfConnectError(error: unknown): SilenceReason | undefined {
  if (error instanceof HumanError && error.fault.code === 'redis-silent' && 'reason' in error.fault)
    return error.fault.reason as SilenceReason;
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return 'no-address';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return 'closed';
    case 'EACCES':
    case 'EPERM':
      return 'no-permission';
    case 'ENOTUNNEL':
      return 'no-tunnel';
  }
  if (
    /^ERR_(SSL|TLS|OSSL)/.test(code) ||
    /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code) ||
    code === 'EPROTO'
  )
    return 'tls';
  if (/RESP type|protocol error/i.test(error.message)) return 'not-redis';
  if (/ETIMEDOUT/.test(error.message)) return 'timeout';
  return undefined;
}

/** Which silence an error reply means: the server lives but does not talk to us. Other error replies are answers. */
export function reasonOfErrorReply(text: string): SilenceReason | undefined {
  if (text.startsWith('NOAUTH')) return 'password-required';
  if (text.startsWith('WRONGPASS') || /^ERR invalid password/i.test(text)) return 'password-wrong';
  if (text.startsWith('DENIED')) return 'protected-mode';
  if (/^ERR max number of clients/i.test(text)) return 'refused';
  return undefined;
}

/** AUTH was refused because there is nothing to authenticate against: as good as accepted. */
export function serverHasNoPassword(text: string): boolean {
  return /no password is set|without any password configured/i.test(text);
}
