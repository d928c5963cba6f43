import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { backingFilesBelow, closeLoops, openLoop } from '../../../../lab/machines/real/loops.ts';

const canLoop = process.getuid?.() === 0 && existsSync('/dev/loop-control');

describe('loop devices', { skip: !canLoop && 'needs root and loop devices' }, () => {
  it('can be listed while others are being freed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'everswarm-loops-'));
    const files = ['a.img', 'b.img'].map((name) => join(directory, name));
    let isOver = false;
    async function list(): Promise<void> {
      while (!isOver) await backingFilesBelow(directory);
    }
    try {
      for (const file of files) await writeFile(file, Buffer.alloc(64 * 1024));
      const readers = [list(), list(), list()];
      // The kernel takes a device's files away while a reader has them open: 46 of 775 readings met that in 40 rounds.
      for (let round = 0; round < 40; round += 1) {
        for (const file of files) {
          await openLoop(file);
          await closeLoops(file);
        }
      }
      isOver = true;
      await Promise.all(readers);
      assert.deepEqual(await backingFilesBelow(directory), []);
    } finally {
      isOver = true;
      for (const file of files) await closeLoops(file);
      await rm(directory, { recursive: true });
    }
  });
});
