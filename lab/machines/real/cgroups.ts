import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cgroupName } from './names.ts';
import { until } from './wait.ts';

/** How the host's cgroups are mounted, and so how a machine's are. */
export type CgroupLayout =
  | {
      readonly version: 1;
      readonly hierarchies: readonly Hierarchy[];
      /** Version 2 without controllers beside version 1: systemd then keeps its own tree there ("hybrid"). */
      readonly unified: string | undefined;
    }
  | { readonly version: 2; readonly path: string };

interface Hierarchy {
  readonly path: string;
  /** Mount options that name the hierarchy, e.g. `cpu,cpuacct` or `name=systemd`. */
  readonly options: string;
}

/** Options of a version 1 mount that name no controller (cgroups(7)). */
const NOT_CONTROLLERS = new Set(['rw', 'ro', 'xattr', 'clone_children', 'cpuset_v2_mode', 'noprefix']);

/** Reads the layout from `/proc/self/mountinfo`. Version 1 wins where both are mounted: the controllers are there. */
export function parseLayout(mountinfo: string): CgroupLayout {
  const hierarchies: Hierarchy[] = [];
  let unified: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const path = front.split(' ')[4];
    const [type, , superOptions = ''] = back.split(' ');
    if (path === undefined) continue;
    if (type === 'cgroup2') unified ??= path;
    if (type !== 'cgroup') continue;
    const options = superOptions
      .split(',')
      .filter((option) => !NOT_CONTROLLERS.has(option) && !option.startsWith('release_agent='));
    if (hierarchies.every((other) => other.options !== options.join(',')))
      hierarchies.push({ path, options: options.join(',') });
  }
  if (hierarchies.some(({ options }) => options === 'name=systemd') || unified === undefined)
    return { version: 1, hierarchies, unified };
  return { version: 2, path: unified };
}

export async function readLayout(): Promise<CgroupLayout> {
  return parseLayout(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** What `enter.sh` mounts inside a machine, as its `MOUNTS`. */
export function innerMounts(layout: CgroupLayout): string {
  if (layout.version === 2) return 'unified';
  return layout.hierarchies.map(({ path, options }) => `${basename(path)}=${options}`).join(' ');
}

/** Makes the machine's cgroups; returns their directories. */
export async function createCgroups(layout: CgroupLayout, name: string, instanceId: string): Promise<string[]> {
  const paths: string[] = [];
  for (const root of roots(layout)) {
    const lab = join(root, cgroupName(name));
    await mkdir(lab, { recursive: true });
    if (layout.version === 2) await delegate(root, lab);
    else await inheritProcessors(lab);
    const path = join(lab, instanceId);
    await mkdir(path, { recursive: true });
    paths.push(path);
  }
  return paths;
}

/** Removes a machine's cgroups, or with no instance id all of the lab's. Those with processes in them refuse. */
export async function removeCgroups(layout: CgroupLayout, name: string, instanceId?: string): Promise<void> {
  for (const root of roots(layout)) {
    const lab = join(root, cgroupName(name));
    await removeTree(instanceId === undefined ? lab : join(lab, instanceId));
  }
}

function roots(layout: CgroupLayout): readonly string[] {
  if (layout.version === 2) return [layout.path];
  const paths = layout.hierarchies.map(({ path }) => path);
  return layout.unified === undefined ? paths : [...paths, layout.unified];
}

/** A new cpuset group has no processors and takes no process, unless it copies its parent's (cpuset(7)). */
async function inheritProcessors(lab: string): Promise<void> {
  const names = await readdir(lab);
  if (!names.includes('cpuset.cpus')) return;
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    await writeFile(join(lab, file), await readFile(join(lab, '..', file), 'utf8'));
  await writeFile(join(lab, 'cgroup.clone_children'), '1');
}

/** Hands the controllers down, so that the machine's systemd and Docker find them. */
async function delegate(root: string, lab: string): Promise<void> {
  for (const [from, to] of [
    [root, root],
    [root, lab],
  ] as const) {
    const available = (await readFile(join(from, 'cgroup.controllers'), 'utf8')).trim().split(' ').filter(Boolean);
    await writeFile(join(to, 'cgroup.subtree_control'), available.map((controller) => `+${controller}`).join(' '));
  }
}

/** A cgroup is removed from its leaves up; the kernel frees one some time after its last process ended. */
async function removeTree(path: string): Promise<void> {
  let children: string[];
  try {
    const entries = await readdir(path, { withFileTypes: true });
    children = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  for (const child of children) await removeTree(join(path, child));
  await until(`cgroup ${path} is removed`, 5_000, async () => {
    try {
      await rmdir(path);
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return true;
      if (hasCode(error, 'EBUSY')) return false;
      throw error;
    }
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
