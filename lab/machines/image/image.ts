import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../real/run.ts';
import { bootstrapArguments, hostAptOptions, hostAptSources } from './bootstrap.ts';
import { writeBusyboxArchive } from './busybox.ts';
import { writeLayer } from './layer.ts';
import * as recipe from './recipe.ts';
import { ensureTree, removeAbandoned, removeUnused } from './tree-cache.ts';

const FILES = join(import.meta.dirname, 'files');

/** Two read-only directory trees: Debian's packages, and over them the lab's own files and settings. */
export interface Image {
  readonly base: string;
  readonly layer: string;
}

/**
 * The machines' image, built when the cache has none of this recipe. The packages (about 45 s) and the lab's own
 * files (under 1 s) are cached apart, so that a change to a file does not cost the packages.
 * With a new tree in place, those that no lab uses any more are removed: one of packages has 670 MB.
 * @throws CommandError when mmdebstrap fails, with its last words
 */
export async function ensureImage(cacheDirectory: string, progress: (line: string) => void): Promise<Image> {
  await mkdir(cacheDirectory, { recursive: true });
  await removeAbandoned(cacheDirectory);
  const baseKey = hash([recipe.SUITE, ...recipe.PACKAGES, ...recipe.EXCLUDED_PATHS]);
  const base = join(cacheDirectory, `debian-${baseKey}`);
  const layer = join(cacheDirectory, `machine-${hash([baseKey, ...(await layerIngredients())])}`);

  const hasNewBase = await ensureTree(base, async (target) => {
    progress(`building the machine image: Debian ${recipe.SUITE} with Docker and cloud-init (once, under a minute)`);
    const options = await hostAptOptions();
    await run('mmdebstrap', bootstrapArguments(target, await hostAptSources(), options));
  });
  const hasNewLayer = await ensureTree(layer, async (target) => {
    progress("adding the lab's own files to the machine image");
    await writeLayer(FILES, target);
    await writeBusyboxArchive(base, join(target, 'usr/local/lib/everswarm-lab/busybox.tar'));
  });
  if (hasNewBase || hasNewLayer) await removeUnused(cacheDirectory);
  return { base, layer };
}

/** Everything that the layer is made from: the files with their modes, the unit lists, and the code that writes it. */
async function layerIngredients(): Promise<string[]> {
  const units = [recipe.ENABLED_UNITS, recipe.MASKED_UNITS, recipe.MASKED_GENERATORS].map((list) =>
    JSON.stringify(list),
  );
  const code = await Promise.all(
    ['layer.ts', 'busybox.ts'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const entries = await readdir(FILES, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.sort().map(async (path) => {
      const { mode } = await stat(path);
      return [path.slice(FILES.length), mode & 0o111 ? 'executable' : 'plain', await readFile(path, 'utf8')];
    }),
  );
  return [...units, ...code, ...files.flat()];
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
