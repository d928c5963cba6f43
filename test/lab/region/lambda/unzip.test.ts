import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { unzip, ZipError } from '../../../../lab/region/lambda/unzip.ts';

interface Entry {
  readonly name: string;
  readonly text: string;
  readonly method: number;
}

/** As PKWARE's APPNOTE has it: local headers with their data, the central directory, its end. */
function zip(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  for (const { name, text, method } of entries) {
    const packed = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const [nameBytes, offset] = [Buffer.from(name), Buffer.concat(locals).length];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(nameBytes.length, 22);
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, nameBytes);
  }
  const [body, directory] = [Buffer.concat(locals), Buffer.concat(central)];
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, directory, end]);
}

describe('a zip file', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'everswarm-unzip-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('is unpacked, stored and deflated entries, with folders', async () => {
    const entries = [
      { name: 'index.mjs', text: 'export {};'.repeat(50), method: 8 },
      { name: 'deep/er/', text: '', method: 0 },
      { name: 'deep/er/plain.txt', text: 'as it is', method: 0 },
    ];
    await unzip(zip(entries), directory);
    assert.equal(await readFile(join(directory, 'index.mjs'), 'utf8'), 'export {};'.repeat(50));
    assert.deepEqual(await readdir(join(directory, 'deep', 'er')), ['plain.txt']);
    assert.equal(await readFile(join(directory, 'deep/er/plain.txt'), 'utf8'), 'as it is');
  });

  test('is refused when it would write elsewhere, is damaged, or is packed otherwise', async () => {
    const entry = { name: 'a', text: 'a', method: 0 };
    for (const name of ['../out', '/etc/out', 'a/../../out']) {
      await assert.rejects(unzip(zip([{ ...entry, name }]), directory), /lies outside/);
    }
    await assert.rejects(unzip(zip([{ ...entry, method: 12 }]), directory), /packed by method 12/);
    await assert.rejects(unzip(Buffer.from('no zip at all'), directory), ZipError);
    await assert.rejects(unzip(zip([entry, entry]).fill(0, 64, 68), directory), ZipError);
  });
});
