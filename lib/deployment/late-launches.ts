import { LIMITS } from '../plan/limits.ts';
import type { LaunchRecord } from '../plan/records.ts';
import { unlistedEarlier } from '../plan/world.ts';

/** What has been seen of the machines, and since when nothing is launched any more. */
export interface Lookout {
  /** Instance ids that EC2 has listed, in whatever state. */
  readonly listed: { has(instanceId: string): boolean };
  /** The last moment at which a launch of unknown outcome can have been sent again, milliseconds since the epoch. */
  readonly sentUntil: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The launches of which a machine may still show: EC2 lists one only a while after it was launched, so that an empty
 * list says nothing about them. After `LIMITS.unlisted` its absence means that it is gone.
 */
export function lateLaunches(records: Iterable<LaunchRecord>, lookout: Lookout): readonly LaunchRecord[] {
  return [...records].filter((record) => mayShowLate(record, lookout));
}

function mayShowLate(record: LaunchRecord, { listed, sentUntil, now }: Lookout): boolean {
  if (unlistedEarlier(record, listed, now).length > 0) return true;
  if (record.state === 'intended') return now - Math.max(record.intendedAt, sentUntil) < LIMITS.unlisted;
  const isYoung = now - (record.launchedAt ?? record.intendedAt) < LIMITS.unlisted;
  return isYoung && record.instanceIds.some((id) => !listed.has(id));
}
