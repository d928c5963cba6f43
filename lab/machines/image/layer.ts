import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ENABLED_UNITS, MASKED_GENERATORS, MASKED_UNITS } from './recipe.ts';

/** Writes the image's upper tree: the lab's files, and the links by which systemd enables and masks units. */
export async function writeLayer(files: string, target: string): Promise<void> {
  await cp(files, target, { recursive: true, preserveTimestamps: true });
  const system = join(target, 'etc/systemd/system');
  for (const { unit, wantedBy } of ENABLED_UNITS) {
    const own = unit.startsWith('everswarm-');
    await link(`${own ? '/etc' : '/lib'}/systemd/system/${unit}`, join(system, `${wantedBy}.wants`, unit));
  }
  for (const unit of MASKED_UNITS) await link('/dev/null', join(system, unit));
  for (const generator of MASKED_GENERATORS) await link('/dev/null', join(target, 'etc/systemd', generator));
  await link('/lib/systemd/system/multi-user.target', join(system, 'default.target'));
}

async function link(to: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(to, path);
}
