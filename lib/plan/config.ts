import type { InstanceSeen } from '../observe/observation.ts';
import { configHash } from '../spec/config-hash.ts';
import type { CommittedSpec } from '../spec/spec.ts';
import type { RolloutRecord } from './records.ts';
import { type DeclaredGroup, ownEntry, type PlanInput } from './world.ts';

const hashes = new WeakMap<CommittedSpec, Map<string, string | undefined>>();

/** Hash of the configuration that the group is to have; `undefined` where its image was never pinned. */
export function desiredHash({ committed }: PlanInput, group: string): string | undefined {
  const known = hashes.get(committed) ?? new Map<string, string | undefined>();
  hashes.set(committed, known);
  if (!known.has(group)) {
    const spec = ownEntry(committed.spec.groups, group);
    const image = ownEntry(committed.images, group);
    known.set(group, spec === undefined || image === undefined ? undefined : configHash(spec, image, group));
  }
  return known.get(group);
}

/** Was it launched with another configuration than the group is to have? One without the tag counts as up to date. */
export function isOutdated(input: PlanInput, group: string, instance: InstanceSeen): boolean {
  const desired = desiredHash(input, group);
  return desired !== undefined && instance.configHash !== undefined && instance.configHash !== desired;
}

export function rolloutOf(input: PlanInput, group: string): RolloutRecord {
  return input.records.rollouts.get(group) ?? { group, good: undefined, halt: undefined, resumedAt: undefined };
}

/** The halt that is in force, if any: one of the roll-out to the configuration that the group is to have now. */
export function haltOf(input: PlanInput, group: string): RolloutRecord['halt'] {
  const { halt } = rolloutOf(input, group);
  return halt !== undefined && halt.hash === desiredHash(input, group) ? halt : undefined;
}

/** The version whose configuration is launched: what is lost under a halted roll-out comes back as it was before it. */
export function versionToLaunch(input: PlanInput, { name }: DeclaredGroup): number {
  const former = haltOf(input, name) === undefined ? undefined : input.former.get(name);
  return former?.version ?? input.committed.version;
}

/** Is its machine's configuration, and so the health of its launches, still to be proven? */
export function isUnderWay(input: PlanInput, group: string): boolean {
  const { good } = rolloutOf(input, group);
  return good !== undefined && good.hash !== desiredHash(input, group);
}
