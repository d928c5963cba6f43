import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian packages of the host that real machines need, and the commands by which each is recognised. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  mmdebstrap: ['mmdebstrap'],
  iproute2: ['ip'],
  'util-linux': ['unshare', 'nsenter'],
  mount: ['mount', 'losetup'],
  e2fsprogs: ['mkfs.ext4'],
  tar: ['tar'],
};

/** Names for `apt-get install`. */
export const HOST_PACKAGES: readonly string[] = Object.keys(NEEDED);

/** Real machines can't run here. `missing` lists Debian packages. */
export class HostUnfitError extends Error {
  readonly code: 'NotLinux' | 'NotRoot' | 'PackagesMissing';
  readonly missing: readonly string[];
  constructor(code: HostUnfitError['code'], message: string, missing: readonly string[] = []) {
    super(message);
    this.name = 'HostUnfitError';
    this.code = code;
    this.missing = missing;
  }
}

/** @throws HostUnfitError when not on Linux, not root, or when a package is missing */
export async function checkHost(searchPath: string): Promise<void> {
  if (process.platform !== 'linux')
    throw new HostUnfitError('NotLinux', `real machines need Linux, this is ${process.platform}; use simulated ones`);
  const uid = process.getuid?.();
  if (uid !== 0)
    throw new HostUnfitError(
      'NotRoot',
      `real machines need root, this is uid ${uid}; run as root or use simulated ones`,
    );
  const missing: string[] = [];
  for (const [name, commands] of Object.entries(NEEDED)) {
    const there = await Promise.all(commands.map((command) => isCommand(command, searchPath)));
    if (there.includes(false)) missing.push(name);
  }
  if (missing.length > 0)
    throw new HostUnfitError(
      'PackagesMissing',
      `Debian packages missing for real machines: ${missing.join(', ')}; run \`apt-get install ${missing.join(' ')}\``,
      missing,
    );
}

async function isCommand(command: string, searchPath: string): Promise<boolean> {
  for (const directory of searchPath.split(delimiter)) {
    try {
      await access(join(directory, command), constants.X_OK);
      return true;
    } catch {
      // Not in this directory; the next one is looked at.
    }
  }
  return false;
}
