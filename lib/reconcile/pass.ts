import type { ActionOutcome } from '../act/outcome.ts';
import type { Clock } from '../clock.ts';
import type { Observation, ProbeOutcome } from '../observe/observation.ts';
import { type Action, isDrastic, type Plan } from '../plan/action.ts';
import { plan } from '../plan/plan.ts';
import type { Records } from '../plan/records.ts';
import type { PlanInput } from '../plan/world.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import { type EventRecord, type Lease, LeaseLostError, type Store } from '../store/store.ts';
import { formerGroups } from './former.ts';
import { lanesOf, subjectOf } from './lanes.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** What a pass needs of the world; the adapters are passed in. */
export interface PassDependencies {
  readonly store: Store;
  readonly clock: Clock;
  /** EC2 and SSM, without asking the machines. @throws when EC2 can't be read: nothing is concluded then */
  observe(): Promise<Observation>;
  probe(instanceIds: readonly string[]): Promise<ReadonlyMap<string, ProbeOutcome>>;
  perform(action: Action, context: PerformContext): Promise<ActionOutcome>;
  /** @default the planner of `lib/plan` */
  plan?(input: PlanInput): Plan;
}

export interface PerformContext {
  readonly committed: CommittedSpec;
  readonly records: Records;
  readonly former: PlanInput['former'];
  readonly lease: Lease;
  /** Is what the action was planned from young enough still? */
  isCurrent(): boolean;
}

export interface Performed {
  readonly action: Action;
  readonly outcome: ActionOutcome;
}

export interface PassResult {
  /** What the plan was made from, with the answers of the machines that were asked. */
  readonly input: PlanInput;
  readonly plan: Plan;
  readonly performed: readonly Performed[];
  readonly asked: boolean;
}

export type PassOutcome = { readonly kind: 'undeclared' } | ({ readonly kind: 'passed' } & PassResult);

export interface PassOptions {
  /** Ask the machines even if something short is under way. */
  readonly askNow: boolean;
  /** False in the last seconds of the invocation: observe and plan, start nothing. */
  mayAct(): boolean;
}

/** No action is begun so long after its plan's observation: who was frozen meanwhile looks again first. */
const OBSERVATION_LASTS = 40_000;
/** … and nothing that could take a vote or a working machine so long after the machines were asked. */
const ANSWERS_LAST = 20_000;

/** Observe, plan, act once. */
export async function runPass(deps: PassDependencies, keeper: LeaseKeeper, options: PassOptions): Promise<PassOutcome> {
  const observedAt = deps.clock.monotonic();
  const [memory, observation] = await Promise.all([deps.store.memory(), deps.observe()]);
  const { committed, records } = memory;
  if (committed === undefined) return { kind: 'undeclared' };
  const former = await formerGroups(deps.store, records);
  const decision = await decide(deps, keeper, { committed, records, former }, observation, options.askNow);
  const { actions } = decision.plan;
  const askedAt = decision.askedAt ?? observedAt;
  const contextOf = (action: Action): PerformContext => ({
    committed,
    records,
    former,
    lease: keeper.lease,
    isCurrent() {
      const now = deps.clock.monotonic();
      return now - observedAt <= OBSERVATION_LASTS && (!isDrastic(action) || now - askedAt <= ANSWERS_LAST);
    },
  });
  const performed = options.mayAct()
    ? await keeper.during(() => performAll(deps, keeper, actions, contextOf, options))
    : [];
  const asked = decision.askedAt !== undefined;
  return { kind: 'passed', input: decision.input, plan: decision.plan, performed, asked };
}

interface Decision {
  readonly input: PlanInput;
  readonly plan: Plan;
  /** When the first machines were asked, by the monotonic clock; `undefined`: nobody was. */
  readonly askedAt: number | undefined;
}

/**
 * What EC2 alone calls for goes first: a machine that is gone must not wait for the answers of the others.
 * Only then are machines asked, and asked further as the answers call for it.
 */
async function decide(
  deps: PassDependencies,
  keeper: LeaseKeeper,
  memory: Pick<PlanInput, 'committed' | 'records' | 'former'>,
  infrastructure: Observation,
  askNow: boolean,
): Promise<Decision> {
  let observation = infrastructure;
  let askedAt: number | undefined;
  for (;;) {
    const input = { ...memory, observation, now: deps.clock.now() };
    const decided = (deps.plan ?? plan)(input);
    const unanswered = decided.ask.filter((id) => observation.probes?.has(id) !== true);
    if (unanswered.length === 0) return { input, plan: decided, askedAt };
    if (askedAt === undefined) {
      if (!askNow && (decided.actions.length > 0 || decided.askCanWait)) return { input, plan: decided, askedAt };
    } else if (decided.actions.some(isDrastic)) {
      // The answers there are call for it now; those of others would make them older.
      return { input, plan: decided, askedAt };
    }
    askedAt ??= deps.clock.monotonic();
    const answers = await keeper.during(() => deps.probe(unanswered));
    const silent = unanswered.filter((id) => !answers.has(id));
    const probes = new Map([...(observation.probes ?? []), ...answers]);
    for (const id of silent) probes.set(id, { kind: 'silent', why: 'failed', reason: 'no answer was collected' });
    observation = { ...observation, probes };
  }
}

async function performAll(
  deps: PassDependencies,
  keeper: LeaseKeeper,
  actions: readonly Action[],
  contextOf: (action: Action) => PerformContext,
  options: PassOptions,
): Promise<readonly Performed[]> {
  const lanes = await Promise.all(
    lanesOf(actions).map(async (lane) => {
      const performed: Performed[] = [];
      for (const action of lane) {
        if (!options.mayAct()) break;
        await keeper.ensureFresh();
        const context = contextOf(action);
        if (!context.isCurrent()) break;
        const outcome = await attempt(deps, action, context);
        performed.push({ action, outcome });
        if (!outcome.ok) break;
      }
      return performed;
    }),
  );
  return lanes.flat();
}

async function attempt(deps: PassDependencies, action: Action, context: PerformContext): Promise<ActionOutcome> {
  try {
    return await deps.perform(action, context);
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    const name = error instanceof Error ? error.name : 'UnknownError';
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: name, message, retry: 'backoff' };
  }
}

/** The event log's lines for what a pass did. */
export function eventsOf(performed: readonly Performed[], fence: number, at: number): readonly EventRecord[] {
  return performed.map(({ action, outcome }) => ({
    at,
    kind: outcome.ok ? 'action' : 'action-failed',
    name: action.kind,
    subject: subjectOf(action),
    reason: outcome.ok
      ? `${action.reason}: ${outcome.detail}`
      : `${action.reason}: ${outcome.code}: ${outcome.message}`,
    fence,
  }));
}
