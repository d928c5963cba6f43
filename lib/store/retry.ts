import type { Clock } from '../clock.ts';
import { isConflict, StoreBusyError } from './errors.ts';

const ATTEMPTS = 8;
const FIRST_PAUSE = 20;

/** Does it again while DynamoDB refuses it for a conflict, in which case nothing was done. 2.5 s at the most. */
export async function retryConflicts<T>(clock: Clock, what: string, write: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pause(clock, attempt);
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new StoreBusyError(what, ATTEMPTS);
}

/** The longer, the more attempts there were: 20 ms, 40 ms, … */
export async function pause(clock: Clock, attempt: number): Promise<void> {
  await clock.sleep(FIRST_PAUSE * 2 ** (attempt - 1));
}
