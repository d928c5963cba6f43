import { copyDisk, type Damage, type Disk } from './disk.ts';
import { hang, type Machine } from './machine.ts';
import type { Engine } from './swarm/engine.ts';
import { killEngine, startEngine, stopEngine, unlockEngine } from './swarm/lifecycle.ts';
import type { World } from './swarm/world.ts';

/** What can be broken on simulated machines, and mended. All by instance id or volume id. */
export interface Faults {
  /** The process is gone, and stays away until it is started. */
  killEngine(instanceId: string): void;
  stopEngine(instanceId: string): Promise<void>;
  startEngine(instanceId: string): void;
  /** The machine is called otherwise until its next boot. Its engine, which is down, will tell so when it starts. */
  renameMachine(instanceId: string, hostname: string): void;
  /** Someone writes other labels into its daemon.json, until its next boot. Its engine, which is down, will tell so when it starts. */
  relabelEngine(instanceId: string, labels: Readonly<Record<string, string>>): void;
  /** The engine takes part in everything, but its API answers nobody until it is restarted. */
  hangEngine(instanceId: string): void;
  /** @returns whether the key was right */
  unlockEngine(instanceId: string, key: string): boolean;
  /** The whole machine stands still, with its power on: EC2 calls it running. A reboot brings it back. */
  hangMachine(instanceId: string): void;
  /** Systems Manager hears nothing more of the machine. */
  agentOffline(instanceId: string): void;
  agentOnline(instanceId: string): void;
  /** Cuts the network between engines into these sides; machines not named stay together. Replaces an earlier cut. */
  partition(sides: readonly (readonly string[])[]): void;
  /** The machine reaches others, and can't be reached. */
  blockInbound(instanceId: string): void;
  /** Mends every cut. */
  heal(): void;
  /** The boot script's next run fails. For a machine that boots or will reboot. */
  failNextBoot(instanceId: string, reason: string): void;
  /** The machine's clock is ahead by so many milliseconds (or behind). */
  skewClock(instanceId: string, milliseconds: number): void;
  /** A crash-consistent copy of a volume. */
  snapshot(volumeId: string): Disk;
  /** Puts a copy back in place of what the volume holds; for a volume that no running machine has. */
  restore(volumeId: string, copy: Disk): void;
  /** The same for a machine's root disk: for copies between machines. */
  restoreRoot(instanceId: string, copy: Disk): void;
  damage(volumeId: string, damage: Damage): void;
  /** The swarm directory is deleted. */
  eraseSwarm(volumeId: string): void;
}

export function createFaults(
  world: World,
  find: {
    readonly machine: (instanceId: string) => Machine;
    readonly volume: (volumeId: string) => Disk;
    readonly connect: (machine: Machine) => void;
  },
): Faults {
  const engine = (instanceId: string): Engine => {
    const one = find.machine(instanceId).engine;
    if (one === undefined) throw new Error(`machine ${instanceId} has no engine: it is off, or has not booted`);
    return one;
  };
  const overwrite = (disk: Disk, copy: Disk) => {
    const used = [...world.engines.values()].find((one) => one.disk === disk);
    if (used !== undefined) throw new Error(`the disk is in use by ${used.instanceId}: cut its power first`);
    Object.assign(disk, copyDisk(copy));
  };
  return {
    killEngine: (id) => killEngine(world, engine(id)),
    stopEngine: (id) => stopEngine(world, engine(id)),
    startEngine: (id) => startEngine(world, engine(id)),
    renameMachine(id, hostname) {
      engine(id).hostname = hostname;
    },
    relabelEngine(id, labels) {
      engine(id).labels = labels;
    },
    hangEngine(id) {
      engine(id).hung = true;
    },
    unlockEngine: (id, key) => unlockEngine(world, engine(id), key),
    hangMachine: (id) => hang(world, find.machine(id)),
    agentOffline(id) {
      const machine = find.machine(id);
      machine.hangUp();
      machine.hangUp = () => {};
      machine.agent = 'cut';
    },
    agentOnline(id) {
      const machine = find.machine(id);
      if (machine.power === 'off' || machine.hangs || machine.agent === 'on') return;
      machine.agent = 'on';
      find.connect(machine);
    },
    partition(sides) {
      world.cuts.sides.clear();
      for (const [side, ids] of sides.entries()) for (const id of ids) world.cuts.sides.set(id, side);
      world.settle();
    },
    blockInbound(id) {
      world.cuts.deaf.add(id);
      world.settle();
    },
    heal() {
      world.cuts.sides.clear();
      world.cuts.deaf.clear();
      world.settle();
    },
    failNextBoot(id, reason) {
      find.machine(id).failNextBoot = reason;
    },
    skewClock(id, milliseconds) {
      const machine = find.machine(id);
      machine.clockSkew = milliseconds;
      if (machine.engine !== undefined) machine.engine.clockSkew = milliseconds;
    },
    snapshot(volumeId) {
      const copy = copyDisk(find.volume(volumeId));
      const joining = copy.swarm?.joining;
      if (copy.swarm !== undefined && joining !== undefined && world.clock.now() >= joining.until) {
        copy.swarm.joining = undefined;
      }
      return copy;
    },
    restore: (volumeId, copy) => overwrite(find.volume(volumeId), copy),
    restoreRoot: (instanceId, copy) => overwrite(find.machine(instanceId).root, copy),
    damage(volumeId, damage) {
      find.volume(volumeId).damage = damage;
    },
    eraseSwarm(volumeId) {
      const disk = find.volume(volumeId);
      overwrite(disk, { ...disk, swarm: undefined, damage: undefined });
    },
  };
}
