import type { InstanceSeen } from '../observe/observation.ts';
import { launchReadiness } from './backoff.ts';
import { versionToLaunch } from './config.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { named } from './named.ts';
import { batchSlot, type DeclaredGroup, instancesById, launchFate, type PlanInput, unlistedEarlier } from './world.ts';

/**
 * Finishes launches whose outcome is not known, as far as they are wanted still: none is sent again that would make
 * more machines than `ceiling`. Returns how many machines are expected of them beyond those that are listed.
 */
export function planUnsettled(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  live: readonly InstanceSeen[],
  ceiling: number,
): number {
  const vanished = vanishedOf(input, group);
  if (vanished.length > 0) draft.wait(`${named(vanished)} to be listed again`, group.name);
  let expected = vanished.length;
  for (const subnet of input.committed.deployment.subnets) {
    const slot = batchSlot(group.name, subnet.zone);
    const fate = launchFate(input, slot);
    if (fate.kind !== 'unfinished' && fate.kind !== 'unseen') continue;
    const { record } = fate;
    if (fate.kind === 'unseen') {
      expected += fate.missing.length;
      if (!fate.replay) {
        draft.wait(`${named(fate.missing)} to be listed`, group.name);
        continue;
      }
    } else {
      const listed = live.filter((one) => one.zone === subnet.zone && one.generation === record.generation).length;
      // What is listed at all is all there will be of it: EC2 may have had room for some only.
      const open = listed > 0 ? 0 : record.count;
      if (open > 0 && live.length + expected + open > ceiling) {
        // It may have been carried out and not be listed yet, so it counts for as long as a launch may stay unseen.
        if (input.now - record.intendedAt < LIMITS.visibility) {
          expected += open;
          draft.wait('a launch of unknown outcome to be listed', group.name);
        } else {
          const reason = `the launch of ${record.count} in ${subnet.zone} was begun, none is listed, and no more than ${ceiling} are wanted by now`;
          draft.act({ kind: 'abandonLaunch', slot, generation: record.generation, reason });
        }
        continue;
      }
      expected += open;
    }
    draft.act({
      kind: 'launch',
      slot,
      group: group.name,
      generation: record.generation,
      replay: true,
      version: versionToLaunch(input, group),
      failures: record.failures,
      order: { kind: 'batch', zone: subnet.zone, subnetId: subnet.id, count: record.count },
      reason: `the launch of ${record.count} for ${group.name} in ${subnet.zone} (generation ${record.generation}) has no known outcome`,
    });
  }
  return expected;
}

/** Is there a launch of the group whose machines are not all listed, or not known to be? */
export function isUnsettled(input: PlanInput, group: DeclaredGroup): boolean {
  if (vanishedOf(input, group).length > 0) return true;
  return input.committed.deployment.subnets.some(({ zone }) => {
    const { kind } = launchFate(input, batchSlot(group.name, zone));
    return kind === 'unfinished' || kind === 'unseen';
  });
}

/** Machines of launches before the last ones that EC2 listed, and does not list now. */
function vanishedOf(input: PlanInput, { name }: DeclaredGroup): readonly string[] {
  return input.committed.deployment.subnets.flatMap(({ zone }) => {
    const record = input.records.launches.get(batchSlot(name, zone));
    return record === undefined ? [] : unlistedEarlier(record, instancesById(input), input.now);
  });
}

interface ZonePlan {
  readonly zone: string;
  readonly subnetId: string;
  readonly generation: number;
  readonly failures: number;
  have: number;
  launch: number;
}

/** Spreads what is missing over the zones that can launch now, the emptiest zone first. @param live those that stay */
export function planLaunches(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  live: readonly InstanceSeen[],
  missing: number,
  why: string,
): void {
  const zones: ZonePlan[] = [];
  const refused: { readonly rule: string; readonly reason: string; readonly until: number }[] = [];
  for (const subnet of input.committed.deployment.subnets) {
    const fate = launchFate(input, batchSlot(group.name, subnet.zone));
    if (fate.kind === 'unfinished' || fate.kind === 'unseen') continue;
    const have = live.filter((one) => one.zone === subnet.zone).length;
    const base = { zone: subnet.zone, subnetId: subnet.id, have, launch: 0 };
    if (fate.kind === 'never') {
      zones.push({ ...base, generation: 1, failures: 0 });
      continue;
    }
    const readiness = launchReadiness(fate.record, fate.failures, input.now);
    if (readiness.ready) zones.push({ ...base, generation: fate.record.generation + 1, failures: fate.failures });
    else refused.push({ ...readiness, reason: `${subnet.zone}: ${readiness.reason}` });
  }
  const [first] = zones;
  if (first === undefined) {
    if (refused.length === 0) return;
    const until = Math.min(...refused.map((one) => one.until));
    const rule = refused.every((one) => one.rule === 'parked') ? 'parked' : 'backoff';
    draft.hold(rule, group.name, `${missing} missing; ${refused.map((one) => one.reason).join('; ')}`, until);
    return;
  }
  for (let left = missing; left > 0; left -= 1) {
    const open = zones.filter((zone) => zone.launch < LIMITS.batch);
    if (open.length === 0) break;
    const emptiest = open.reduce((best, zone) => (zone.have + zone.launch < best.have + best.launch ? zone : best));
    emptiest.launch += 1;
  }
  for (const zone of zones.filter((one) => one.launch > 0)) {
    draft.act({
      kind: 'launch',
      slot: batchSlot(group.name, zone.zone),
      group: group.name,
      generation: zone.generation,
      replay: false,
      version: versionToLaunch(input, group),
      failures: zone.failures,
      order: { kind: 'batch', zone: zone.zone, subnetId: zone.subnetId, count: zone.launch },
      reason: why,
    });
  }
}
