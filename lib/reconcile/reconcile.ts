import type { EventRecord, Lease } from '../store/store.ts';
import { type ClusterStatus, LeaseLostError } from '../store/store.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Pace } from './pace.ts';
import { eventsOf, type PassDependencies, type PassResult, runPass } from './pass.ts';
import { changesOf, isWorthWriting, statusOf } from './status.ts';

/** No effect is started in the invocation's last seconds. */
const NO_EFFECTS_BEFORE_END = 10_000;
/** The lease is given back this long before the end. */
const HAND_OVER_BEFORE_END = 20_000;
/** While something short is under way, the machines are asked at the latest after this long. */
const ASK_AT_LEAST_EVERY = 20_000;
/** Passes in a row that failed before the invocation gives up and reports the error. */
const FAILURES_TO_GIVE_UP = 5;

export interface ReconcileDependencies extends PassDependencies {
  /** Identifies this convergence as the lease's owner; unique for each. */
  readonly owner: string;
  readonly cluster: string;
  /** Of what woke it: goes into every line of the event log that it writes. */
  readonly correlationId?: string | undefined;
  /** Told of each pass that came to its end, for the log and the metrics. */
  onPass?(report: PassReport): void;
  /** Told of each pass that an error ended. */
  onFailedPass?(report: FailedPass): void;
}

export interface PassReport extends PassResult {
  readonly fence: number;
  /** Counted from 1 in each convergence. */
  readonly pass: number;
  /** How the last status before it found the cluster. */
  readonly before: ClusterStatus | undefined;
  readonly status: ClusterStatus;
  /** From the first look to the last action. */
  readonly milliseconds: number;
}

export interface FailedPass {
  readonly fence: number;
  readonly pass: number;
  readonly error: unknown;
}

export type Convergence =
  /** Another convergence holds the lease; it has been told of this wake-up. */
  | { readonly outcome: 'busy'; readonly owner: string }
  /** No spec was ever committed. */
  | { readonly outcome: 'undeclared'; readonly fence: number }
  | {
      readonly outcome: 'whole' | 'held' | 'out-of-time' | 'lost';
      readonly fence: number;
      readonly passes: number;
      readonly actions: number;
    };

/**
 * One convergence: passes until nothing is left to do or only what a later wake-up can change.
 * Level-based: what woke it does not matter. At most one acts at a time, by the lease; a wake-up that finds it
 * taken has raised the counter first, and the holder does not give the lease back before it has seen that.
 *
 * @param remaining milliseconds until the invocation is killed
 * @throws the last error, when pass after pass failed (the invocation is then retried)
 */
export async function reconcile(deps: ReconcileDependencies, remaining: () => number): Promise<Convergence> {
  const { store, clock } = deps;
  await store.wake();
  const acquiredAt = clock.monotonic();
  const acquisition = await store.acquire(deps.owner);
  if (!acquisition.acquired) return { outcome: 'busy', owner: acquisition.owner };
  const keeper = new LeaseKeeper(store, clock, acquisition.lease, acquisition.wanted, acquiredAt);
  try {
    return await converge(deps, keeper, remaining);
  } catch (error) {
    if (error instanceof LeaseLostError) {
      return { outcome: 'lost', fence: keeper.lease.fence, passes: 0, actions: 0 };
    }
    // If giving back fails as well, the lease runs out by itself; the first error is the one to report.
    await giveBack(deps, keeper).catch(() => undefined);
    throw error;
  }
}

async function converge(
  deps: ReconcileDependencies,
  keeper: LeaseKeeper,
  remaining: () => number,
): Promise<Convergence> {
  const { store, clock } = deps;
  const { fence } = keeper.lease;
  const pace = new Pace();
  let status = await store.status();
  let askedAt = clock.monotonic();
  let failures = 0;
  let actions = 0;
  for (let pass = 1; ; pass += 1) {
    let seen = keeper.wanted;
    let delay: number | undefined;
    const startedAt = clock.monotonic();
    try {
      if (pass > 1) await keeper.renew();
      seen = keeper.wanted;
      const result = await runPass(deps, keeper, {
        askNow: clock.monotonic() - askedAt >= ASK_AT_LEAST_EVERY,
        mayAct: () => remaining() > NO_EFFECTS_BEFORE_END,
      });
      if (result.kind === 'undeclared') {
        await giveBack(deps, keeper);
        return { outcome: 'undeclared', fence };
      }
      if (result.asked) askedAt = clock.monotonic();
      failures = 0;
      actions += result.performed.length;
      const milliseconds = clock.monotonic() - startedAt;
      status = await report(deps, keeper.lease, { ...result, pass, milliseconds }, status);
      delay = pace.next(result.plan, result.performed, clock.now(), remaining() - HAND_OVER_BEFORE_END);
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      failures += 1;
      deps.onFailedPass?.({ fence, pass, error });
      await log(deps, [errorEvent(error, fence, deps.cluster, clock.now())]);
      if (failures >= FAILURES_TO_GIVE_UP) throw error;
      delay = 500 * 2 ** failures;
    }
    if (delay === undefined) {
      const release = await store.release(keeper.lease, seen);
      if (release === 'wanted-again') continue;
      if (release === 'lost') throw new LeaseLostError(keeper.lease, 'the release');
      return { outcome: status?.whole === true ? 'whole' : 'held', fence, passes: pass, actions };
    }
    if (remaining() - delay <= HAND_OVER_BEFORE_END) {
      await giveBack(deps, keeper);
      return { outcome: 'out-of-time', fence, passes: pass, actions };
    }
    await clock.sleep(delay);
  }
}

/** Writes what changed: events, and the status when it is another one. */
async function report(
  deps: ReconcileDependencies,
  lease: Lease,
  result: PassResult & Pick<PassReport, 'pass' | 'milliseconds'>,
  before: ClusterStatus | undefined,
): Promise<ClusterStatus> {
  const { store, clock } = deps;
  const { fence } = lease;
  const at = clock.now();
  const { version } = result.input.committed;
  const now = statusOf(result.plan, result.asked, before, { specVersion: version, fence, at });
  const events = [...eventsOf(result.performed, fence, at), ...changesOf(before, now, deps.cluster)];
  if (events.length > 0) await log(deps, events);
  deps.onPass?.({ ...result, fence, before, status: now });
  if (!isWorthWriting(before, now)) return before ?? now;
  await store.putStatus(lease, now);
  return now;
}

async function log({ store, correlationId }: ReconcileDependencies, events: readonly EventRecord[]): Promise<void> {
  await store.log(correlationId === undefined ? events : events.map((event) => ({ ...event, correlationId })));
}

/** Gives the lease back whatever was wanted since: the schedule goes on with it. */
async function giveBack(deps: ReconcileDependencies, keeper: LeaseKeeper): Promise<void> {
  for (;;) {
    const release = await deps.store.release(keeper.lease, keeper.wanted);
    if (release !== 'wanted-again') return;
    await keeper.renew();
  }
}

function errorEvent(error: unknown, fence: number, cluster: string, at: number): EventRecord {
  const name = error instanceof Error ? error.name : 'UnknownError';
  const reason = error instanceof Error ? error.message : String(error);
  return { at, kind: 'error', name, subject: cluster, reason, fence };
}
