import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';

/** Real time. A sleep that is waited for keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    // Aborted, Node's timer rejects with an error of its own; the contract is the signal's reason.
    await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
  },
};
