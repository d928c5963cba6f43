import { reboot, terminate } from '../../lab/region/ec2/lifecycle.ts';
import { TAG } from '../../lib/names.ts';
import { isManager, running } from './victims.ts';
import type { World } from './world.ts';

/** What only a person can put right, and does at last: docs/reliability.md says what that is. */
export function putRight(world: World): void {
  const { fleet, timeline, region } = world;
  const standing = running(world).filter((one) => isManager(one) && fleet.machines.get(one.id)?.hangs);
  // One manager that stands still is replaced where all others work. Else it can't be told from one that nobody hears.
  const others = world.truth.live().filter((one) => isManager(one) && !standing.includes(one));
  const alone = standing.length === 1 && others.length >= 2 && others.every((one) => world.truth.works(one));
  if (!alone || world.lostStates.length > 0) {
    for (const machine of standing) {
      reboot(region.inside.ec2, machine);
      timeline.add('user', `reboots ${machine.id}, which stands still`);
    }
  }
  // A hung engine beside one of those: the others are no proof of a quorum without it.
  if (standing.length > 0 || world.lostStates.length > 0) restartHungEngines(world);
  // The only manager is not replaced without an outage, which is a person's decision.
  const [only, ...more] = world.truth.live().filter(isManager);
  if (only !== undefined && more.length === 0 && world.truth.isOutdated(only)) {
    terminate(region.inside.ec2, only);
    timeline.add('user', `ends ${only.id}, the only manager, to have it replaced`);
  }
  // Halted roll-outs wait for a person: whatever failed them is over now.
  for (const group of Object.keys(world.truth.spec.groups)) void world.store.decideRollout(group, undefined);
}

function restartHungEngines(world: World): void {
  for (const { instanceId, hung } of [...world.fleet.world.engines.values()]) if (hung) restart(world, instanceId);
}

function restart({ fleet, timeline }: World, instanceId: string): void {
  fleet.faults.killEngine(instanceId);
  fleet.faults.startEngine(instanceId);
  timeline.add('user', `restarts the engine of ${instanceId}, which hangs`);
}

const LOOKS_EVERY = 10_000;
/** A person who was told does not come at once. */
const COMES_AFTER = [60_000, 240_000] as const;
/** By then the controller has said so, unless it can't see it. */
const ANNOUNCED_WITHIN = 150_000;

/**
 * Of one group, in calm: a controller that halts again and again is no help. While an address has no machine, as it is parked,
 * nothing can be rolled on: what is resumed then does not count.
 */
const RESUMES = 2;

/** Resumes roll-outs that the controller halts in calm for what faults had done before: launches failed, the quorum was away. */
export async function resumeHaltedRollouts(world: World): Promise<void> {
  const { clock, store, timeline, truth } = world;
  const dice = world.dice(11);
  const resumed = new Map<string, number>();
  for (;;) {
    await clock.sleep(dice.within(COMES_AFTER));
    if (world.calmSince === undefined) continue;
    for (const { group, halt } of (await store.memory()).records.rollouts.values()) {
      const times = resumed.get(group) ?? 0;
      if (halt === undefined || times === RESUMES) continue;
      if (!truth.isMachineMissing()) resumed.set(group, times + 1);
      world.awaitedPerson += Math.min(clock.now() - halt.at, world.now() - world.calmSince);
      timeline.add('user', `resumes the roll-out of ${group}`);
      await store.decideRollout(group, undefined);
    }
  }
}

/** An engine that waits for its key. */
interface Locked {
  readonly run: number;
  readonly at: number;
  /** When somebody unlocks it. */
  readonly comes: number;
  isSaid: boolean;
}

/** Unlocks engines that wait for their key, some minutes after each was locked. In calm the controller must have announced it. */
export async function unlockLockedEngines(world: World): Promise<void> {
  const { clock, fleet, truth, store, timeline } = world;
  const dice = world.dice(10);
  const since = new Map<string, Locked>();
  for (;;) {
    await clock.sleep(LOOKS_EVERY);
    const locked = [...fleet.world.engines.values()].filter(
      ({ process, local }) => process === 'up' && local === 'locked',
    );
    if (locked.length > 0 && world.calmSince !== undefined) world.awaitedPerson += LOOKS_EVERY;
    for (const engine of locked) {
      const { instanceId, run } = engine;
      const known = since.get(instanceId);
      if (known?.run !== run) {
        since.set(instanceId, { run, at: world.now(), comes: world.now() + dice.within(COMES_AFTER), isSaid: false });
        continue;
      }
      const own = truth.instance(instanceId)?.tags.get(TAG.logicalId);
      const held = (await store.status())?.held ?? [];
      // A pass that asks nobody says nothing of it: once is enough.
      known.isSaid ||= held.some(({ rule, subject }) => rule === 'autolock' && subject === own);
      const lockedFor = world.now() - Math.max(known.at, world.calmSince ?? Number.POSITIVE_INFINITY);
      if (world.now() < known.comes || (world.calmSince !== undefined && lockedFor < ANNOUNCED_WITHIN)) continue;
      if (engine.hung) {
        restart(world, instanceId);
        continue;
      }
      const isDeclared = own !== undefined && truth.managerIds().includes(own);
      if (world.calmSince !== undefined && isDeclared && !known.isSaid) {
        world.report(
          'locked-is-announced',
          `the engine of ${instanceId} at ${own} waits for its key since ${lockedFor} ms`,
        );
      }
      timeline.add('user', `unlocks the engine of ${instanceId}`);
      fleet.faults.unlockEngine(instanceId, engine.disk.swarm?.lockKey ?? '');
    }
  }
}
