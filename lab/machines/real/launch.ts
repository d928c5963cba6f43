import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../image/image.ts';
import { namespacePath } from './names.ts';
import { initOf, procFile } from './processes.ts';
import type { AttachedDevice } from './volumes.ts';
import { until } from './wait.ts';

const ENTER = join(import.meta.dirname, 'enter.sh');
const BOOT_LIMIT_MILLISECONDS = 30_000;

export interface Launch {
  readonly instanceId: string;
  readonly privateIp: string;
  /** The machine's directory on the host. */
  readonly directory: string;
  readonly namespace: string;
  readonly image: Image;
  readonly cgroups: readonly string[];
  /** See `innerMounts`. */
  readonly mounts: string;
  readonly devices: readonly AttachedDevice[];
}

/** A machine's process 1 as the host sees it. */
export interface Running {
  /** Host process id of the machine's systemd. */
  readonly init: number;
  /** Resolves when nothing of the machine runs any more: with `reboot` if it asked to be booted again. */
  readonly ended: Promise<'reboot' | 'off'>;
}

/** The machine's process 1 ended before it became systemd. */
export class MachineStartError extends Error {
  readonly code = 'MachineStart';
  constructor(instanceId: string, log: string) {
    super(`${instanceId} did not start: ${log.trim().slice(-2000) || 'its log is empty'}`);
    this.name = 'MachineStartError';
  }
}

/** Writes what distinguishes a machine from the image, on its first boot. */
export async function writeRootDisk(launch: Pick<Launch, 'directory' | 'privateIp' | 'instanceId'>): Promise<void> {
  for (const part of ['upper/etc', 'work', 'root']) await mkdir(join(launch.directory, part), { recursive: true });
  const etc = join(launch.directory, 'upper/etc');
  await writeFile(join(etc, 'hostname'), `${hostName(launch.privateIp)}\n`);
  // With an id, systemd does not take this for a first boot of an image, with presets to be applied to every unit.
  await writeFile(join(etc, 'machine-id'), `${digest(launch.instanceId)}\n`);
}

/** Resolves when systemd runs. @throws MachineStartError, HostTimeoutError */
export async function launchMachine(launch: Launch): Promise<Running> {
  const logPath = join(launch.directory, 'enter.log');
  const log = await open(logPath, 'w');
  let child: ChildProcess;
  try {
    const args = [`--net=${namespacePath(launch.namespace)}`, '--', 'unshare'];
    args.push('--mount', '--uts', '--ipc', '--pid', '--fork', ...(await timeNamespace()), '--', ENTER);
    child = spawn('nsenter', args, {
      stdio: ['ignore', log.fd, log.fd],
      // A session of its own: an interrupt at the lab's terminal is for the lab, which then ends its machines itself.
      detached: true,
      env: environment(launch),
    });
  } finally {
    await log.close();
  }
  child.unref();
  let gone = false;
  const ended = new Promise<'reboot' | 'off'>((resolve) => {
    child.once('error', () => resolve('off'));
    // In a process namespace, reboot(2) ends process 1 by SIGHUP for a restart and SIGINT for power-off;
    // unshare(1) dies of the same signal as its child.
    child.once('exit', (_code, signal) => resolve(signal === 'SIGHUP' ? 'reboot' : 'off'));
  });
  void ended.then(() => {
    gone = true;
  });

  let init: number | undefined;
  await until(`${launch.instanceId}: systemd runs`, BOOT_LIMIT_MILLISECONDS, async () => {
    if (gone) throw new MachineStartError(launch.instanceId, await readFile(logPath, 'utf8'));
    init ??= await initOf(launch.namespace);
    return init !== undefined && (await procFile(init, 'comm'))?.trim() === 'systemd' && (await isBooted(init));
  });
  if (init === undefined) throw new MachineStartError(launch.instanceId, 'process 1 was not found');
  return { init, ended };
}

/** The machine's uptime starts at its boot, not at the host's (time_namespaces(7)). Kernels without it show the host's. */
async function timeNamespace(): Promise<string[]> {
  if (!(await exists('/proc/self/ns/time'))) return [];
  const uptime = Math.floor(Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]));
  return ['--time', `--boottime=-${uptime}`, `--monotonic=-${uptime}`];
}

function environment(launch: Launch): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    MACHINE: launch.directory,
    LOWER: `${launch.image.layer}:${launch.image.base}`,
    HOST_NAME: hostName(launch.privateIp),
    CGROUPS: launch.cgroups.join(' '),
    MOUNTS: launch.mounts,
    DEVICES: launch.devices.map(({ name, loop, serial }) => [name, loop.major, loop.minor, serial].join(':')).join(' '),
    EC2_UUID: ec2Uuid(launch.instanceId),
  };
}

/** systemd has set itself up when this directory is there (sd_booted(3)). */
function isBooted(init: number): Promise<boolean> {
  return exists(`/proc/${init}/root/run/systemd/system`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return false;
    throw error;
  }
}

/** EC2's default host name of an IPv4 instance. */
function hostName(privateIp: string): string {
  return `ip-${privateIp.replaceAll('.', '-')}`;
}

/** By a UUID that starts with `ec2`, software knows EC2 (EC2 User Guide, "Detect whether a host is an EC2 instance"). */
function ec2Uuid(instanceId: string): string {
  const hex = `ec2${digest(instanceId).slice(3)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function digest(instanceId: string): string {
  return createHash('sha256').update(instanceId).digest('hex').slice(0, 32);
}
