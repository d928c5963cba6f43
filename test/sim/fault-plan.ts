import { keysOf } from '../support/keys-of.ts';
import { CLIMATES, type ClimateKind } from './climate.ts';
import type { Dice } from './dice.ts';
import { putRight } from './person.ts';
import { STRIKES, type StrikeKind } from './strikes.ts';
import { calmWeather } from './weather.ts';
import type { World } from './world.ts';

/** Which faults a seed has: each seed has others, so that between them all mixtures come up. */
export interface FaultPlan {
  /** Faults begin with the first call; else only in a whole cluster. */
  readonly fromTheStart: boolean;
  /** Milliseconds from the first fault to calm. */
  readonly duration: number;
  /** Milliseconds after the first fault somebody deletes the stack. */
  readonly removedAt?: number | undefined;
  readonly climates: readonly ClimateKind[];
  /** With the mean time between two of a kind, milliseconds. */
  readonly strikes: readonly { readonly kind: StrikeKind; readonly every: number }[];
}

const CLIMATE_KINDS = keysOf(CLIMATES);
const STRIKE_KINDS = keysOf(STRIKES);

/** Share of the seeds in which the cluster is removed. */
const REMOVED = 0.04;

export function drawFaultPlan(dice: Dice): FaultPlan {
  const mood = dice.random();
  // Some seeds are nearly calm, so that single faults are seen by themselves; some have nearly everything.
  const climateShare = mood < 0.2 ? 0 : mood < 0.9 ? 0.15 : 0.5;
  const strikeShare = dice.random() < 0.15 ? 0.05 : dice.random() < 0.85 ? 0.2 : 0.5;
  const plan = {
    fromTheStart: dice.chance(0.25),
    duration: dice.within([60_000, 900_000]),
    climates: CLIMATE_KINDS.filter(() => dice.chance(climateShare)),
    strikes: STRIKE_KINDS.filter(() => dice.chance(strikeShare)).map((kind) => ({
      kind,
      every: dice.within([30_000, 400_000]),
    })),
  };
  return { ...plan, removedAt: dice.chance(REMOVED) ? dice.within([0, plan.duration]) : undefined };
}

export function withoutKinds(plan: FaultPlan, kinds: readonly string[]): FaultPlan {
  return {
    ...plan,
    climates: plan.climates.filter((kind) => !kinds.includes(kind)),
    strikes: plan.strikes.filter(({ kind }) => !kinds.includes(kind)),
  };
}

/** Lets the plan's faults happen until its time is over; calm is another matter. Each kind has dice of its own. */
export function unleash(world: World, plan: FaultPlan): void {
  const end = world.now() + plan.duration;
  for (const kind of plan.climates) {
    CLIMATES[kind](world.weather, world.dice(100 + CLIMATE_KINDS.indexOf(kind)));
    world.coverage.fault(kind);
    world.timeline.add('fault', `from now on: ${kind}`);
  }
  if (plan.removedAt !== undefined) void world.clock.sleep(plan.removedAt).then(() => world.removal.begin());
  for (const { kind, every } of plan.strikes) {
    void strike(world, kind, every, end, world.dice(160 + STRIKE_KINDS.indexOf(kind)));
  }
}

async function strike(world: World, kind: StrikeKind, every: number, end: number, dice: Dice): Promise<void> {
  for (;;) {
    await world.clock.sleep(1 - Math.log(1 - dice.random()) * every);
    if (world.now() >= end) return;
    const what = await STRIKES[kind](world, dice);
    if (what === undefined) continue;
    world.coverage.fault(kind);
    world.timeline.add('fault', what);
  }
}

/** Faults end, and what a person or AWS would put right is put right; the rest is the controller's to mend. */
export function calm(world: World): void {
  world.timeline.add('fault', 'from now on: calm');
  world.calmSince = world.now();
  Object.assign(world.weather, calmWeather());
  Object.assign(world.region.settings, {
    shutdownMilliseconds: 2_000,
    attachMilliseconds: 700,
    instanceVisibleMilliseconds: 0,
    powerCutNoticeMilliseconds: 0,
    agentLostMilliseconds: 0,
  });
  putRight(world);
  world.fleet.faults.heal();
  world.lambda.thawAll();
  for (const [id, machine] of world.fleet.machines) if (machine.power === 'on') world.fleet.faults.agentOnline(id);
}
