import type { Clock } from '../clock.ts';
import type { Operator } from '../operate/operator.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { ClusterStatus, EventRecord } from '../store/store.ts';

const LOOK_EVERY = 1_500;
/** Events of one look; more than a pass makes. */
const EVENTS = 200;

export interface Followed {
  readonly whole: boolean;
  readonly status: ClusterStatus | undefined;
  readonly milliseconds: number;
}

/**
 * Waits until a pass found the cluster whole under this version, and tells of each event meanwhile. It asks the table
 * only; interrupted, it leaves everything going on.
 */
export async function followToWhole(
  { store }: Pick<Operator, 'store'>,
  committed: CommittedSpec,
  options: {
    readonly clock: Clock;
    readonly timeout: number;
    readonly signal: AbortSignal;
    tell(event: EventRecord): void;
  },
): Promise<Followed> {
  const { clock, timeout, tell, signal } = options;
  const began = clock.monotonic();
  const newEvents = eventsSince(store, committed.committedAt);
  for (;;) {
    const status = await store.status();
    for (const event of await newEvents()) tell(event);
    const milliseconds = clock.monotonic() - began;
    const knows = status !== undefined && status.specVersion >= committed.version && status.at >= committed.committedAt;
    const whole = knows && status.whole;
    if (whole || signal.aborted || milliseconds + LOOK_EVERY > timeout) return { whole, status, milliseconds };
    await pause(clock, LOOK_EVERY, signal);
  }
}

/** An interruption ends it early, and is no error. */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Each event once, in the order of time, however many are of one millisecond. */
export function eventsSince(
  store: Pick<Operator['store'], 'events'>,
  since: number,
  limit = EVENTS,
): () => Promise<readonly EventRecord[]> {
  let from = since;
  let told = new Set<string>();
  return async () => {
    const found = (await store.events(limit, from)).toReversed();
    const fresh = found.filter((event) => !told.has(JSON.stringify(event)));
    const last = found.at(-1);
    if (last !== undefined) {
      from = last.at;
      told = new Set(found.filter(({ at }) => at === from).map((event) => JSON.stringify(event)));
    }
    return fresh;
  };
}
