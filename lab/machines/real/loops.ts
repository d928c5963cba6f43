import { readdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { run } from './run.ts';
import { until } from './wait.ts';

/** A file shown as a block device. */
export interface LoopDevice {
  /** E.g. `/dev/loop3`. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
}

export async function openLoop(file: string): Promise<LoopDevice> {
  const path = (await run('losetup', ['--find', '--show', file])).trim();
  const { rdev } = await stat(path);
  // Layout of dev_t: makedev(3).
  return { path, major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) };
}

/**
 * Lets go of a file's loop devices, and waits until the kernel has: while a dead machine's mount is still being taken
 * down, a second device on the same file would write beside the first.
 * @throws HostTimeoutError when something still has it mounted
 */
export async function closeLoops(file: string): Promise<void> {
  for (const path of await loopsOf((backing) => backing === file)) await run('losetup', ['--detach', path]);
  await until(`loop devices of ${file} become free (is it still mounted?)`, 10_000, async () => {
    return (await loopsOf((backing) => backing === file)).length === 0;
  });
}

/** Backing files of loop devices that lie below a directory, also those of deleted files. */
export async function backingFilesBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  await loopsOf((backing) => {
    if (backing.startsWith(`${directory}/`)) found.push(backing);
    return false;
  });
  return found;
}

async function loopsOf(matches: (backingFile: string) => boolean): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await readdir('/sys/block')) {
    if (!name.startsWith('loop')) continue;
    const backing = await backingFile(name);
    if (backing !== undefined && matches(backing)) paths.push(`/dev/${basename(name)}`);
  }
  return paths;
}

/** What a sysfs file says whose device is being freed right now: not there, no such address, or gone while it was open. */
const FREED = new Set(['ENOENT', 'ENXIO', 'ENODEV']);

/** `undefined` when the device is free. */
async function backingFile(name: string): Promise<string | undefined> {
  try {
    return (await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8')).trimEnd().replace(/ \(deleted\)$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && FREED.has(String(error.code))) return undefined;
    throw error;
  }
}
