import type { VirtualClock } from '../../lab/sim/clock.ts';
import { perform } from '../../lib/act/perform.ts';
import { createLaunchPace } from '../../lib/aws/launch-pace.ts';
import { createCommandRunner } from '../../lib/aws/run-command.ts';
import { observeInfrastructure } from '../../lib/observe/infrastructure.ts';
import { probeMachines } from '../../lib/observe/probe.ts';
import { plan } from '../../lib/plan/plan.ts';
import {
  type Convergence,
  type PassReport,
  type ReconcileDependencies,
  reconcile,
} from '../../lib/reconcile/reconcile.ts';
import type { Store } from '../../lib/store/store.ts';
import type { AwsLayer } from './aws-layer.ts';
import { clientsOver } from './clients.ts';
import type { Coverage } from './coverage.ts';
import type { Dice } from './dice.ts';
import type { IntentRules } from './intent-rules.ts';
import type { Invariants } from './invariants.ts';
import type { CallWatch, Invocation } from './invocation.ts';
import type { LoopRules } from './loop-rules.ts';
import type { Overrides } from './overrides.ts';
import { storeFor } from './store-layer.ts';
import type { Table } from './table.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

interface FunctionParts {
  readonly clock: VirtualClock;
  readonly cluster: string;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly timeline: Timeline;
  readonly coverage: Coverage;
  readonly overrides: Overrides;
  /** The table itself, shared by all invocations. */
  readonly store: Store;
  readonly as: Table['as'];
  readonly aws: AwsLayer;
  watch(): CallWatch;
  readonly invariants: Invariants;
  readonly intentRules: IntentRules;
  readonly loopRules: LoopRules;
}

/** The reconcile function as it is deployed, put together anew for each invocation: the real loop, planner and adapters. */
export class ReconcileFunction {
  readonly #parts: FunctionParts;
  readonly #observedAt = new WeakMap<Invocation, number>();
  /** When the last pass began of the newest convergence that found everything whole; -1: none did. */
  lastFoundWhole = -1;

  constructor(parts: FunctionParts) {
    this.#parts = parts;
  }

  run(invocation: Invocation): Promise<Convergence> {
    const { overrides } = this.#parts;
    const deps = this.#dependencies(invocation);
    const loop = overrides.reconcile?.(reconcile) ?? reconcile;
    return loop(overrides.dependencies?.(deps) ?? deps, () => invocation.remaining());
  }

  ended(invocation: Invocation, { outcome }: { readonly outcome: string }): void {
    this.#parts.loopRules.ended(invocation, outcome);
    if (outcome === 'whole') this.lastFoundWhole = this.#observedAt.get(invocation) ?? -1;
  }

  #dependencies(invocation: Invocation): ReconcileDependencies {
    const { aws, overrides, cluster, loopRules, coverage, timeline } = this.#parts;
    const { clock } = invocation;
    const carry = aws.carrierFor(invocation);
    const { ec2, ssm } = clientsOver(overrides.carry?.(carry) ?? carry);
    const store = this.#store(invocation);
    const runner = createCommandRunner({ ssm, clock, cluster });
    const pace = createLaunchPace(clock);
    const observe: ReconcileDependencies['observe'] = () => {
      loopRules.observes(invocation);
      this.#observedAt.set(invocation, this.#parts.clock.monotonic());
      return observeInfrastructure({ ec2, ssm, clock, cluster });
    };
    const probe: ReconcileDependencies['probe'] = (instanceIds) => probeMachines({ runner, instanceIds });
    const act: ReconcileDependencies['perform'] = async (action, context) => {
      loopRules.acts(invocation, context.lease.fence);
      const outcome = await perform(action, { ...context, store, ec2, runner, clock, pace });
      coverage.acted(action.kind, outcome.ok);
      const result = outcome.ok ? outcome.detail : `${outcome.code}: ${outcome.message}`;
      timeline.add('action', `${invocation.name} ${action.kind}: ${action.reason} → ${result}`);
      return outcome;
    };
    return {
      cluster,
      clock,
      owner: `reconcile/${invocation.id}`,
      store,
      plan: overrides.plan?.(plan) ?? plan,
      observe: overrides.observe?.(observe) ?? observe,
      probe: overrides.probe?.(probe) ?? probe,
      perform: overrides.perform?.(act) ?? act,
      onPass: (pass) => this.#passed(invocation, pass),
    };
  }

  #store(invocation: Invocation): Store {
    const { store, intentRules, invariants, loopRules, clock, dice, weather, watch, as, overrides } = this.#parts;
    const watched = invariants.watch(intentRules.watch(loopRules.watch(invocation, store)));
    const layered = storeFor(invocation, watched, { clock, dice, weather, watch: watch(), as });
    return overrides.store?.(layered) ?? layered;
  }

  #passed(invocation: Invocation, { fence, pass, performed, status }: PassReport): void {
    const { coverage, timeline } = this.#parts;
    const holds = status.held.map(({ rule, subject }) => `${rule}: ${subject}`);
    const waits = status.waiting.map(({ what, subject }) => `${subject}: ${what}`);
    for (const hold of holds) coverage.held(hold);
    for (const wait of waits) coverage.waited(wait);
    const held = holds.length > 0 ? `, held ${holds.join('; ')}` : '';
    const waiting = waits.length > 0 ? `, waiting for ${waits.join('; ')}` : '';
    timeline.add(
      'pass',
      `${invocation.name} fence ${fence} pass ${pass}: ${performed.length} actions${held}${waiting}`,
    );
  }
}
