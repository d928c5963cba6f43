import { createSimulatedFleet, type SimulatedFleet } from '../../lab/machines/simulated/fleet.ts';
import { createRegion, type Region } from '../../lab/region/region.ts';
import type { BusEvent } from '../../lab/region/service.ts';
import { createVirtualClock, type VirtualClock } from '../../lab/sim/clock.ts';
import { perform } from '../../lib/act/perform.ts';
import { createLaunchPace } from '../../lib/aws/launch-pace.ts';
import { createCommandRunner } from '../../lib/aws/run-command.ts';
import { TAG } from '../../lib/names.ts';
import { observeInfrastructure } from '../../lib/observe/infrastructure.ts';
import { probeMachines } from '../../lib/observe/probe.ts';
import { MARK } from '../../lib/plan/marks.ts';
import { plan } from '../../lib/plan/plan.ts';
import { type Convergence, type ReconcileDependencies, reconcile } from '../../lib/reconcile/reconcile.ts';
import type { ClusterSpec } from '../../lib/spec/spec.ts';
import { createMemoryStore } from '../../lib/store/memory.ts';
import type { Store } from '../../lib/store/store.ts';
import { AwsLayer } from './aws-layer.ts';
import { type Carry, clientsOver, directCarrier } from './clients.ts';
import { withFaultyCommands } from './commands.ts';
import { Coverage } from './coverage.ts';
import { deploy } from './deployment.ts';
import { createDice, type Dice } from './dice.ts';
import { EndingRules } from './ending-rules.ts';
import { IntentRules } from './intent-rules.ts';
import { Invariants, type Violation } from './invariants.ts';
import type { Invocation } from './invocation.ts';
import { LambdaModel } from './lambda.ts';
import { LoopRules } from './loop-rules.ts';
import type { Overrides } from './overrides.ts';
import { ScriptRules } from './script-rules.ts';
import { storeFor } from './store-layer.ts';
import { addStranger } from './stranger.ts';
import { Timeline } from './timeline.ts';
import { type Declared, Truth } from './truth.ts';
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
  /** State volumes that are gone for good, until somebody deploys the stack again. */
  readonly lostVolumes: { readonly zone: string; readonly size: number; readonly tags: ReadonlyMap<string, string> }[];
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
const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
/** Which changes of state the template's rule wakes for: lib/constructs/controller.ts. */
const WAKING = new Set(['running', 'shutting-down', 'terminated', 'stopping', 'stopped']);

