import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** What is no zip file, or one of a kind that is not taken. */
export class ZipError extends Error {
  readonly code = 'InvalidZip';
  constructor(message: string) {
    super(message);
    this.name = 'ZipError';
  }
}

const END_BYTES = 22;
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL_BYTES = 30;

/**
 * Unpacks a zip file, stored and deflated entries, into a directory. Not for files of 4 GiB or more (ZIP64).
 * Source: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
 *
 * @throws ZipError, also for an entry that would lie outside of the directory
 */
export async function unzip(bytes: Uint8Array, directory: string): Promise<void> {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { name, content } of entriesOf(zip)) {
    const inside = normalize(name);
    if (inside.startsWith('..') || inside.startsWith('/')) throw new ZipError(`the entry ${name} lies outside`);
    const path = join(directory, inside);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
    } else {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
}

function* entriesOf(zip: Buffer): Generator<{ readonly name: string; readonly content: Buffer }> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end === -1 || end + END_BYTES > zip.length) throw new ZipError('the end of the central directory is missing');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY.bytes > zip.length || zip.readUInt32LE(at) !== ENTRY.signature) {
      throw new ZipError(`entry ${index + 1} of ${count} of the central directory is damaged`);
    }
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + ENTRY.bytes, at + ENTRY.bytes + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const from = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    yield { name, content: contentOf(name, method, zip.subarray(from, from + size)) };
    at += ENTRY.bytes + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function contentOf(name: string, method: number, packed: Buffer): Buffer {
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new ZipError(`${name} is packed by method ${method}; taken are 0 (stored) and 8 (deflated)`);
}
