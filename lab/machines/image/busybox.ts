import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../real/run.ts';

/** Owners, order and times fixed, so that every build gives the same image id. */
const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

/**
 * Writes a `docker load` archive of `busybox:latest`, made of the base tree's static busybox: the lab has no registry.
 * Format: Docker Image Specification v1.2 (github.com/moby/docker-image-spec).
 */
export async function writeBusyboxArchive(base: string, target: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'everswarm-busybox-'));
  try {
    const root = join(work, 'root');
    const archive = join(work, 'archive');
    await mkdir(archive);
    for (const directory of ['bin', 'etc', 'proc', 'root', 'sys', 'tmp'])
      await mkdir(join(root, directory), { recursive: true });
    const busybox = join(base, 'bin/busybox');
    await cp(busybox, join(root, 'bin/busybox'));
    for (const applet of (await run(busybox, ['--list'])).split('\n'))
      if (applet !== '' && applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet));
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');

    const layer = join(archive, 'layer.tar');
    await run('tar', [...REPRODUCIBLE, '--create', '--file', layer, '--directory', root, '.']);
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(await readFile(layer))}`] },
    });
    const configName = `${sha256(config)}.json`;
    await writeFile(join(archive, configName), config);
    const manifest = [{ Config: configName, RepoTags: ['busybox:latest'], Layers: ['layer.tar'] }];
    await writeFile(join(archive, 'manifest.json'), JSON.stringify(manifest));
    await run('tar', [...REPRODUCIBLE, '--create', '--file', target, '--directory', archive, '.']);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
