import type { VirtualClock } from '../../lab/sim/clock.ts';
import type { CommittedSpec } from '../../lib/spec/spec.ts';
import { createMemoryStore } from '../../lib/store/memory.ts';
import type { Store } from '../../lib/store/store.ts';
import type { Invocation } from './invocation.ts';

export interface Table {
  readonly store: Store;
  /** Runs an operation with the invocation's own clock as the table's, as leases are written by it. */
  as<T>(invocation: Invocation, run: () => T): T;
}

/** The one table of a cluster, in memory. @param committed told of each spec as it comes into force */
export function createTable(clock: VirtualClock, cluster: string, committed: (spec: CommittedSpec) => void): Table {
  const lent = { skew: 0 };
  const memory = createMemoryStore({ clock: { ...clock, now: () => clock.now() + lent.skew }, cluster });
  return {
    store: {
      ...memory,
      async commit(based, next) {
        const spec = await memory.commit(based, next);
        committed(spec);
        return spec;
      },
    },
    as(invocation, run) {
      lent.skew = invocation.skew;
      try {
        return run();
      } finally {
        lent.skew = 0;
      }
    },
  };
}
