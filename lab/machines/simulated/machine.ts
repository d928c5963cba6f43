import { randomText } from '../../sim/random.ts';
import type { MachineOrder } from '../fleet.ts';
import type { Host } from '../host.ts';
import { type BootOrder, readBootOrder } from './boot-order.ts';
import { type Disk, rootDisk } from './disk.ts';
import { createEngine, type Engine } from './swarm/engine.ts';
import { killEngine, startEngine, stopEngine } from './swarm/lifecycle.ts';
import type { World } from './swarm/world.ts';

/** One simulated machine. What a power cut takes is set anew at each start. */
export interface Machine {
  readonly order: MachineOrder;
  readonly root: Disk;
  readonly attached: Map<string, Disk>;
  power: 'on' | 'off';
  /** Grows with each start: what was begun in an earlier life ends there. */
  life: number;
  bootId: string;
  poweredAt: number;
  boot: { state: 'running' | 'done' } | { state: 'failed'; reason: string };
  mounted: boolean;
  /** Highest fence seen since power-on. */
  fence: number;
  /** Commands that were begun under that fence. */
  readonly orders: Set<string>;
  /** An effect is under way. */
  locked: boolean;
  /** When our script last restarted the engine, in this boot. */
  restartedAt: number | undefined;
  engine: Engine | undefined;
  agent: 'off' | 'on' | 'cut';
  hangUp: () => void;
  /** Fault: it has power, and nothing in it runs any more, until it is rebooted. */
  hangs: boolean;
  /** Fault: the next boot script fails, with this reason. */
  failNextBoot: string | undefined;
  clockSkew: number;
  /** `engine-labels` on the root disk: newer than the user data. */
  keptLabels: Readonly<Record<string, string>> | undefined;
  /** Lists of nodes that a probe has begun to report, by their snapshots' names; oldest first. Packed pages, from 1. */
  readonly nodeLists: Map<string, readonly ListPage[]>;
}

export interface ListPage {
  readonly packed: string;
  readonly count: number;
}

export function createMachine(order: MachineOrder): Machine {
  return {
    order,
    root: rootDisk(),
    attached: new Map(),
    power: 'off',
    life: 0,
    bootId: '',
    poweredAt: 0,
    boot: { state: 'running' },
    mounted: false,
    fence: 0,
    orders: new Set(),
    locked: false,
    restartedAt: undefined,
    engine: undefined,
    agent: 'off',
    hangUp: () => {},
    hangs: false,
    failNextBoot: undefined,
    clockSkew: 0,
    keptLabels: undefined,
    nodeLists: new Map(),
  };
}

/** Switches on; resolves when init runs. Boot script and agent go on from there. */
export async function powerOn(world: World, host: Host, machine: Machine, connect: () => void): Promise<void> {
  const { instanceId } = machine.order;
  const metadata = host.metadata(instanceId);
  if (metadata === undefined) throw new Error(`${instanceId} can't boot: the region has no metadata for it`);
  if (machine.power === 'on') throw new Error(`${instanceId} runs already`);
  const order = readBootOrder(metadata.userData);
  machine.life += 1;
  machine.power = 'on';
  machine.hangs = false;
  machine.bootId = uuid(world);
  machine.poweredAt = world.clock.now();
  machine.boot = { state: 'running' };
  machine.mounted = false;
  machine.fence = 0;
  machine.orders.clear();
  machine.locked = false;
  machine.restartedAt = undefined;
  machine.nodeLists.clear();
  const alive = livesOn(machine);
  await world.clock.sleep(world.draw(world.figures.start));
  if (!alive()) return;
  world.timers.after(world.draw(world.figures.agent), () => {
    if (!alive() || machine.agent !== 'off') return;
    machine.agent = 'on';
    connect();
  });
  world.timers.after(world.draw(world.figures.cloudInit), () => {
    if (alive()) void runBootScript(world, machine, order, alive);
  });
}

