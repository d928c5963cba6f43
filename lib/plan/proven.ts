import type { LaunchRecord } from './records.ts';
import type { PlanInput } from './world.ts';

const launched = new WeakMap<LaunchRecord, ReadonlySet<string>>();

/**
 * Since when a machine that is healthy now counts as such, milliseconds since the epoch: since its launch was confirmed.
 * One that is not of the slot's newest launch has proven itself before that came.
 * @returns `undefined`: its launch is not confirmed yet
 */
export function provenAt(input: PlanInput, slot: string, instanceId: string): number | undefined {
  const record = input.records.launches.get(slot);
  return record !== undefined && launchedBy(record).has(instanceId) ? record.confirmedAt : 0;
}

/** One launch may be of a hundred machines, and is asked about for each of them. */
function launchedBy(record: LaunchRecord): ReadonlySet<string> {
  const known = launched.get(record) ?? new Set(record.instanceIds);
  launched.set(record, known);
  return known;
}
