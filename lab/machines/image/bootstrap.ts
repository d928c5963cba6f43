import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../real/run.ts';
import { EXCLUDED_PATHS, PACKAGES, SUITE } from './recipe.ts';

/**
 * Files of the host's own apt configuration that serve the image's suite. Empty when it has none: then mmdebstrap
 * takes Debian's own servers. So a host with a mirror of its own needs no setting here.
 */
export async function hostAptSources(directory = '/etc/apt'): Promise<string[]> {
  const parts = join(directory, 'sources.list.d');
  const candidates = [join(directory, 'sources.list')];
  for (const name of await namesIn(parts)) if (/\.(list|sources)$/.test(name)) candidates.push(join(parts, name));
  const found: string[] = [];
  for (const path of candidates) {
    const text = await textOf(path);
    // A source of another origin that names the suite (Docker's, say) has other components than `main`.
    if (servesSuite(text)) found.push(path);
  }
  return found;
}

/** Does a one-line or deb822 source offer `main` of the suite? */
export function servesSuite(text: string): boolean {
  const stated = text.replaceAll(/^\s*#.*$/gm, '');
  return new RegExp(`(^|\\s)${SUITE}(\\s|$)`, 'm').test(stated) && /\smain(\s|$)/m.test(stated);
}

/** The host's apt settings that decide whether downloads work at all: proxies and checks of dates. */
export async function hostAptOptions(): Promise<string[]> {
  const { code, stdout } = await attempt('apt-config', ['dump']);
  if (code !== 0) return [];
  return stdout.split('\n').filter((line) => /^Acquire::(https?::proxy|Check-)[^ ]* "[^"]/i.test(line));
}

export function bootstrapArguments(
  target: string,
  sources: readonly string[],
  aptOptions: readonly string[],
): string[] {
  return [
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    `--include=${PACKAGES.join(',')}`,
    '--aptopt=APT::Install-Recommends "false";',
    ...aptOptions.map((option) => `--aptopt=${option}`),
    ...EXCLUDED_PATHS.map((path) => `--dpkgopt=path-exclude=${path}`),
    SUITE,
    target,
    ...sources,
  ];
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
