import { SwarmError } from '../../lab/machines/simulated/swarm/errors.ts';
import { createDice, type Dice } from './dice.ts';
import { calm, drawFaultPlan, type FaultPlan, unleash, withoutKinds } from './fault-plan.ts';
import type { Violation } from './invariants.ts';
import { resumeHaltedRollouts, unlockLockedEngines } from './person.ts';
import { specOf } from './spec.ts';
import { watchTakenTokens } from './token-rules.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export type SimulateOptions = Pick<WorldOptions, 'seed' | 'overrides' | 'carrier' | 'keepTimeline'> & {
  /** @default drawn from the seed */
  readonly faults?: FaultPlan;
  /** Kinds of faults to leave out of the seed's mixture. @default none */
  readonly without?: readonly string[];
};

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Kinds of faults in its mixture. */
  readonly faults: readonly string[];
  /** The same for the same seed. */
  readonly digest: string;
  readonly timeline: readonly string[];
  readonly coverage: readonly (readonly [string, number])[];
  readonly calls: number;
  readonly virtualMilliseconds: number;
  /** From calm to whole; `undefined` when it came to that no more. */
  readonly wholeAfter: number | undefined;
}

const MINUTE = 60_000;
/** A cluster that nothing disturbs is whole within this, from nothing. */
const BOOTSTRAP = 10 * MINUTE;
/**
 * Whole again after calm: the longest backoff of a launch is 15 min, the ladder of repairs takes some minutes more. The time
 * for which an engine waits for its key, or a halted roll-out for a person, comes on top.
 */
const WHOLE = 30 * MINUTE;
/** The same after so many failed launches that a slot is parked. */
const WHOLE_AFTER_PARKING = 7 * 60 * MINUTE;
/** What faults began may still come to pass for so long: EC2's notice of a dead machine, a late command. */
const AFTERMATH = 95_000;
/** Two runs of the schedule. */
const IDLE = 130_000;

/** One seed, from an empty region to a whole cluster that nothing is done to any more. Ends at the first violation. */
export async function simulate(options: SimulateOptions): Promise<SimulationResult> {
  const dice = createDice(options.seed, 9);
  const world = await createWorld({ ...options, spec: drawSpec(dice) });
  const plan = withoutKinds(options.faults ?? drawFaultPlan(dice), options.without ?? []);
  const wholeAfter = await live(world, plan);
  return {
    seed: options.seed,
    violations: world.violations,
    faults: [...plan.climates, ...plan.strikes.map(({ kind }) => kind)],
    digest: world.timeline.digest(),
    timeline: world.timeline.lines,
    coverage: [...world.coverage.counts],
    calls: world.lambda.calls,
    virtualMilliseconds: world.now(),
    wholeAfter,
  };
}

function drawSpec(dice: Dice) {
  const managers = dice.random();
  return specOf(managers < 0.05 ? 1 : managers < 0.9 ? 3 : 5, Math.floor(dice.random() * 4));
}

async function live(world: World, plan: FaultPlan): Promise<number | undefined> {
  const { clock, violations } = world;
  const broken = () => violations.length > 0;
  const mindTokens = watchTakenTokens(world);
  if (plan.fromTheStart) unleash(world, plan);
  else {
    if ((await becomesWhole(world, BOOTSTRAP, 'whole-from-nothing')) === undefined) return undefined;
    unleash(world, plan);
  }
  void use(world);
  void unlockLockedEngines(world);
  void resumeHaltedRollouts(world);
  await clock.run(broken, plan.duration);
  if (broken()) return undefined;

  calm(world);
  const calmAt = world.now();
  if (world.removal.begun) return await becomesRemoved(world);
  const { launches } = (await world.store.memory()).records;
  const parked = [...launches.values()].some(({ failures }) => failures >= 7);
  const limit = parked ? WHOLE_AFTER_PARKING : WHOLE;
  const wholeAt = await becomesWhole(world, limit, 'whole-again', calmAt + AFTERMATH);
  if (wholeAt === undefined) return undefined;
  const wholeAfter = wholeAt - calmAt;

  mindTokens();
  const before = world.changes.count;
  await clock.run(broken, IDLE);
  const done = world.changes.count - before;
  if (done > 0) world.report('idle-changes-nothing', `${done} changes in a whole cluster`);
  const flaws = world.truth.flaws();
  if (flaws.length > 0) world.report('stays-whole', flaws.join('; '));
  const lost = world.fleet.swarm.lostWrites();
  if (lost.length > 0) world.report('acknowledged-is-kept', lost.map(({ entry }) => entry.what).join(', '));
  return wholeAfter;
}

/** All machines are ended, and none comes back. @returns how long it took */
async function becomesRemoved(world: World): Promise<number | undefined> {
  const { clock, violations, removal } = world;
  const calmAt = world.now();
  const over = () => violations.length > 0 || removal.flaws().length === 0;
  if (!(await clock.run(over, WHOLE))) world.report('is-removed', removal.flaws().join('; '));
  const removedAfter = world.now() - calmAt;
  world.coverage.reached('removed');
  await clock.run(() => violations.length > 0 || removal.flaws().length > 0, IDLE);
  if (removal.flaws().length > 0) world.report('stays-removed', removal.flaws().join('; '));
  return violations.length > 0 ? undefined : removedAfter;
}

/** Whole in truth and in the controller's own eyes, with nobody at work on it any more. @param earliest not before this @returns since when */
async function becomesWhole(world: World, limit: number, rule: string, earliest = 0): Promise<number | undefined> {
  const { clock, violations, truth, store, lambda } = world;
  const started = world.now();
  const end = () => started + limit + world.awaitedPerson;
  let wholeSince: number | undefined;
  for (;;) {
    const over = () => violations.length > 0 || (lambda.running.size === 0 && truth.flaws().length === 0);
    const settled = await clock.run(over, end() - world.now());
    if (violations.length > 0) return undefined;
    const status = await store.status();
    if (!settled) wholeSince = undefined;
    else if (status?.whole === true) {
      // A status may be older than the damage: what counts is a convergence that began after it was mended.
      wholeSince ??= world.now();
      if (world.lastFoundWhole >= wholeSince && world.now() >= earliest) return wholeSince;
    }
    if (world.now() >= end()) {
      const held = status?.held.map(({ rule: by, subject, reason }) => `${by} ${subject}: ${reason}`) ?? [];
      const flaws = truth.flaws();
      world.report(rule, `after ${limit / MINUTE} min: ${[...flaws, ...held].join('; ') || 'status is not whole'}`);
      return undefined;
    }
    await clock.run(() => violations.length > 0 || truth.flaws().length > 0, Math.min(1_000, end() - world.now()));
    if (truth.flaws().length > 0) wholeSince = undefined;
  }
}

/** Somebody uses the Swarm: a service from the beginning, and a secret now and then. */
async function use(world: World): Promise<void> {
  const { clock, fleet, truth } = world;
  for (let turn = 0; ; turn += 1) {
    const leader = truth.leader();
    if (leader !== undefined) {
      const via = leader.engine.instanceId;
      try {
        if (fleet.swarm.services().length === 0) await fleet.swarm.createService(via, { name: 'web', replicas: 2 });
        await fleet.swarm.createSecret(via, `secret-${turn}`);
      } catch (error) {
        if (!(error instanceof SwarmError) && truth.engine(via) !== undefined) throw error;
      }
    }
    await clock.sleep(15_000);
  }
}
