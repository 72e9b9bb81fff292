/** One entry of an archive for `PUT /containers/{id}/archive`. Names are relative to the folder it is unpacked in. */
export type ArchiveEntry =
  | {
      readonly kind: 'folder';
      readonly name: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly content: string;
    };

const BLOCK = 512;

/**
 * Writes a POSIX ustar archive. Forty lines of our own instead of tar-stream (which dockerode brings for image builds only and
 * the bundle would otherwise not hold): the entries are a few small files with short ASCII names, which is all that is allowed.
 */
export function tar(entries: readonly ArchiveEntry[], mtimeSeconds = Math.floor(Date.now() / 1000)): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.kind === 'file' ? Buffer.from(entry.content, 'utf8') : Buffer.alloc(0);
    blocks.push(
      header(entry, content.length, mtimeSeconds),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    );
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: ArchiveEntry, size: number, mtime: number): Buffer {
  const name = entry.kind === 'folder' ? `${entry.name.replace(/\/$/, '')}/` : entry.name;
  if (!/^[\x21-\x7e]{1,100}$/.test(name) || name.startsWith('/') || name.split('/').includes('..'))
    throw new RangeError(`not a name for an archive: ${JSON.stringify(name)}`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  octal(block, 100, 8, entry.mode);
  octal(block, 108, 8, entry.uid);
  octal(block, 116, 8, entry.gid);
  octal(block, 124, 12, size);
  octal(block, 136, 12, mtime);
  block.write('        ', 148, 'latin1'); // the checksum counts its own field as blanks
  block.write(entry.kind === 'folder' ? '5' : '0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

function octal(block: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8).padStart(length - 1, '0');
  if (digits.length > length - 1) throw new RangeError(`too big for an archive: ${value}`);
  block.write(`${digits}\u0000`, at, 'latin1');
}
