import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readLayout, removeCgroups } from './cgroups.ts';
import { backingFilesBelow, closeLoops } from './loops.ts';
import { checkLabName } from './names.ts';
import { namespacesOf, removeNamespace } from './network.ts';

/**
 * Takes everything of a lab away, with no memory of it: also after its process was killed. Found by names alone:
 * processes by their network namespace, mounts go with the processes, loop devices by their backing file, cgroups by
 * the lab's name, files below the state directory. Whatever is gone already is no error.
 * @throws LabNameError, HostTimeoutError
 */
export async function destroyLeftovers(name: string, stateDirectory: string): Promise<void> {
  checkLabName(name);
  const state = resolve(stateDirectory);
  await Promise.all((await namespacesOf(name)).map(removeNamespace));
  const volumes = join(state, 'volumes');
  await Promise.all((await backingFilesBelow(volumes)).map(closeLoops));
  await removeCgroups(await readLayout(), name);
  await rm(join(state, 'machines'), { recursive: true, force: true });
  await rm(volumes, { recursive: true, force: true });
}
