import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { SetupError } from './setup-error.mjs';

/**
 * Debian packages, how each is recognised, and what it is for. `real`: for real machines, which are for root on Linux only;
 * `tests`: for the tests alone, which do without it where it can't be installed.
 */
const PACKAGES = [
  { name: 'openjdk-17-jre-headless', there: () => javaMajor() >= 17, why: 'DynamoDB Local runs on Java 17 or newer' },
  { name: 'mmdebstrap', there: commands('mmdebstrap'), why: "makes the image of the lab's machines", real: true },
  { name: 'iproute2', there: commands('ip'), why: "makes the machines' network", real: true },
  { name: 'util-linux', there: commands('unshare', 'nsenter'), why: 'starts and enters machines', real: true },
  { name: 'mount', there: commands('mount', 'losetup'), why: "mounts the machines' disks", real: true },
  { name: 'e2fsprogs', there: commands('mkfs.ext4'), why: 'makes file systems', real: true },
  { name: 'chromium', there: commands('chromium'), why: 'shows the dashboard to its test', tests: true },
];

/**
 * Installs what is missing, when this is root on Debian; elsewhere says what is missing for what.
 * @param forTests also what the tests alone need
 */
export function ensureHostPackages({ forTests }) {
  const canBeReal = process.platform === 'linux' && process.getuid() === 0;
  const isFor = ({ real = false, tests = false }) => (canBeReal ? forTests || !tests : !real && !tests);
  const missing = PACKAGES.filter((each) => isFor(each) && !each.there());
  if (missing.length === 0) return;
  const list = missing.map(({ name, why }) => `${name} (${why})`).join(', ');
  if (!canBeReal || !existsSync('/etc/debian_version') || !isCommand('apt-get')) {
    console.error(`setup: not installed here: ${list}. Install it by your system's own means.`);
    return;
  }
  console.log(`setup: apt-get install ${list}`);
  apt(['update']);
  apt(['install', '--no-install-recommends', ...missing.map(({ name }) => name)]);
  const still = missing.filter(({ there }) => !there());
  if (still.length > 0) {
    throw new SetupError(
      'PackageUseless',
      `apt-get installed ${still.map(({ name }) => name)}, but what it brings is not found on the PATH`,
    );
  }
}

function apt(command) {
  const result = spawnSync('apt-get', ['--yes', '--quiet', '--quiet', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0) {
    throw new SetupError(
      'AptFailed',
      `apt-get ${command[0]} ended with ${result.error?.message ?? result.status}; its own message is above`,
    );
  }
}

function commands(...names) {
  return () => names.every((name) => isCommand(name));
}

function isCommand(name) {
  return find(name) !== undefined;
}

function find(name) {
  for (const directory of searchPath()) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory; the next one is looked at.
    }
  }
  return undefined;
}

/** Administrators' commands are in sbin, which is not on everybody's PATH. */
function searchPath() {
  return [...process.env.PATH.split(delimiter), '/usr/sbin', '/sbin'];
}

/** From the file `release` in Java's home (starting Java itself takes longer than all the rest); 0 when there is none. */
function javaMajor() {
  const java = find('java');
  if (java === undefined) return 0;
  const release = join(dirname(realpathSync(java)), '..', 'release');
  if (existsSync(release)) return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(release, 'utf8'))?.[1] ?? 0);
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}
