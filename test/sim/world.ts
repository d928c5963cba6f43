import type { SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import type { Region } from '../../lab/region/region.ts';
import { afterMicrotasks, createVirtualClock, type VirtualClock } from '../../lab/sim/clock.ts';
import type { ClusterSpec } from '../../lib/spec/spec.ts';
import type { Store } from '../../lib/store/store.ts';
import { AwsLayer } from './aws-layer.ts';
import { isChange, shortened, zoneOfLaunch } from './calls.ts';
import { type Carry, directCarrier } from './clients.ts';
import { Coverage } from './coverage.ts';
import { deploy } from './deployment.ts';
import { createDice, type Dice } from './dice.ts';
import { EndingRules } from './ending-rules.ts';
import { ReconcileFunction } from './function.ts';
import { IntentRules } from './intent-rules.ts';
import { Invariants, type Violation } from './invariants.ts';
import { LambdaModel } from './lambda.ts';
import { LoopRules } from './loop-rules.ts';
import { createMachines } from './machines.ts';
import type { Overrides } from './overrides.ts';
import { Removal } from './removal.ts';
import { addStranger } from './stranger.ts';
import { createTable } from './table.ts';
import { Timeline } from './timeline.ts';
import { type Declared, Truth } from './truth.ts';
import { deliverWakeUps } from './wake-ups.ts';
import { calmWeather, type Weather } from './weather.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly spec: ClusterSpec;
  /** @default none */
  readonly overrides?: Overrides;
  /** @default the direct way */
  readonly carrier?: (region: Region) => Carry;
  /** Keep the timeline's lines. @default false: only their hash */
  readonly keepTimeline?: boolean;
}

export interface World {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly region: Region;
  readonly fleet: SimulatedFleet;
  /** The table past all faults. */
  readonly store: Store;
  readonly lambda: LambdaModel;
  readonly weather: Weather;
  readonly truth: Truth;
  readonly timeline: Timeline;
  readonly invariants: Invariants;
  readonly coverage: Coverage;
  readonly violations: Violation[];
  /** The deletion of the stack, if it comes to that. */
  readonly removal: Removal;
  /** Logical IDs whose Raft state was lost or spoilt. */
  readonly lostStates: string[];
  /** When faults ended; `undefined`: they have not. */
  calmSince: number | undefined;
  /** Milliseconds in calm for which a person was waited for: that time is not the controller's. */
  awaitedPerson: number;
  /** Calls of the controller so far that change something in AWS or on a machine. */
  readonly changes: { count: number };
  /** When the last pass began of the newest convergence that found everything whole; -1: none did. */
  readonly lastFoundWhole: number;
  dice(stream: number): Dice;
  /** Milliseconds since the beginning. */
  now(): number;
  report(rule: string, what: string): void;
  /** Puts another spec in force, and wakes the controller as its deployment does. */
  commit(change: (spec: ClusterSpec) => ClusterSpec): Promise<void>;
}

const START = Date.UTC(2026, 0, 5, 12);

