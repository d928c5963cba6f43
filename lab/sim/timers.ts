import type { Clock } from '../../lib/clock.ts';

export interface Timer {
  cancel(): void;
}

/** Callbacks at a later time, on a passed-in clock; all can be called off at once. */
export interface Timers {
  after(milliseconds: number, run: () => void): Timer;
  cancelAll(): void;
}

/** One for all: making an error for each costs more than the timer. */
const CANCELLED = new Error('the timer was cancelled');

/** What `run` throws is not caught: it is a fault in the model, and ends the process or the test. */
export function createTimers(clock: Clock): Timers {
  const open = new Set<Timer>();
  return {
    after(milliseconds, run) {
      const abort = new AbortController();
      const timer: Timer = {
        cancel() {
          if (open.delete(timer)) abort.abort(CANCELLED);
        },
      };
      open.add(timer);
      clock.sleep(milliseconds, abort.signal).then(
        () => {
          if (open.delete(timer)) run();
        },
        (reason: unknown) => {
          if (!abort.signal.aborted) throw reason;
        },
      );
      return timer;
    },
    cancelAll() {
      for (const timer of [...open]) timer.cancel();
    },
  };
}
