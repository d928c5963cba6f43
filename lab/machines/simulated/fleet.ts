import type { Clock } from '../../../lib/clock.ts';
import type { Fleet } from '../fleet.ts';
import type { Host } from '../host.ts';
import { runTask } from './agent.ts';
import { blankDisk, type Disk } from './disk.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Figures, MEASURED } from './figures.ts';
import { createMachine, loseDisk, type Machine, powerOff, powerOn, shutDown } from './machine.ts';
import { run } from './shell/shell.ts';
import { createSwarmWorld } from './swarm/swarm.ts';
import type { World } from './swarm/world.ts';
import { createSwarmView, type SwarmView } from './swarm-view.ts';

/** Machines that exist only as a model, with a Swarm that behaves as measured on real engines. */
export interface SimulatedFleet extends Fleet {
  readonly kind: 'simulated';
  /** What the Swarm is like at this moment, seen from outside; and what a user of it does. */
  readonly swarm: SwarmView;
  /** What can be broken. */
  readonly faults: Faults;
  /** By instance id, also those without power. */
  readonly machines: ReadonlyMap<string, Machine>;
  readonly volumes: ReadonlyMap<string, Disk>;
  /** For the functions under `swarm/`, where the documents don't do what is wanted. */
  readonly world: World;
}

export interface SimulatedFleetOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1; the same numbers give the same run. */
  readonly random: () => number;
  /** @default MEASURED: what was measured on real engines */
  readonly figures?: Partial<Figures>;
}

export function createSimulatedFleet(options: SimulatedFleetOptions): SimulatedFleet {
  const { clock, random } = options;
  const world = createSwarmWorld({ clock, random, figures: { ...MEASURED, ...options.figures } });
  const machines = new Map<string, Machine>();
  const volumes = new Map<string, Disk>();
  let plugged: Host | undefined;

  const host = () => {
    if (plugged === undefined) throw new Error('the fleet is not plugged into a region: call plug() first');
    return plugged;
  };
  const machine = (instanceId: string) => found(machines, instanceId, 'machine');
  const volume = (volumeId: string) => found(volumes, volumeId, 'volume');
  const connect = (one: Machine) => {
    const { instanceId } = one.order;
    one.hangUp = host().agent.connect(instanceId, (task) => {
      void runTask(world, host(), one, task);
    });
  };
  const switchOn = (one: Machine) => powerOn(world, host(), one, () => connect(one));

  return {
    kind: 'simulated',
    machines,
    volumes,
    world,
    swarm: createSwarmView(world, machine),
    faults: createFaults(world, { machine, volume, connect }),
    plug(to) {
      plugged = to;
    },
    async prepare(progress) {
      progress('simulated machines: nothing to prepare');
    },
    async boot(order) {
      if (machines.has(order.instanceId)) throw new Error(`machine ${order.instanceId} exists already`);
      const taken = [...machines.values()].find((one) => one.power === 'on' && one.order.privateIp === order.privateIp);
      if (taken !== undefined) {
        throw new Error(`${order.instanceId} can't boot: ${taken.order.instanceId} runs with ${order.privateIp}`);
      }
      const one = createMachine(order);
      machines.set(order.instanceId, one);
      await switchOn(one);
    },
    start: (instanceId) => switchOn(machine(instanceId)),
    async stop(instanceId, how) {
      const one = machine(instanceId);
      if (how === 'clean') await shutDown(world, one);
      else powerOff(world, one);
    },
    async reboot(instanceId) {
      const one = machine(instanceId);
      if (await shutDown(world, one)) await switchOn(one);
    },
    async release(instanceId) {
      const one = machine(instanceId);
      if (one.power === 'on') throw new Error(`machine ${instanceId} still runs: stop it first`);
      machines.delete(instanceId);
    },
    async createVolume(volumeId, sizeGiB) {
      if (volumes.has(volumeId)) throw new Error(`volume ${volumeId} exists already`);
      volumes.set(volumeId, blankDisk(sizeGiB));
    },
    async deleteVolume(volumeId) {
      const holder = [...machines.values()].find((one) => one.attached.has(volumeId));
      if (holder !== undefined) throw new Error(`volume ${volumeId} is attached to ${holder.order.instanceId}`);
      volumes.delete(volumeId);
    },
    async attach(instanceId, volumeId) {
      const holder = [...machines.values()].find((one) => one.attached.has(volumeId));
      if (holder !== undefined && holder.order.instanceId !== instanceId) {
        throw new Error(`volume ${volumeId} is attached to ${holder.order.instanceId}`);
      }
      machine(instanceId).attached.set(volumeId, volume(volumeId));
      world.settle();
    },
    async detach(instanceId, volumeId) {
      const one = machine(instanceId);
      loseDisk(world, one, volume(volumeId));
      one.attached.delete(volumeId);
      world.settle();
    },
    exec: (instanceId, command) => run(world, machine(instanceId), command),
    async destroy() {
      for (const one of machines.values()) powerOff(world, one);
      machines.clear();
      volumes.clear();
      world.timers.cancelAll();
    },
  };
}

function found<T>(all: ReadonlyMap<string, T>, id: string, what: string): T {
  const one = all.get(id);
  if (one !== undefined) return one;
  throw new Error(`there is no ${what} ${id}; there are: ${[...all.keys()].join(', ') || 'none'}`);
}
