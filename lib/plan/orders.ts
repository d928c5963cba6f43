import type { InstanceSeen } from '../observe/observation.ts';
import type { Herds } from './cattle.ts';
import { haltOf, isOutdated } from './config.ts';
import type { Draft } from './draft.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { isMemberOf } from './node-owner.ts';
import type { Occupant } from './pets.ts';
import type { MachineOrder } from './records.ts';
import { nodesByInstance, type WholeView } from './swarm-view.ts';
import { compareText, instancesById, isLive, type PlanInput } from './world.ts';

/** Was this ordered of the machine by an operator? */
export function isOrdered({ records }: PlanInput, instanceId: string, what: MachineOrder['what']): boolean {
  return records.orders?.get(instanceId)?.what === what;
}

/** Is another machine to take its place: since it is of a former configuration, or since an operator ordered it? */
export function isToBeReplaced(input: PlanInput, group: string, instance: InstanceSeen): boolean {
  return isOrdered(input, instance.id, 'replace') || isOutdated(input, group, instance);
}

/** The same, as far as it is to be done now: a halt keeps what is of a former configuration, and not what was ordered. */
export function isDue(input: PlanInput, group: string, instance: InstanceSeen): boolean {
  if (isOrdered(input, instance.id, 'replace')) return true;
  return isOutdated(input, group, instance) && haltOf(input, group) === undefined;
}

/** Was its replacement begun, and is it to go on? Else the machine is to work again instead. */
export function isBeingRolled(input: PlanInput, group: string, instance: InstanceSeen): boolean {
  return isMarked(input.records, instance.id, MARK.rolling) && isDue(input, group, instance);
}

export function whyReplaced({ records }: PlanInput, group: string, { id, configHash }: InstanceSeen): string {
  const order = records.orders?.get(id);
  if (order?.what === 'replace') return `${order.by} ordered its replacement: ${order.reason}`;
  return `its configuration ${configHash} is not that of ${group} any more`;
}

/** Names a roll-out that is halted, with how much of it is left. */
export function holdHalted(input: PlanInput, draft: Draft, group: string, machines: readonly InstanceSeen[]): void {
  const halt = haltOf(input, group);
  const former = machines.filter((instance) => isOutdated(input, group, instance)).length;
  if (halt === undefined || former === 0) return;
  const reason = `${former} of ${machines.length} machines are of a former configuration; halted by ${halt.by}: ${halt.reason}`;
  draft.hold('rollout-halted', group, reason);
}

/** Drains what operators ordered to be drained. Of a node that is paused, or drained, by hand nothing is changed. */
export function planDrains(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  occupants: readonly Occupant[],
  herds: Herds,
): void {
  if ((input.records.orders?.size ?? 0) === 0) return;
  const nodes = nodesByInstance(view);
  const machines = [
    ...occupants.map(({ instance, logicalId }) => ({
      instance,
      own: view.nodes.filter((node) => isMemberOf(node, logicalId)),
    })),
    ...herds.staying.map(({ instance }) => ({ instance, own: nodes.get(instance.id) ?? [] })),
  ];
  for (const { instance, own } of machines) {
    const order = input.records.orders?.get(instance.id);
    if (order?.what !== 'drain') continue;
    for (const node of own) {
      if (node.state !== 'ready' || node.availability !== 'active') continue;
      const reason = `${order.by} ordered that ${instance.id} is drained: ${order.reason}`;
      draft.act({ kind: 'drainNode', nodeId: node.id, via: view.via, seconds: LIMITS.drainCall, reason });
    }
  }
}

/**
 * Orders about machines that are gone are carried out, or void. One that is not listed may be on another page of EC2's
 * knowledge for now: it is gone when it has not been there for as long as EC2 lists what was terminated.
 */
export function closeOrders(input: PlanInput, draft: Draft): void {
  const listed = instancesById(input);
  const orders = [...(input.records.orders?.values() ?? [])];
  for (const { instanceId, at } of orders.sort((a, b) => compareText(a.instanceId, b.instanceId))) {
    const instance = listed.get(instanceId);
    const isGone = instance === undefined ? input.now - at >= LIMITS.replay : !isLive(instance);
    if (isGone) draft.act({ kind: 'closeOrder', instanceId, reason: `${instanceId} is gone` });
  }
}
