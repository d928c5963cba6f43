import { SwarmError } from '../../lab/machines/simulated/swarm/errors.ts';
import { reboot, stop, terminate } from '../../lab/region/ec2/lifecycle.ts';
import { CHANGES } from './changes.ts';
import type { Dice } from './dice.ts';
import { DISK_STRIKES } from './disk-strikes.ts';
import { withWorkers } from './spec.ts';
import { cut, ids, isManager, running } from './victims.ts';
import type { World } from './world.ts';

/** Something that happens at one moment. @returns what it was, or nothing when there was nothing to hit */
export type Strike = (world: World, dice: Dice) => string | undefined | Promise<string | undefined>;

/** Everything that strikes at one moment, by name. */
export const STRIKES = {
  /** An instance's host fails, in whichever state the instance is. */
  'instance-dies': (world, dice) => {
    const victim = dice.pick(world.truth.live());
    if (victim === undefined) return undefined;
    cut(world, victim);
    return `${victim.id} (${victim.state}) dies`;
  },
  'leader-dies': (world) => {
    const victim = world.truth.instance(world.truth.leader()?.engine.instanceId ?? '');
    if (victim === undefined) return undefined;
    cut(world, victim);
    return `${victim.id}, the leader, dies`;
  },
  'all-managers-die': (world) => {
    const victims = world.truth.live().filter(isManager);
    for (const victim of victims) cut(world, victim);
    return `all managers die: ${ids(victims)}`;
  },
  'all-workers-die': (world) => {
    const victims = world.truth.live().filter((one) => !isManager(one));
    for (const victim of victims) cut(world, victim);
    return `all workers die: ${ids(victims)}`;
  },
  /** A zone loses its power, and has no room for some minutes. */
  'zone-fails': (world, dice) => {
    const zone = dice.pick(world.region.context.zones) ?? '';
    const victims = world.truth.live().filter((one) => one.zone === zone);
    for (const victim of victims) cut(world, victim);
    fillZone(world, zone, dice.within([30_000, 300_000]));
    return `${zone} fails with ${ids(victims)}`;
  },
  'no-capacity': (world, dice) => {
    const zone = dice.pick(world.region.context.zones) ?? '';
    fillZone(world, zone, dice.within([10_000, 240_000]));
    return `${zone} has no capacity`;
  },
  'stopped-by-hand': (world, dice) => {
    const victim = dice.pick(running(world));
    if (victim === undefined) return undefined;
    stop(world.region.inside.ec2, victim, dice.chance(0.5) ? 'clean' : 'kill');
    return `someone stops ${victim.id}`;
  },
  'terminated-by-hand': (world, dice) => {
    const victim = dice.pick(world.truth.live());
    if (victim === undefined) return undefined;
    terminate(world.region.inside.ec2, victim);
    return `someone terminates ${victim.id}`;
  },
  'engine-dies': (world, dice) => onEngine(world, dice, 'its engine dies', (id) => world.fleet.faults.killEngine(id)),
  'engine-hangs': (world, dice) => onEngine(world, dice, 'its engine hangs', (id) => world.fleet.faults.hangEngine(id)),
  'engine-stopped': (world, dice) =>
    onEngine(world, dice, 'someone stops its engine', (id) => {
      void world.fleet.faults.stopEngine(id);
    }),
  'engine-bounces': (world, dice) =>
    onEngine(world, dice, 'its engine dies and is started again', (id) => {
      world.fleet.faults.killEngine(id);
      void world.clock.sleep(dice.within([1_000, 15_000])).then(() => {
        if (world.truth.engine(id) !== undefined) world.fleet.faults.startEngine(id);
      });
    }),
  'agent-offline': (world, dice) => {
    const victim = dice.pick(running(world));
    if (victim === undefined || !world.fleet.machines.has(victim.id)) return undefined;
    world.fleet.faults.agentOffline(victim.id);
    void world.clock.sleep(dice.within([5_000, 400_000])).then(() => {
      if (world.fleet.machines.has(victim.id)) world.fleet.faults.agentOnline(victim.id);
    });
    return `the agent of ${victim.id} is offline`;
  },
  partition: (world, dice) => {
    const cutOff = running(world).filter(() => dice.chance(0.4));
    world.fleet.faults.partition([cutOff.map(({ id }) => id)]);
    void world.clock.sleep(dice.within([3_000, 120_000])).then(() => world.fleet.faults.heal());
    return `cut off from the others: ${ids(cutOff)}`;
  },
  'deaf-machine': (world, dice) => {
    const victim = dice.pick(running(world));
    if (victim === undefined) return undefined;
    world.fleet.faults.blockInbound(victim.id);
    void world.clock.sleep(dice.within([3_000, 120_000])).then(() => world.fleet.faults.heal());
    return `${victim.id} can't be reached`;
  },
  'reboot-by-hand': (world, dice) => {
    const victim = dice.pick(running(world));
    if (victim === undefined || !world.fleet.machines.has(victim.id)) return undefined;
    reboot(world.region.inside.ec2, victim);
    return `someone reboots ${victim.id}`;
  },
  /** Interfaces and volumes stay held by machines that go, for up to two minutes. */
  'slow-release': (world, dice) => {
    const milliseconds = dice.within([10_000, 120_000]);
    Object.assign(world.region.settings, { shutdownMilliseconds: milliseconds, attachMilliseconds: milliseconds / 4 });
    return `EC2 takes ${milliseconds} ms to let go of what a machine held`;
  },
  'slow-to-list': (world, dice) => {
    const milliseconds = dice.within([1_000, 12_000]);
    Object.assign(world.region.settings, { instanceVisibleMilliseconds: milliseconds });
    return `EC2 lists new instances after ${milliseconds} ms`;
  },
  'slow-notice': (world, dice) => {
    const milliseconds = dice.within([1_000, 90_000]);
    Object.assign(world.region.settings, {
      powerCutNoticeMilliseconds: milliseconds,
      agentLostMilliseconds: milliseconds,
    });
    return `EC2 notices a dead machine after ${milliseconds} ms`;
  },
  ...DISK_STRIKES,
  /** EC2 goes on to call it running; its status checks would call it impaired. */
  'machine-hangs': (world, dice) => {
    const victim = dice.pick(running(world));
    if (victim === undefined || !world.fleet.machines.has(victim.id)) return undefined;
    world.fleet.faults.hangMachine(victim.id);
    return `${victim.id} stands still`;
  },
  /** Somebody has the Swarm ask for a key when an engine starts. */
  autolock: async (world) => {
    const leader = world.truth.leader();
    if (leader === undefined || leader.raft.head.state.lockKey !== undefined) return undefined;
    try {
      await world.fleet.swarm.setAutolock(leader.engine.instanceId, 'SWMKEY-1-simulated');
      return 'someone sets autolock';
    } catch (error) {
      if (error instanceof SwarmError) return undefined;
      throw error;
    }
  },
  ...CHANGES,
  'spec-changed': async (world, dice) => {
    const size = Math.floor(dice.random() * 5);
    await world.commit((spec) => withWorkers(spec, size));
    return `the spec asks for ${size} workers`;
  },
  'invoked-twice': (world) => {
    world.lambda.invoke('by hand');
    world.lambda.invoke('by hand');
    return 'the function is invoked twice at once';
  },
  'function-killed': (world, dice) => {
    const victim = dice.pick([...world.lambda.running]);
    if (victim === undefined) return undefined;
    world.lambda.kill(victim, 'for no reason');
    return `${victim.name} is killed`;
  },
  'function-frozen': (world, dice) => {
    const victim = dice.pick([...world.lambda.running]);
    if (victim === undefined) return undefined;
    world.lambda.freeze(victim);
    return `${victim.name} is frozen`;
  },
  'renamed-by-hand': (world, dice) =>
    changedByHand(world, dice, 'another hostname', (id) =>
      world.fleet.faults.renameMachine(id, `build-${id.slice(-4)}`),
    ),
  'relabelled-by-hand': (world, dice) => {
    const others = running(world).flatMap(({ id }) => world.truth.engine(id) ?? []);
    const labels = dice.chance(0.5) ? {} : (dice.pick(others)?.labels ?? {});
    const what = `the labels ${JSON.stringify(labels)}`;
    return changedByHand(world, dice, what, (id) => world.fleet.faults.relabelEngine(id, labels));
  },
} satisfies Readonly<Record<string, Strike>>;

export type StrikeKind = keyof typeof STRIKES;

/** What an engine reads when it starts. */
function changedByHand(
  world: World,
  dice: Dice,
  what: string,
  change: (instanceId: string) => void,
): string | undefined {
  return onEngine(world, dice, `someone gives it ${what} and restarts its engine`, (id) => {
    world.fleet.faults.killEngine(id);
    change(id);
    world.fleet.faults.startEngine(id);
  });
}

function onEngine(world: World, dice: Dice, what: string, act: (instanceId: string) => void): string | undefined {
  const victim = dice.pick(running(world).filter(({ id }) => world.truth.engine(id)?.process === 'up'));
  if (victim === undefined) return undefined;
  act(victim.id);
  return `${victim.id}: ${what}`;
}

function fillZone({ weather, clock }: World, zone: string, milliseconds: number): void {
  weather.full.add(zone);
  void clock.sleep(milliseconds).then(() => weather.full.delete(zone));
}
