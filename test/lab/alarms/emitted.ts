import { mock } from 'node:test';
import { createMetrics } from '../../../lambdas/metrics.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Measurement } from '../../../lib/metrics.ts';

/**
 * The functions' own way of sending figures, with what it writes to standard output taken as a function's log: Powertools has a
 * console of its own, and takes the time from `Date`.
 */
export function emitted(cluster: string, clock: Clock, write: (line: string) => void) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: clock.now() });
  const measure = createMetrics(cluster);
  return (measurements: readonly Measurement[]): void => {
    mock.timers.setTime(clock.now());
    const { write: before } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => {
      write(String(text));
      return true;
    };
    try {
      measure(measurements);
    } finally {
      process.stdout.write = before;
    }
  };
}
