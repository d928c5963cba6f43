import type { Clock } from '../clock.ts';
import type { Operator } from '../operate/operator.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { ClusterStatus, EventRecord } from '../store/store.ts';

const LOOK_EVERY = 1_500;
/** Events of one look; more than a pass makes. */
const EVENTS = 200;

export type Followed =
  | { readonly whole: true; readonly status: ClusterStatus; readonly milliseconds: number }
  | { readonly whole: false; readonly status: ClusterStatus | undefined; readonly milliseconds: number };

/**
 * Waits until a pass found the cluster whole under this version, and tells of each event meanwhile. It asks the table
 * only; interrupted, it leaves everything going on.
 */
export async function followToWhole(
  { store }: Operator,
  committed: CommittedSpec,
  options: { readonly clock: Clock; readonly timeout: number; tell(event: EventRecord): void },
): Promise<Followed> {
  const { clock, timeout, tell } = options;
  const began = clock.monotonic();
  const newEvents = eventsSince(store, committed.committedAt);
  for (;;) {
    const status = await store.status();
    for (const event of await newEvents()) tell(event);
    const milliseconds = clock.monotonic() - began;
    const knows = status !== undefined && status.specVersion >= committed.version && status.at >= committed.committedAt;
    if (knows && status.whole) return { whole: true, status, milliseconds };
    if (milliseconds + LOOK_EVERY > timeout) return { whole: false, status, milliseconds };
    await clock.sleep(LOOK_EVERY);
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