/** In the form of `/proc/sys/kernel/random/boot_id`. */
function uuid(world: World): string {
  const hex = randomText(world.random, 32, '0123456789abcdef');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

/** Is the machine still in the life that it is in now? */
export function livesOn(machine: Machine): () => boolean {
  const { life } = machine;
  return () => machine.power === 'on' && machine.life === life;
}

/** The boot script, as `templates/boot.sh.hbs` does it. */
async function runBootScript(world: World, machine: Machine, order: BootOrder, alive: () => boolean): Promise<void> {
  const pause = (span: readonly [number, number]) => world.clock.sleep(world.draw(span));
  const fail = (reason: string) => {
    machine.boot = { state: 'failed', reason };
    world.settle();
  };
  if (machine.failNextBoot !== undefined) {
    fail(machine.failNextBoot);
    machine.failNextBoot = undefined;
    return;
  }
  if (order.docker === 'install') await pause(world.figures.installDocker);
  let disk = machine.root;
  if (order.volumeId !== undefined) {
    const { volumeId } = order;
    const found = await world.until(() => !alive() || machine.attached.has(volumeId), world.figures.volumeWait);
    const volume = machine.attached.get(volumeId);
    if (!alive()) return;
    if (!found || volume === undefined) return fail(`volume ${volumeId} did not appear in time`);
    if (volume.format === 'blank') {
      await pause(world.figures.format);
      if (alive()) volume.format = 'ext4';
    }
    await pause(world.figures.mount);
    disk = volume;
  }
  await pause(world.figures.engineStart);
  if (!alive()) return;
  if (disk !== machine.root && ![...machine.attached.values()].includes(disk)) {
    return fail(`volume ${order.volumeId} went away while it was being mounted`);
  }
  machine.mounted = disk !== machine.root;
  const { instanceId, privateIp } = machine.order;
  const labels = machine.keptLabels ?? order.labels;
  machine.engine = createEngine({ instanceId, address: privateIp, hostname: instanceId, labels }, disk);
  machine.engine.clockSkew = machine.clockSkew;
  world.engines.add(machine.engine);
  startEngine(world, machine.engine);
  machine.boot = { state: 'done' };
  world.settle();
}

/** Power cut. */
export function powerOff(world: World, machine: Machine): void {
  if (machine.power === 'off') return;
  machine.power = 'off';
  machine.hangUp();
  machine.hangUp = () => {};
  machine.agent = 'off';
  if (machine.engine !== undefined) killEngine(world, machine.engine);
  world.engines.remove(machine.order.instanceId);
  machine.engine = undefined;
  machine.mounted = false;
  world.settle();
}

/** The kernel stands still: no script, no engine, no agent, no network. The power stays on. */
export function hang(world: World, machine: Machine): void {
  if (machine.power === 'off') return;
  machine.life += 1;
  machine.hangs = true;
  machine.hangUp();
  machine.hangUp = () => {};
  machine.agent = 'cut';
  if (machine.engine !== undefined) killEngine(world, machine.engine);
  world.engines.remove(machine.order.instanceId);
  machine.engine = undefined;
  machine.mounted = false;
  world.settle();
}

/** systemd stops everything in order, then the power goes. @returns false when it was cut before that */
export async function shutDown(world: World, machine: Machine): Promise<boolean> {
  const alive = livesOn(machine);
  machine.hangUp();
  machine.hangUp = () => {};
  machine.agent = 'cut';
  if (machine.engine !== undefined) await stopEngine(world, machine.engine);
  if (!alive()) return false;
  powerOff(world, machine);
  return true;
}

/** The disk was taken away under a running machine: its engine can't go on. */
export function loseDisk(world: World, machine: Machine, disk: Disk): void {
  if (machine.engine?.disk !== disk) return;
  killEngine(world, machine.engine);
  world.engines.remove(machine.order.instanceId);
  machine.engine = undefined;
  machine.mounted = false;
}
