/** TLS needs a certificate, its key and something to trust. Whether the build has TLS at all is not known: a warning. */
import { lineSpan, wordSpan } from './judge';
import type { Judge } from './judge';

export function checkTls(judge: Judge): void {
  const set = (id: string): boolean => (judge.last(id)?.values[0] ?? '') !== '';
  const port = judge.last('tls-port');
  const cause =
    port?.accepted === true && port.values[0] !== '0'
      ? port
      : ['tls-replication', 'tls-cluster']
          .map(id => judge.last(id))
          .find(one => one?.accepted === true && one.values[0]?.toLowerCase() === 'yes');
  if (cause === undefined) return;
  const authenticates = (judge.value('tls-auth-clients') ?? 'yes').toLowerCase() !== 'no';
  const missing = [
    set('tls-cert-file') ? '' : 'tls-cert-file',
    set('tls-key-file') ? '' : 'tls-key-file',
    authenticates && !set('tls-ca-cert-file') && !set('tls-ca-cert-dir')
      ? 'tls-ca-cert-file (or tls-ca-cert-dir, or tls-auth-clients no)'
      : '',
  ].filter(text => text !== '');
  if (missing.length > 0)
    judge.remark('tls-incomplete', lineSpan(cause.entry), {
      cause: cause.entry.statement.name,
      missing: missing.join(', '),
    });
  if (judge.files === undefined || judge.workingDirectory === undefined) return;
  for (const id of [
    'tls-cert-file',
    'tls-key-file',
    'tls-client-cert-file',
    'tls-client-key-file',
    'tls-ca-cert-file',
    'tls-ca-cert-dir',
    'tls-dh-params-file',
  ]) {
    const file = judge.last(id);
    const path = file?.values[0] ?? '';
    if (file === undefined || path === '') continue;
    if (judge.files.stat(judge.files.resolve(judge.workingDirectory, path)).kind === 'missing')
      judge.remark('tls-file-missing', wordSpan(file.entry, file.entry.statement.words[1]), { path });
  }
}
