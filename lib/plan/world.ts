import type { InstanceSeen, Observation, ProbeOutcome, VolumeSeen } from '../observe/observation.ts';
import type { CommittedSpec, GroupSpec, PinnedImage } from '../spec/spec.ts';
import { LIMITS } from './limits.ts';
import type { LaunchRecord, Records } from './records.ts';

/** Everything a plan is made from. The planner knows nothing else: no clock, no SDK, no randomness. */
export interface PlanInput {
  readonly committed: CommittedSpec;
  readonly observation: Observation;
  readonly records: Records;
  /** By group: its last good configuration, for groups whose roll-out is halted; what is lost comes back with it. */
  readonly former: ReadonlyMap<string, FormerGroup>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A group as a former version declared it. */
export interface FormerGroup {
  readonly version: number;
  readonly spec: GroupSpec;
  readonly image: PinnedImage;
}

const LIVE = new Set(['pending', 'running']);

/** Is the machine there, or coming? */
export function isLive(instance: InstanceSeen): boolean {
  return LIVE.has(instance.state);
}

export interface DeclaredGroup {
  readonly name: string;
  readonly spec: GroupSpec;
}

/** Groups in a fixed order, so that the plan does not depend on how the spec was written down. */
export function declaredGroups(input: PlanInput): readonly DeclaredGroup[] {
  return Object.entries(input.committed.spec.groups)
    .map(([name, spec]) => ({ name, spec }))
    .sort((a, b) => compareText(a.name, b.name));
}

export function ownEntry<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The pets a manager group declares, or any other group by logical IDs, in address order. */
export function logicalIdsOf(group: GroupSpec): readonly string[] {
  return group.allocation.kind === 'logicalIds' ? [...group.allocation.logicalIds].sort(compareText) : [];
}

export function petSlot(logicalId: string): string {
  return `pet/${logicalId}`;
}

export function batchSlot(group: string, zone: string): string {
  return `batch/${group}/${zone}`;
}

const inOrder = new WeakMap<Observation, readonly InstanceSeen[]>();

/** Instances sorted by id: input order must not change the plan. */
export function instancesInOrder({ observation }: PlanInput): readonly InstanceSeen[] {
  const known = inOrder.get(observation) ?? [...observation.instances].sort((a, b) => compareText(a.id, b.id));
  inOrder.set(observation, known);
  return known;
}

/** Volumes sorted by id, for the same reason. They are few: machines that count by size have none. */
export function volumesInOrder({ observation }: PlanInput): readonly VolumeSeen[] {
  return [...observation.volumes].sort((a, b) => compareText(a.id, b.id));
}

const byId = new WeakMap<Observation, ReadonlyMap<string, InstanceSeen>>();

export function instancesById({ observation }: PlanInput): ReadonlyMap<string, InstanceSeen> {
  const known = byId.get(observation) ?? new Map(observation.instances.map((instance) => [instance.id, instance]));
  byId.set(observation, known);
  return known;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function probeOf(input: PlanInput, instanceId: string): ProbeOutcome | undefined {
  return input.observation.probes?.get(instanceId);
}

/** Machines of former launches of the slot that are too young for their absence from EC2's list to mean anything. */
export function unlistedEarlier(
  { earlier }: LaunchRecord,
  listed: { has(instanceId: string): boolean },
  now: number,
): readonly string[] {
  return earlier
    .filter(({ launchedAt }) => now - launchedAt < LIMITS.unlisted)
    .flatMap(({ instanceIds }) => instanceIds.filter((id) => !listed.has(id)));
}

/** What a launch record says of its instances, held against what EC2 lists. */
export type LaunchFate =
  | { readonly kind: 'never' }
  /** Intended, but the answer was never recorded: the same request again makes sure. */
  | { readonly kind: 'unfinished'; readonly record: LaunchRecord }
  /** Launched, not listed yet. */
  | {
      readonly kind: 'unseen';
      readonly record: LaunchRecord;
      readonly missing: readonly string[];
      readonly replay: boolean;
    }
  /** All of it is listed, gone for good, or was refused: the slot is free for the next generation. */
  | { readonly kind: 'settled'; readonly record: LaunchRecord; readonly alive: number; readonly failures: number };

export function launchFate(input: PlanInput, slot: string): LaunchFate {
  const record = input.records.launches.get(slot);
  if (record === undefined) return { kind: 'never' };
  if (record.state === 'intended') return { kind: 'unfinished', record };
  if (record.state === 'failed') return { kind: 'settled', record, alive: 0, failures: record.failures };
  const listed = instancesById(input);
  const missing = record.instanceIds.filter((id) => !listed.has(id));
  const age = input.now - (record.launchedAt ?? record.intendedAt);
  if (missing.length > 0 && age < LIMITS.replay) {
    return { kind: 'unseen', record, missing, replay: age >= LIMITS.visibility };
  }
  const alive = record.instanceIds.filter((id) => {
    const instance = listed.get(id);
    return instance !== undefined && isLive(instance);
  }).length;
  const lost = alive < record.instanceIds.length;
  const failures = record.confirmedAt !== undefined ? 0 : lost ? record.failures + 1 : record.failures;
  return { kind: 'settled', record, alive, failures };
}
