import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a running lab leaves on the disk, so that another process finds it. */
const LabState = z.object({
  name: z.string(),
  fleet: z.enum(['real', 'simulated']),
  pid: z.number().int(),
  endpoint: z.string(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
});
export type LabState = Readonly<z.infer<typeof LabState>>;

export const DEFAULT_LAB_NAME = 'lab';

/**
 * Where a lab keeps its machines' disks and its state file. Namespaces are the host's, so root's labs lie in one place
 * for the whole host, whichever clone they were started from; simulated ones of other users lie in the clone.
 */
export function defaultStateDirectory(name: string): string {
  const isRoot = process.getuid?.() === 0;
  return isRoot ? `/var/lib/everswarm-lab/${name}` : fileURLToPath(new URL(`../.lab/${name}`, import.meta.url));
}

/** Can this process run real machines? They need namespaces, mounts and loop devices: Linux, as root. */
export function canRunRealMachines(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

export async function writeState(directory: string, state: LabState): Promise<void> {
  await mkdir(directory, { recursive: true });
  // Whole or not at all: another process may be reading.
  await writeFile(`${file(directory)}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file(directory)}.new`, file(directory));
}

/** `undefined`: no lab was started, or it was taken down. */
export async function readState(directory: string): Promise<LabState | undefined> {
  let text: string;
  try {
    text = await readFile(file(directory), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return LabState.parse(JSON.parse(text));
}

export async function removeState(directory: string): Promise<void> {
  await rm(file(directory), { force: true });
}

function file(directory: string): string {
  return join(directory, 'lab.json');
}
