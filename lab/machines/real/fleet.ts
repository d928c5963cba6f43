import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Fleet, MachineOrder } from '../fleet.ts';
import { ensureImage } from '../image/image.ts';
import { readLayout } from './cgroups.ts';
import { Gateway } from './gateway.ts';
import { destroyLeftovers } from './leftovers.ts';
import { Machine, MachineStateError, type Site } from './machine.ts';
import { checkLabName } from './names.ts';
import { createVpc, namespacesOf } from './network.ts';
import { checkHost } from './requirements.ts';
import { Volumes } from './volumes.ts';

export { destroyLeftovers } from './leftovers.ts';
export { HOST_PACKAGES } from './requirements.ts';

/** Where the image is kept between labs. */
export const DEFAULT_CACHE_DIRECTORY = '/var/cache/everswarm-lab';

export interface RealFleetOptions {
  /** The lab's name: every name on the host is derived from it. */
  readonly name: string;
  /** For machines' root disks and volumes; emptied of them by `destroy`. */
  readonly stateDirectory: string;
  /** For the machine image; kept. */
  readonly cacheDirectory: string;
  /** Unix socket on which the region answers the machines: instance metadata, AWS API, agents. */
  readonly gatewaySocket: string;
  /** Where the host's commands are looked for. @default the root user's usual directories */
  readonly searchPath?: string;
}

/** Something of a lab by that name is still there. */
export class LeftoversError extends Error {
  readonly code = 'Leftovers';
  constructor(name: string, found: readonly string[]) {
    super(`a lab named "${name}" is there already (${found.join(', ')}); take it down first, or choose another name`);
    this.name = 'LeftoversError';
  }
}

/**
 * Machines made of namespaces over a Debian image, each with systemd, cloud-init and a Docker Engine of its own.
 * They reach the region through `gatewaySocket`, so `plug` has nothing to keep.
 * @throws LabNameError
 */
export function createRealFleet(options: RealFleetOptions): Fleet {
  checkLabName(options.name);
  const { name, cacheDirectory } = options;
  const stateDirectory = resolve(options.stateDirectory);
  const machines = new Map<string, Machine>();
  const volumes = new Volumes(stateDirectory);
  const gateway = new Gateway(name, resolve(options.gatewaySocket));
  let site: Site | undefined;

  function machine(instanceId: string): Machine {
    const found = machines.get(instanceId);
    if (found === undefined)
      throw new MachineStateError(instanceId, 'unknown', 'a machine that was booted and not released');
    return found;
  }

  async function detach(instanceId: string, volumeId: string): Promise<void> {
    const device = volumes.device(instanceId, volumeId);
    if (device === undefined) return;
    const holder = machines.get(instanceId);
    if (holder?.isRunning) await holder.hideDevice(device);
    await volumes.detach(volumeId);
  }

  return {
    kind: 'real',
    plug() {},

    async prepare(progress) {
      await checkHost(options.searchPath ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
      const found = await namespacesOf(name);
      if (found.length > 0) throw new LeftoversError(name, found);
      await mkdir(stateDirectory, { recursive: true });
      const image = await ensureImage(cacheDirectory, progress);
      progress("making the VPC's network namespace");
      await createVpc(name);
      await gateway.start();
      site = { name, stateDirectory, image, cgroups: await readLayout(), hangUp: (address) => gateway.hangUp(address) };
    },

    async boot(order: MachineOrder) {
      if (site === undefined)
        throw new MachineStateError(order.instanceId, 'without a prepared fleet', '`prepare` done');
      if (machines.has(order.instanceId))
        throw new MachineStateError(order.instanceId, 'there already', 'a new instance id');
      const made = new Machine(site, order, () => volumes.attachedTo(order.instanceId));
      machines.set(order.instanceId, made);
      try {
        await made.create();
      } catch (error) {
        machines.delete(order.instanceId);
        await made.release();
        throw error;
      }
    },

    start: (instanceId) => machine(instanceId).start(),
    stop: (instanceId, how) => machine(instanceId).stop(how),
    reboot: (instanceId) => machine(instanceId).reboot(),

    async release(instanceId) {
      await machine(instanceId).release();
      for (const volumeId of volumes.volumesOf(instanceId)) await volumes.detach(volumeId);
      machines.delete(instanceId);
    },

    createVolume: (volumeId, sizeGiB) => volumes.create(volumeId, sizeGiB),
    deleteVolume: (volumeId) => volumes.delete(volumeId),

    async attach(instanceId, volumeId) {
      const holder = machine(instanceId);
      const device = await volumes.attach(instanceId, volumeId);
      try {
        if (holder.isRunning) await holder.showDevice(device);
      } catch (error) {
        await volumes.detach(volumeId);
        throw error;
      }
    },

    detach,
    exec: (instanceId, command) => machine(instanceId).exec(command),

    async destroy() {
      await Promise.all([...machines.values()].map((one) => one.stop('kill')));
      machines.clear();
      await gateway.stop();
      await destroyLeftovers(name, stateDirectory);
    },
  };
}
