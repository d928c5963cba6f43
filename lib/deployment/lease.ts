import type { Lease, Store } from '../store/store.ts';
import { DeploymentError } from './errors.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

const LOOK_EVERY = 1_000;

/**
 * Acquires the lease, waiting for its holder. A reconciler gives it back at the end of its convergence, a crashed one
 * loses it after half a minute.
 * @throws DeploymentError when the time is up
 */
export async function awaitLease({ store, clock, owner }: DeploymentTools, limit: TimeLimit): Promise<Lease> {
  for (;;) {
    limit.signal.throwIfAborted();
    const acquisition = await store.acquire(owner);
    if (acquisition.acquired) return acquisition.lease;
    if (clock.monotonic() + LOOK_EVERY > limit.giveUpAt) {
      const found = `"${acquisition.owner}" held the lease until the time was up`;
      throw new DeploymentError('LeaseTaken', `${found}; nothing was changed. Try again: it gives it back soon`);
    }
    await clock.sleep(LOOK_EVERY, limit.signal);
  }
}

/** Gives the lease back. Wake-ups that came in meanwhile are not ours to serve: each of them comes again by the schedule. */
export async function giveBack(store: Store, lease: Lease): Promise<void> {
  let { wanted } = await store.renew(lease);
  while ((await store.release(lease, wanted)) === 'wanted-again') {
    ({ wanted } = await store.renew(lease));
  }
}
