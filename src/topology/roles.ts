import { readInfo } from '../model/info';
import type { RedisConnection } from '../redis/client';
import type { Seat } from './talk';

/** `master`, `slave` or `sentinel`, as the server itself says. */
export async function roleOf(connection: RedisConnection): Promise<string> {
  const role = await connection.call(['ROLE']);
  return Array.isArray(role) ? String(role[0]) : '';
}

/** `undefined` when the server follows `master` with its link up; else what it does instead. */
export async function followsText(connection: RedisConnection, master: Seat): Promise<string | undefined> {
  const fields = readInfo(await connection.call(['INFO', 'replication']));
  const follows =
    fields.get('role') === 'slave' &&
    fields.get('master_host') === master.announced.host &&
    fields.get('master_port') === String(master.announced.port);
  return follows && fields.get('master_link_status') === 'up'
    ? undefined
    : `${fields.get('role')} of ${fields.get('master_host')}:${fields.get('master_port')} ${fields.get('master_link_status')}`;
}
