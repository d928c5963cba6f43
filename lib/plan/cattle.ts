import type { InstanceSeen, SwarmNode } from '../observe/observation.ts';
import { launchReadiness } from './backoff.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { instanceIdOf, type SwarmView } from './swarm-view.ts';
import {
  batchSlot,
  compareText,
  type DeclaredGroup,
  declaredGroups,
  instancesInOrder,
  isLive,
  launchFate,
  type PlanInput,
} from './world.ts';

/** One machine of a group that counts by size. */
export interface Head {
  readonly group: DeclaredGroup;
  readonly instance: InstanceSeen;
}

export interface Herds {
  readonly staying: readonly Head[];
  readonly leaving: readonly Head[];
}

/** The mark of a machine whose removal was begun. */
export const LEAVING = 'leaving';

/** Counts each group by size against its number: launches what is missing, names what is too many. */
export function planCattle(input: PlanInput, draft: Draft, view: SwarmView): Herds {
  const staying: Head[] = [];
  const leaving: Head[] = [];
  for (const group of declaredGroups(input)) {
    if (group.spec.allocation.kind !== 'size') continue;
    const herd = planHerd(input, draft, view, group, group.spec.allocation.size);
    staying.push(...herd.staying);
    leaving.push(...herd.leaving);
  }
  return { staying, leaving };
}

function planHerd(input: PlanInput, draft: Draft, view: SwarmView, group: DeclaredGroup, size: number): Herds {
  const machines = instancesInOrder(input).filter((one) => one.group === group.name && one.logicalId === undefined);
  const stopped = machines.filter((one) => one.state === 'stopped').map((one) => one.id);
  if (stopped.length > 0) {
    const reason = `stopped machines of ${group.name} do no work; others take their place`;
    draft.act({ kind: 'terminate', instanceIds: stopped, reason });
  }
  const live = machines.filter(isLive);
  for (const { id } of live.filter((one) => one.state === 'pending')) draft.wait('instance to run', id);
  const expected = planUnsettled(input, draft, group, live, size);
  // A removal that was begun is finished, also when the number was raised again: the machine is drained already.
  const marked = live.filter(({ id }) => input.records.suspicions.get(id)?.symptom === LEAVING);
  const surplus = Math.max(live.length - size, marked.length);
  if (surplus > 0) {
    const rest = live.filter((instance) => !marked.includes(instance));
    const order = [...marked, ...leavingOrder(rest, view)].map((instance) => ({ group, instance }));
    return { leaving: order.slice(0, surplus), staying: order.slice(surplus) };
  }
  const missing = size - live.length - expected;
  if (missing > 0) planLaunches(input, draft, group, live, missing);
  return { staying: live.map((instance) => ({ group, instance })), leaving: [] };
}

/**
 * Finishes launches whose outcome is not known, as far as they are wanted still: none is sent again that would make
 * more machines than declared. Returns how many machines are expected of them beyond those that are listed.
 */
function planUnsettled(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  live: readonly InstanceSeen[],
  size: number,
): number {
  let expected = 0;
  for (const subnet of input.committed.deployment.subnets) {
    const slot = batchSlot(group.name, subnet.zone);
    const fate = launchFate(input, slot);
    if (fate.kind !== 'unfinished' && fate.kind !== 'unseen') continue;
    const { record } = fate;
    if (fate.kind === 'unseen') {
      expected += fate.missing.length;
      if (!fate.replay) {
        draft.wait(`${fate.missing.join(', ')} to be listed`, group.name);
        continue;
      }
    } else {
      const listed = live.filter((one) => one.zone === subnet.zone && one.generation === record.generation).length;
      const open = Math.max(0, record.count - listed);
      if (open > 0 && live.length + expected + open > size) {
        // It may have been carried out and not be listed yet, so it counts for as long as a launch may stay unseen.
        if (input.now - record.intendedAt < LIMITS.visibility) {
          expected += open;
          draft.wait('a launch of unknown outcome to be listed', group.name);
        } else {
          const reason = `the launch of ${record.count} in ${subnet.zone} was begun, none is listed, and ${size} are declared by now`;
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
      failures: record.failures,
      order: { kind: 'batch', zone: subnet.zone, subnetId: subnet.id, count: record.count },
      reason: `the launch of ${record.count} for ${group.name} in ${subnet.zone} (generation ${record.generation}) has no known outcome`,
    });
  }
  return expected;
}

interface ZonePlan {
  readonly zone: string;
  readonly subnetId: string;
  readonly generation: number;
  readonly failures: number;
  have: number;
  launch: number;
}

/** Spreads what is missing over the zones that can launch now, the emptiest zone first. */
function planLaunches(
  input: PlanInput,
  draft: Draft,
  group: DeclaredGroup,
  live: readonly InstanceSeen[],
  missing: number,
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
      failures: zone.failures,
      order: { kind: 'batch', zone: zone.zone, subnetId: zone.subnetId, count: zone.launch },
      reason: `${group.name} lacks ${missing}`,
    });
  }
}

/** Who goes first: what does not work, what is being drained already, then the fullest zone, then the oldest. */
function leavingOrder(live: readonly InstanceSeen[], view: SwarmView): readonly InstanceSeen[] {
  const nodes = new Map<string, SwarmNode>();
  if (view.kind === 'quorum') {
    for (const node of view.nodes) {
      const id = instanceIdOf(node);
      if (id !== undefined) nodes.set(id, node);
    }
  }
  const rank = (instance: InstanceSeen): number => {
    const node = nodes.get(instance.id);
    if (node === undefined || node.state !== 'ready') return 0;
    return node.availability === 'drain' ? 1 : 2;
  };
  const counts = new Map<string, number>();
  for (const instance of live) counts.set(instance.zone, (counts.get(instance.zone) ?? 0) + 1);
  const rest = [...live];
  const order: InstanceSeen[] = [];
  while (rest.length > 0) {
    rest.sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (counts.get(b.zone) ?? 0) - (counts.get(a.zone) ?? 0) ||
        a.launchedAt - b.launchedAt ||
        compareText(a.id, b.id),
    );
    const [next] = rest.splice(0, 1);
    if (next === undefined) break;
    counts.set(next.zone, (counts.get(next.zone) ?? 0) - 1);
    order.push(next);
  }
  return order;
}
