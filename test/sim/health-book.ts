import { TAG } from '../../lib/names.ts';
import type { Truth } from './truth.ts';

/** Since when machines have worked and managers have had a vote, so that rules can allow for knowledge that is some seconds old. */
export interface HealthBook {
  /** After anything changed. */
  update(): void;
  /** Milliseconds without a break; `undefined`: it does not work. */
  workedFor(instanceId: string): number | undefined;
  /** Milliseconds for which the manager at this address has had a vote without a break; 0: it has none. */
  votedFor(logicalId: string): number;
  /** Milliseconds since the manager at this address last took part in Raft under a leader; 0 when it does now. */
  voteMissingFor(logicalId: string): number;
  /** The smallest size that the group was declared with lately. */
  smallestSize(group: string): number;
  largestSize(group: string): number;
  /** Was the machine of another configuration than declared, now or a moment ago? */
  outdatedLately(instanceId: string): boolean;
  /** Machines more than declared that the group may have, or might have had a moment ago, for being rolled. */
  surgeLately(group: string): number;
  /** Machines that the group may do without, or might have a moment ago, for being rolled. */
  unavailableLately(group: string): number;
  /** Is the logical ID declared no longer, or was it so a moment ago? */
  droppedLately(logicalId: string): boolean;
  /** Does the machine work, or did it a moment ago? @param lately milliseconds */
  hasWorked(instanceId: string, lately: number): boolean;
}

/** What a group's policy allowed while it was rolled, until `at`. */
interface Allowance {
  at: number;
  readonly group: string;
  readonly surge: number;
  readonly unavailable: number;
}

/** A size counts as declared for so long after it was changed, milliseconds: a pass that began before may still act on it. */
const SIZE_COUNTS = 90_000;

export function createHealthBook(parts: { readonly truth: Truth; now(): number }): HealthBook {
  const { truth, now } = parts;
  const worksSince = new Map<string, number>();
  const workedAt = new Map<string, number>();
  const droppedAt = new Map<string, number>();
  const outdatedAt = new Map<string, number>();
  const allowances: Allowance[] = [];
  const votedAt = new Map<string, number>();
  const voting = new Map<string, number>();
  const sizes: { readonly at: number; readonly group: string; readonly size: number }[] = [];

  return {
    update() {
      const at = now();
      const declared = new Set(truth.petIds());
      for (const instance of truth.instances()) {
        const logicalId = instance.tags.get(TAG.logicalId);
        if (logicalId !== undefined && !declared.has(logicalId)) droppedAt.set(logicalId, at);
        if (truth.isOutdated(instance)) {
          outdatedAt.set(instance.id, at);
          noteAllowance(instance.tags.get(TAG.group) ?? '', at);
        }
        const works = truth.works(instance);
        if (works || worksSince.has(instance.id)) workedAt.set(instance.id, at);
        if (!works) worksSince.delete(instance.id);
        else if (!worksSince.has(instance.id)) worksSince.set(instance.id, at);
      }
      const live = truth.live();
      // One that is declared no longer votes until it is demoted.
      for (const logicalId of new Set([...truth.managerIds(), ...voting.keys(), ...truth.takenIds()])) {
        const machine = live.find(({ tags }) => tags.get(TAG.logicalId) === logicalId);
        if (machine !== undefined && truth.votes(machine.id)) {
          if (!voting.has(logicalId)) voting.set(logicalId, at);
          votedAt.set(logicalId, at);
        } else if (voting.delete(logicalId)) votedAt.set(logicalId, at);
      }
      for (const [group, { allocation }] of Object.entries(truth.spec.groups)) {
        if (allocation.kind !== 'size') continue;
        const last = sizes.findLast((one) => one.group === group);
        if (last?.size !== allocation.size) sizes.push({ at, group, size: allocation.size });
      }
    },
    workedFor(instanceId) {
      const since = worksSince.get(instanceId);
      return since === undefined ? undefined : now() - since;
    },
    votedFor(logicalId) {
      const since = voting.get(logicalId);
      return since === undefined ? 0 : now() - since;
    },
    voteMissingFor(logicalId) {
      if (voting.has(logicalId)) return 0;
      return now() - (votedAt.get(logicalId) ?? Number.NEGATIVE_INFINITY);
    },
    outdatedLately: (instanceId) => now() - (outdatedAt.get(instanceId) ?? Number.NEGATIVE_INFINITY) < SIZE_COUNTS,
    droppedLately: (logicalId) => now() - (droppedAt.get(logicalId) ?? Number.NEGATIVE_INFINITY) < SIZE_COUNTS,
    surgeLately: (group) => Math.max(0, ...allowedLately(group).map(({ surge }) => surge)),
    unavailableLately: (group) =>
      Math.max(truth.allowance(group).unavailable, ...allowedLately(group).map(({ unavailable }) => unavailable)),
    hasWorked: (instanceId, lately) =>
      worksSince.has(instanceId) || now() - (workedAt.get(instanceId) ?? Number.NEGATIVE_INFINITY) < lately,
    smallestSize: (group) => Math.min(...recentSizes(group)),
    largestSize: (group) => Math.max(...recentSizes(group)),
  };

  function noteAllowance(group: string, at: number): void {
    const allowed = truth.allowance(group);
    const last = allowances.findLast((one) => one.group === group);
    if (last?.surge === allowed.surge && last.unavailable === allowed.unavailable) last.at = at;
    else allowances.push({ at, group, ...allowed });
  }

  /** A pass that began under a former policy may still act on it. */
  function allowedLately(group: string): readonly Allowance[] {
    return allowances.filter((one) => one.group === group && now() - one.at < SIZE_COUNTS);
  }

  function recentSizes(group: string): number[] {
    const all = sizes.filter((one) => one.group === group);
    return all
      .filter((_, index) => {
        const replaced = all[index + 1];
        return replaced === undefined || now() - replaced.at < SIZE_COUNTS;
      })
      .map(({ size }) => size);
  }
}