/** A region with a deployed cluster whose spec is committed and whose function runs: everything, in one process and in virtual time. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, overrides = {} } = options;
  // The direct way knows only promises; another may have streams, which need turns of the event loop.
  const clock = options.carrier === undefined ? createVirtualClock(START, afterMicrotasks) : createVirtualClock(START);
  const now = () => clock.monotonic();
  const timeline = new Timeline(now, options.keepTimeline ?? false);
  const weather = calmWeather();
  const dice = (stream: number) => createDice(seed, stream);
  const violations: Violation[] = [];
  const coverage = new Coverage();
  const report = (rule: string, what: string) => {
    violations.push({ at: now(), rule, what });
    timeline.add('violation', `${rule}: ${what}`);
  };

  const { fleet, region } = createMachines({
    clock,
    weather,
    timeline,
    overrides,
    dice,
    report,
    began: (instanceId, task) => {
      invariants.began(instanceId, task);
      endingRules.began(task);
    },
  });

  let declared: Declared = { spec: options.spec, images: {} };
  const table = createTable(clock, options.spec.cluster, (committed) => {
    declared = committed;
    invariants.specChanged();
  });
  const store = overrides.table?.(table.store) ?? table.store;

  const truth = new Truth(region.inside, fleet, () => declared);
  const endingRules = new EndingRules({
    truth,
    now: () => clock.now(),
    report,
    isSurplus: (instance) => invariants.isSurplus(instance),
  });
  const invariants: Invariants = new Invariants({
    inside: region.inside,
    truth,
    now,
    report,
    ends: (instance, why) => endingRules.ends(instance, why),
  });
  const intentRules = new IntentRules(report);
  const loopRules = new LoopRules({ report });
  const changes = { count: 0 };
  const aws = new AwsLayer({
    clock,
    dice: dice(4),
    weather,
    watch: { before: (...told) => lambda.watch.before(...told), after: (...told) => lambda.watch.after(...told) },
    carry: (options.carrier ?? directCarrier)(region),
    zoneOf: (input) => zoneOfLaunch(region, input),
    listener: {
      reaching(sent) {
        const { invocation, name, input } = sent;
        if (isChange(name, input)) {
          changes.count += 1;
          timeline.add('call', `${invocation.name} ${name} ${shortened(input)}`);
        }
        invariants.called(sent);
        if (name === 'RunInstances') removal.launches(invocation, input);
        intentRules.called(invocation.name, name, input);
      },
      answered(invocation, name, { error }) {
        if (error !== undefined) timeline.add('call', `${invocation.name} ${name} fails: ${String(error)}`);
      },
    },
  });

  const removal = new Removal({
    region,
    clock,
    cluster: options.spec.cluster,
    truth,
    timeline,
    report,
    store: (invocation) => intentRules.watch(loopRules.watch(invocation, table.store)),
  });
  const code = new ReconcileFunction({
    clock,
    cluster: options.spec.cluster,
    dice: dice(6),
    weather,
    timeline,
    coverage,
    overrides,
    store,
    as: table.as,
    aws,
    watch: () => lambda.watch,
    invariants,
    intentRules,
    loopRules,
  });
  const lambda: LambdaModel = new LambdaModel({
    clock,
    dice: dice(5),
    weather,
    timeline,
    run: (invocation) => code.run(invocation),
    ended: (invocation, outcome) => code.ended(invocation, outcome),
  });

  const settle = fleet.world.settle;
  fleet.world.settle = () => {
    settle();
    truth.atOnce(() => {
      invariants.swarmChanged();
      endingRules.changed();
    });
  };
  deliverWakeUps({
    region,
    clock,
    dice: dice(8),
    weather,
    changed(id, state) {
      timeline.add('state', `${id} is ${state}`);
      coverage.reached(state);
      endingRules.changed();
      invariants.instancesChanged(state === 'pending' ? truth.instance(id) : undefined);
    },
    wake: (why) => lambda.invoke(why),
  });
  region.onFault(({ what, error }) => {
    timeline.add('fault', `in the region: ${what}: ${String(error)}`);
  });

  const deployed = deploy(region, options.spec);
  addStranger(region, 'workers');
  await clock.flush();
  await table.store.commit(0, deployed);
  void lambda.schedule();
  lambda.invoke('deployment');

  return {
    seed,
    clock,
    region,
    fleet,
    store: table.store,
    lambda,
    weather,
    truth,
    timeline,
    invariants,
    coverage,
    violations,
    changes,
    removal,
    lostStates: [],
    calmSince: undefined,
    awaitedPerson: 0,
    get lastFoundWhole() {
      return code.lastFoundWhole;
    },
    dice,
    now,
    report,
    async commit(change) {
      const { committed } = await table.store.memory();
      if (committed === undefined) throw new Error('nothing was ever committed');
      const { version, ...rest } = committed;
      const next = await store.commit(version, { ...rest, spec: change(rest.spec) });
      const groups = Object.entries(next.spec.groups).map(([name, { allocation, instanceType, labels }]) => {
        return `${name} ${JSON.stringify([allocation, instanceType, labels])}`;
      });
      timeline.add('user', `spec version ${next.version}: ${groups.join(', ')}`);
      await table.store.wake();
      lambda.invoke('deployment');
    },
  };
}
