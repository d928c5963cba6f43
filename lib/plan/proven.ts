import type { PlanInput } from './world.ts';

/**
 * Since when a machine that is healthy now counts as such, milliseconds since the epoch: since its launch was confirmed.
 * One that is not of the slot's newest launch has proven itself before that came.
 * @returns `undefined`: its launch is not confirmed yet
 */
export function provenAt(input: PlanInput, slot: string, instanceId: string): number | undefined {
  const record = input.records.launches.get(slot);
  if (record === undefined || !record.instanceIds.includes(instanceId)) return 0;
  return record.confirmedAt;
}
