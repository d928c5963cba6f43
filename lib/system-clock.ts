import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** Real time. A sleep that is waited for keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, { signal });
    } catch (error) {
      // Node rejects with an error of its own; the contract is the signal's reason.
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};
