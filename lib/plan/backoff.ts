import { LIMITS } from './limits.ts';
import type { LaunchRecord } from './records.ts';

export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly rule: 'backoff' | 'parked'; readonly until: number; readonly reason: string };

/** May a slot launch again, after `failures` launches in a row that came to nothing? (Safety 9) */
export function launchReadiness(record: LaunchRecord, failures: number, now: number): Readiness {
  if (failures === 0) return { ready: true };
  const parked = failures >= LIMITS.failuresToPark;
  const delay = parked ? LIMITS.parked : Math.min(LIMITS.backoffCap, LIMITS.backoffBase * 2 ** (failures - 1));
  const until = record.intendedAt + delay;
  if (now >= until) return { ready: true };
  const cause = record.lastError === undefined ? 'none of them became healthy' : `the last one: ${record.lastError}`;
  return {
    ready: false,
    rule: parked ? 'parked' : 'backoff',
    until,
    reason: `${failures} launches in a row failed (${cause}); next try at ${new Date(until).toISOString()}`,
  };
}
