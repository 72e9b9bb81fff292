/** What one logs in with. Without a user's name it is the default user. */
export interface Credentials {
  readonly username?: string;
  readonly password: string;
}

/** Stands before the user's name and between it and the password; a user's name cannot hold it. */
const mark = '\0';

/** One string for the secret store: the password alone, or with the name of an ACL user before it. */
export function packCredentials({ username, password }: Credentials): string {
  return username === undefined || username === '' ? password : `${mark}${username}${mark}${password}`;
}

/** What {@link packCredentials} put together, as an endpoint wants it; nothing when nothing is kept. */
export function credentialsOf(secret: string | undefined): Credentials | Record<string, never> {
  if (secret === undefined) return {};
  if (!secret.startsWith(mark)) return { password: secret };
  const end = secret.indexOf(mark, 1);
  return { username: secret.slice(1, end), password: secret.slice(end + 1) };
}