/** A region with a deployed cluster whose spec is committed and whose function runs: everything, in one process and in virtual time. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, overrides = {} } = options;
  const clock = createVirtualClock(START);
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

  const fleet = createSimulatedFleet({ clock, random: dice(1).random });
  overrides.machines?.(fleet);
  const scriptRules = new ScriptRules(report);
  const lifeOf = (instanceId: string) => `${instanceId} in life ${fleet.machines.get(instanceId)?.life ?? 0}`;
  const bootDice = dice(7);
  const faulty = withFaultyCommands(
    {
      ...fleet,
      async boot(order) {
        const booting = fleet.boot(order);
        if (bootDice.chance(weather.bootFails)) fleet.faults.failNextBoot(order.instanceId, 'no space left on device');
        await booting;
      },
    },
    {
      clock,
      dice: dice(2),
      weather,
      timeline,
      began: (instanceId, task) => {
        invariants.began(instanceId, task);
        endingRules.began(task);
        scriptRules.began(lifeOf(instanceId), task);
      },
      ended: (instanceId, result) => scriptRules.ended(lifeOf(instanceId), result),
    },
  );
  const region = createRegion({
    context: { clock, random: dice(3).random, account: '123456789012', region: 'us-east-1', zones: ZONES },
    settings: { pendingMilliseconds: 1_500, shutdownMilliseconds: 2_000, attachMilliseconds: 700, journalLength: 0 },
    fleet: faulty,
  });

  const lending = { skew: 0 };
  const storeClock = { ...clock, now: () => clock.now() + lending.skew };
  const memory = createMemoryStore({ clock: storeClock, cluster: options.spec.cluster });
  let declared: Declared = { spec: options.spec, images: {} };
  const real: Store = {
    ...memory,
    async commit(based, next) {
      const committed = await memory.commit(based, next);
      declared = committed;
      invariants.specChanged();
      return committed;
    },
  };
  const store = overrides.table?.(real) ?? real;
  const as = <T>(invocation: Invocation, run: () => T): T => {
    lending.skew = invocation.skew;
    try {
      return run();
    } finally {
      lending.skew = 0;
    }
  };

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
    zoneOf: (input) => zoneOf(region, input),
    listener: {
      reaching(invocation, _service, name, input) {
        if (isChange(name, input)) {
          changes.count += 1;
          timeline.add('call', `${invocation.name} ${name} ${shortened(input)}`);
        }
        invariants.called(invocation, name, input);
        intentRules.called(invocation.name, name, input);
      },
      answered(invocation, name, { error }) {
        if (error !== undefined) timeline.add('call', `${invocation.name} ${name} fails: ${String(error)}`);
      },
    },
  });

  let lastFoundWhole = -1;
  const observedAt = new WeakMap<Invocation, number>();
  const { cluster } = options.spec;
  const lambda: LambdaModel = new LambdaModel({
    clock,
    dice: dice(5),
    weather,
    timeline,
    run: (invocation) => run(invocation),
    ended: (invocation, { outcome }) => {
      loopRules.ended(invocation, outcome);
      if (outcome === 'whole') lastFoundWhole = observedAt.get(invocation) ?? -1;
    },
  });
  const storeDice = dice(6);

  function run(invocation: Invocation): Promise<Convergence> {
    const carry = aws.carrierFor(invocation);
    const { ec2, ssm } = clientsOver(overrides.carry?.(carry) ?? carry);
    const layered = storeFor(invocation, intentRules.watch(loopRules.watch(invocation, store)), {
      clock,
      dice: storeDice,
      weather,
      watch: lambda.watch,
      as,
    });
    const own = overrides.store?.(layered) ?? layered;
    const runner = createCommandRunner({ ssm, clock: invocation.clock, cluster });
    const pace = createLaunchPace(invocation.clock);
    const observe = () => {
      loopRules.observes(invocation);
      observedAt.set(invocation, now());
      return observeInfrastructure({ ec2, ssm, clock: invocation.clock, cluster });
    };
    const probe: ReconcileDependencies['probe'] = (instanceIds) => probeMachines({ runner, instanceIds });
    const act: ReconcileDependencies['perform'] = async (action, context) => {
      loopRules.acts(invocation, context.lease.fence);
      if (action.kind === 'suspect' && action.suspicion.symptom === MARK.leaving) {
        invariants.leaves(action.suspicion.instanceId);
      }
      const outcome = await perform(action, { ...context, store: own, ec2, runner, clock: invocation.clock, pace });
      coverage.acted(action.kind, outcome.ok);
      timeline.add('action', `${invocation.name} ${action.kind}: ${action.reason} → ${resultOf(outcome)}`);
      return outcome;
    };
    const deps: ReconcileDependencies = {
      cluster,
      clock: invocation.clock,
      owner: `reconcile/${invocation.id}`,
      store: own,
      plan: overrides.plan?.(plan) ?? plan,
      observe: overrides.observe?.(observe) ?? observe,
      probe: overrides.probe?.(probe) ?? probe,
      perform: overrides.perform?.(act) ?? act,
      onPass: (pass) => {
        for (const held of pass.held) coverage.held(held);
        for (const waiting of pass.waiting) coverage.waited(waiting);
        const held = pass.held.length > 0 ? `, held ${pass.held.join('; ')}` : '';
        const waiting = pass.waiting.length > 0 ? `, waiting for ${pass.waiting.join('; ')}` : '';
        timeline.add(
          'pass',
          `${invocation.name} fence ${pass.fence} pass ${pass.pass}: ${pass.actions.length} actions${held}${waiting}`,
        );
      },
    };
    const loop = overrides.reconcile?.(reconcile) ?? reconcile;
    return loop(overrides.dependencies?.(deps) ?? deps, () => invocation.remaining());
  }

  const settle = fleet.world.settle;
  fleet.world.settle = () => {
    settle();
    invariants.swarmChanged();
    endingRules.changed();
  };
  const eventDice = dice(8);
  region.onEvent((event) => {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification') return;
    const { id, state } = stateChange(event);
    timeline.add('state', `${id} is ${state}`);
    coverage.reached(state);
    endingRules.changed();
    invariants.instancesChanged(state === 'pending' ? truth.instance(id) : undefined);
    if (!WAKING.has(state) || eventDice.chance(weather.eventLost)) return;
    const deliver = () => {
      const late = eventDice.chance(weather.eventLate)
        ? eventDice.within([1_000, 120_000])
        : eventDice.within([50, 900]);
      void clock.sleep(late).then(() => lambda.invoke(`${id} is ${state}`));
    };
    deliver();
    if (eventDice.chance(weather.eventDoubled)) deliver();
  });
  region.onFault(({ what, error }) => {
    timeline.add('fault', `in the region: ${what}: ${String(error)}`);
  });

  const deployed = deploy(region, options.spec);
  addStranger(region, 'workers');
  await clock.flush();
  await real.commit(0, deployed);
  void lambda.schedule();
  lambda.invoke('deployment');

  return {
    seed,
    clock,
    region,
    fleet,
    store: real,
    lambda,
    weather,
    truth,
    timeline,
    invariants,
    coverage,
    violations,
    changes,
    lostVolumes: [],
    get lastFoundWhole() {
      return lastFoundWhole;
    },
    dice,
    now,
    report,
    async commit(change) {
      const { committed } = await real.memory();
      if (committed === undefined) throw new Error('nothing was ever committed');
      const { version, ...rest } = committed;
      const next = await real.commit(version, { ...rest, spec: change(rest.spec) });
      const groups = Object.entries(next.spec.groups).map(([name, { allocation, instanceType, labels }]) => {
        return `${name} ${JSON.stringify([allocation, instanceType, labels])}`;
      });
      timeline.add('user', `spec version ${next.version}: ${groups.join(', ')}`);
      await real.wake();
      lambda.invoke('deployment');
    },
  };
}

function stateChange(event: BusEvent): { readonly id: string; readonly state: string } {
  const detail = typeof event.detail === 'object' && event.detail !== null ? event.detail : {};
  return { id: String(Reflect.get(detail, 'instance-id')), state: String(Reflect.get(detail, 'state')) };
}

function isChange(name: string, input: object): boolean {
  if (name === 'SendCommand') return !String(Reflect.get(input, 'DocumentName')).endsWith('-probe');
  return !name.startsWith('Describe') && !name.startsWith('Get');
}

function shortened(input: object): string {
  return JSON.stringify(input, (key, value: unknown) => (key === 'UserData' ? undefined : value));
}

/** Where a launch asks for room; `undefined` when it needs none, as its token has made its machines already. */
function zoneOf(region: Region, input: object): string | undefined {
  const { subnets, interfaces, launches } = region.inside.ec2;
  const token: unknown = Reflect.get(input, 'ClientToken');
  if (typeof token === 'string' && launches.has(token)) return undefined;
  const subnetId: unknown = Reflect.get(input, 'SubnetId');
  if (typeof subnetId === 'string') return subnets.get(subnetId)?.zone;
  const named = JSON.stringify(input);
  return interfaces.find(({ id, tags }) => tags.has(TAG.logicalId) && named.includes(id))?.zone;
}

function resultOf(
  outcome:
    | { readonly ok: true; readonly detail: string }
    | { readonly ok: false; readonly code: string; readonly message: string },
): string {
  return outcome.ok ? outcome.detail : `${outcome.code}: ${outcome.message}`;
}
