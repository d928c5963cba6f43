import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Between a tree's name and the process that is building it, uses it, or is removing it. */
const MARKS = { building: '.building-', used: '.used-by-', removing: '.removing-' } as const;

/** What lies in the cache: a tree named by kind and key, or something marked beside one. Anything else is not ours. */
const ENTRY = /^(?<tree>[a-z]+-[0-9a-f]{16})(?:(?<mark>\.building-|\.used-by-|\.removing-)(?<process>\d+))?$/;

interface Entry {
  readonly name: string;
  readonly tree: string;
  readonly mark: string | undefined;
  /** Of the process that left the mark. */
  readonly pid: string;
}

/**
 * Marks a tree as used by this process for as long as it lives, and builds it when it is not there.
 * A tree is built beside its place and renamed into it: an interrupted build is never used.
 * @returns whether it was built
 */
export async function ensureTree(path: string, build: (target: string) => Promise<void>): Promise<boolean> {
  // Before looking: whoever is about to remove the tree looks for this mark last.
  await writeFile(`${path}${MARKS.used}${process.pid}`, '');
  if (await exists(path)) return false;
  const target = `${path}${MARKS.building}${process.pid}`;
  try {
    await build(target);
    await rename(target, path);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    // Someone else built the same in the meantime: theirs is as good.
    if (!(await exists(path))) throw error;
  }
  return true;
}

/** Removes what processes that are no more left behind: marks of use, trees half built or half removed. */
export async function removeAbandoned(cacheDirectory: string): Promise<void> {
  for (const { name, mark, pid } of await entries(cacheDirectory)) {
    if (mark !== undefined && !(await exists(`/proc/${pid}`))) await remove(join(cacheDirectory, name));
  }
}

/** Removes the trees that no living process uses. */
export async function removeUnused(cacheDirectory: string): Promise<void> {
  for (const { name, mark } of await entries(cacheDirectory)) {
    if (mark === undefined && !(await isUsed(cacheDirectory, name))) await removeTree(join(cacheDirectory, name));
  }
}

/** Takes the tree away by its name first and looks once more: its next user may have marked it in the meantime. */
async function removeTree(path: string): Promise<void> {
  const doomed = `${path}${MARKS.removing}${process.pid}`;
  try {
    await rename(path, doomed);
  } catch (error) {
    // Another process took it for itself to remove.
    if (isAbsence(error)) return;
    throw error;
  }
  if ((await isUsed(dirname(path), basename(path))) && !(await exists(path))) await rename(doomed, path);
  else await remove(doomed);
}

/** A process number that was given out again keeps a tree longer than needed, and does no harm. */
async function isUsed(cacheDirectory: string, tree: string): Promise<boolean> {
  for (const entry of await entries(cacheDirectory)) {
    if (entry.tree === tree && entry.mark === MARKS.used && (await exists(`/proc/${entry.pid}`))) return true;
  }
  return false;
}

async function entries(cacheDirectory: string): Promise<Entry[]> {
  return (await readdir(cacheDirectory)).flatMap((name) => {
    const { tree, mark, process: pid = '' } = ENTRY.exec(name)?.groups ?? {};
    return tree === undefined ? [] : [{ name, tree, mark, pid }];
  });
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
