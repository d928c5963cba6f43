import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineOrder } from '../fleet.ts';
import type { Image } from '../image/image.ts';
import { type CgroupLayout, createCgroups, innerMounts, removeCgroups } from './cgroups.ts';
import { enterCommand } from './enter-command.ts';
import { launchMachine, type Running, writeRootDisk } from './launch.ts';
import { machineDirectory, machineNamespace } from './names.ts';
import { createMachineNetwork, removeNamespace, unplug } from './network.ts';
import { signal } from './processes.ts';
import { attempt, CommandError, type CommandResult } from './run.ts';
import type { AttachedDevice } from './volumes.ts';

/** What all machines of a lab share. */
export interface Site {
  readonly name: string;
  readonly stateDirectory: string;
  readonly image: Image;
  readonly cgroups: CgroupLayout;
  /** Cuts a dead machine's connections to the link-local services. */
  readonly hangUp: (address: string) => void;
}

/** The machine is not in the state that the call needs. */
export class MachineStateError extends Error {
  readonly code = 'MachineState';
  constructor(instanceId: string, found: string, allowed: string) {
    super(`${instanceId} is ${found}; needed: ${allowed}`);
    this.name = 'MachineStateError';
  }
}

/** Signals by which systemd as process 1 powers off (systemd(1)): SIGRTMIN+4, where SIGRTMIN is 34 with glibc. */
const POWER_OFF_SIGNAL = 34 + 4;
const CLEAN_STOP_MILLISECONDS = 20_000;
const KILL_LIMIT_MILLISECONDS = 15_000;

/**
 * One real machine: namespaces around a systemd, over a root disk that outlives its boots.
 * Calls on one machine are done one after the other, in the order they came.
 */
export class Machine {
  readonly #site: Site;
  readonly #order: MachineOrder;
  /** The volumes to show at each boot. */
  readonly #devices: () => readonly AttachedDevice[];
  #running: Running | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(site: Site, order: MachineOrder, devices: () => readonly AttachedDevice[]) {
    this.#site = site;
    this.#order = order;
    this.#devices = devices;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** First boot, on a new root disk. Leaves nothing behind when it fails. */
  create(): Promise<void> {
    return this.#inTurn(async () => {
      await writeRootDisk({ ...this.#order, directory: this.#directory });
      await this.#boot();
    });
  }

  start(): Promise<void> {
    return this.#inTurn(() => this.#boot());
  }

  stop(how: 'clean' | 'kill'): Promise<void> {
    return this.#inTurn(() => this.#stop(how));
  }

  reboot(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop('clean');
      await this.#boot();
    });
  }

  /** Removes the root disk. @throws MachineStateError when it runs */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running) throw new MachineStateError(this.#order.instanceId, 'running', 'stopped');
      await rm(this.#directory, { recursive: true, force: true });
    });
  }

  /** @throws MachineStateError when it does not run */
  showDevice(device: AttachedDevice): Promise<void> {
    const script =
      'mknod -m 660 "/dev/$1" b "$2" "$3" && mkdir -p /dev/disk/by-id && ln -s "../../$1" "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$4"';
    const { name, serial, loop } = device;
    return this.#inside(script, [name, String(loop.major), String(loop.minor), serial]);
  }

  /** @throws MachineStateError when it does not run */
  hideDevice(device: AttachedDevice): Promise<void> {
    const script = 'rm -f "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$2" "/dev/$1"';
    return this.#inside(script, [device.name, device.serial]);
  }

  /** @throws MachineStateError when it does not run */
  async exec(command: readonly string[]): Promise<CommandResult> {
    const entered = enterCommand(this.#mustRun().init, command);
    return attempt(entered.command, entered.args);
  }

  get #directory(): string {
    return machineDirectory(this.#site.stateDirectory, this.#order.instanceId);
  }

  get #namespace(): string {
    return machineNamespace(this.#site.name, this.#order.instanceId);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    // Whoever asked for the work hears of its failure; the next in turn goes on from the state it left.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  #mustRun(): Running {
    if (this.#running === undefined) throw new MachineStateError(this.#order.instanceId, 'not running', 'running');
    return this.#running;
  }

  async #inside(script: string, args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.exec(['/bin/sh', '-c', script, 'sh', ...args]);
    if (code !== 0) throw new CommandError('sh', ['-c', script, 'sh', ...args], code, stderr);
  }

  async #boot(): Promise<void> {
    if (this.#running) throw new MachineStateError(this.#order.instanceId, 'running', 'stopped');
    const { name, image, cgroups } = this.#site;
    try {
      const [groups] = await Promise.all([
        createCgroups(cgroups, name, this.#order.instanceId),
        createMachineNetwork(name, this.#order),
      ]);
      const running = await launchMachine({
        ...this.#order,
        directory: this.#directory,
        namespace: this.#namespace,
        image,
        cgroups: groups,
        mounts: innerMounts(cgroups),
        devices: this.#devices(),
      });
      this.#running = running;
      void running.ended.then((how) => this.#ended(running, how));
    } catch (error) {
      await this.#clear();
      throw error;
    }
  }

  /** The machine ended by itself or was killed from outside; a `reboot` typed inside boots it again, as on EC2. */
  #ended(running: Running, how: 'reboot' | 'off'): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    const next = this.#inTurn(async () => {
      if (this.#running) return;
      await this.#clear();
      if (how === 'reboot') await this.#boot();
    });
    next.catch((error) => process.emitWarning(`${this.#order.instanceId}: ${String(error)}`));
  }

  async #stop(how: 'clean' | 'kill'): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running) {
      if (how === 'clean') {
        signal(running.init, POWER_OFF_SIGNAL);
        await Promise.race([running.ended, sleep(CLEAN_STOP_MILLISECONDS, undefined, { ref: false })]);
      }
      signal(running.init, 'SIGKILL');
      await Promise.race([running.ended, sleep(KILL_LIMIT_MILLISECONDS, undefined, { ref: false })]);
    }
    await this.#clear();
  }

  /** Takes away what a boot made: everything but the root disk. */
  async #clear(): Promise<void> {
    const { name, cgroups } = this.#site;
    await unplug(name, this.#order.instanceId);
    await removeNamespace(this.#namespace);
    this.#site.hangUp(this.#order.privateIp);
    await removeCgroups(cgroups, name, this.#order.instanceId);
  }
}
