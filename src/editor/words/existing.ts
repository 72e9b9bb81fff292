import { EXISTING_SCHEMES } from '../../topology/existing/url';
import type { UrlProblem } from '../../topology/existing/url';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

const problems: Words<UrlProblem> = {
  'url-empty': t => t('Give a URL, for example redis://127.0.0.1:6379.'),
  'url-scheme': (t, p) =>
    p.scheme === ''
      ? t('Begin with one of {0}.', EXISTING_SCHEMES.map(scheme => `${scheme}://`).join(', '))
      : t(
          '“{0}” is not known. Begin with one of {1}.',
          `${p.scheme}://`,
          EXISTING_SCHEMES.map(scheme => `${scheme}://`).join(', '),
        ),
  'url-blank': t => t('A URL has no blanks. Write one in a password as %20.'),
  'url-host': t => t('Give the host: a name or an address; an IPv6 address stands in brackets.'),
  'url-port': (t, p) => t('“{0}” is no port: a whole number between 1 and 65535.', p.port),
  'url-escape': (t, p) => t('“{0}” has a % that begins no escape. Write a % as %25.', p.text),
  'url-database': (t, p) =>
    t(
      '“{0}” is not understood: after the host comes the number of a database, or with sentinels the name of the master.',
      p.text,
    ),
  'url-option': (t, p) => t('The option “{0}” is not known.', p.name),
  'url-option-without-tls': (t, p) => t('The option “{0}” goes with TLS: begin with rediss://.', p.name),
  'url-too-many': (t, p) => t('At most {0} addresses; the other servers are found.', p.most),
};

/** Why a connection URL can't be taken. */
export function urlProblemInWords(t: Translate, problem: UrlProblem): string {
  return inWords(problems, t, problem);
}
