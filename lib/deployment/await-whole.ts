import type { CommittedSpec } from '../spec/spec.ts';
import { DeploymentError } from './errors.ts';
import { heldBack, isSince } from './held-back.ts';
import type { DeploymentTools, TimeLimit } from './tools.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;

/**
 * Waits until a pass found the cluster whole under this version of the spec. It asks the table only: the world is the
 * reconciler's business.
 * @throws DeploymentError with what holds the cluster back, when the time is up
 */
export async function awaitWhole(committed: CommittedSpec, tools: DeploymentTools, limit: TimeLimit): Promise<void> {
  const { store, clock, cluster } = tools;
  let pause = FIRST_PAUSE;
  for (;;) {
    limit.signal.throwIfAborted();
    const status = await store.status();
    if (isSince(status, committed) && status.whole) return;
    if (clock.monotonic() + pause > limit.giveUpAt) {
      const why = await heldBack(status, committed, store);
      throw new DeploymentError('NotWhole', `cluster "${cluster}" did not become whole in time: ${why}`);
    }
    await clock.sleep(pause, limit.signal);
    pause = Math.min(LONGEST_PAUSE, pause * 1.25);
  }
}
