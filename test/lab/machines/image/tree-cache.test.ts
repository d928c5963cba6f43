import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ensureTree, removeAbandoned, removeUnused } from '../../../../lab/machines/image/tree-cache.ts';

const [OLD, NEW] = ['debian-00000000000000aa', 'debian-00000000000000bb'];

describe('the cache of image trees', { skip: process.platform !== 'linux' && 'looks for processes in /proc' }, () => {
  let cache = '';
  /** Of a process that has ended. */
  const gone = spawnSync('true').pid;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'everswarm-cache-'));
  });
  afterEach(() => rm(cache, { recursive: true, force: true }));

  async function build(target: string): Promise<void> {
    await mkdir(target);
    await writeFile(join(target, 'file'), 'built');
  }

  it('builds a tree once', async () => {
    assert.equal(await ensureTree(join(cache, NEW), build), true);
    assert.equal(await ensureTree(join(cache, NEW), build), false);
    assert.equal(await readFile(join(cache, NEW, 'file'), 'utf8'), 'built');
  });

  it('leaves nothing of a build that failed', async () => {
    const failing = async (target: string): Promise<void> => {
      await build(target);
      throw new Error('no space');
    };
    await assert.rejects(ensureTree(join(cache, NEW), failing), /no space/);
    assert.deepEqual(await readdir(cache), [`${NEW}.used-by-${process.pid}`]);
  });

  it('removes a tree when nobody uses it any more, and nothing else', async () => {
    await mkdir(join(cache, OLD));
    await writeFile(join(cache, `${OLD}.used-by-${gone}`), '');
    await mkdir(join(cache, 'notes'));
    await ensureTree(join(cache, NEW), build);
    await removeAbandoned(cache);
    await removeUnused(cache);
    assert.deepEqual((await readdir(cache)).sort(), [NEW, `${NEW}.used-by-${process.pid}`, 'notes']);
  });

  it('keeps a tree that a living process uses', async () => {
    await mkdir(join(cache, OLD));
    await writeFile(join(cache, `${OLD}.used-by-${process.ppid}`), '');
    await ensureTree(join(cache, NEW), build);
    await removeAbandoned(cache);
    await removeUnused(cache);
    assert.ok((await readdir(cache)).includes(OLD));
  });

  it('removes what dead processes left half built or half removed, and lets the living go on', async () => {
    for (const name of [`${OLD}.building-${gone}`, `${OLD}.removing-${gone}`, `${OLD}.building-${process.ppid}`]) {
      await mkdir(join(cache, name));
    }
    await removeAbandoned(cache);
    assert.deepEqual(await readdir(cache), [`${OLD}.building-${process.ppid}`]);
  });
});
