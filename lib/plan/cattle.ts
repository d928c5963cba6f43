import type { InstanceSeen } from '../observe/observation.ts';
import { allowance } from '../spec/update.ts';
import { planLaunches, planUnsettled } from './cattle-launches.ts';
import type { Draft } from './draft.ts';
import { leavingOrder } from './leaving-order.ts';
import { isMarked, MARK } from './marks.ts';
import { isToBeReplaced, whyReplaced } from './orders.ts';
import type { SwarmView } from './swarm-view.ts';
import { type DeclaredGroup, declaredGroups, instancesInOrder, isLive, ownEntry, type PlanInput } from './world.ts';

/** One machine of a group that counts by size. */
export interface Head {
  readonly group: DeclaredGroup;
  readonly instance: InstanceSeen;
}

/** One that is on its way out, of a group that may not be declared any more. */
export interface Leaver {
  readonly instance: InstanceSeen;
  readonly why: string;
}

export interface Herds {
  readonly staying: readonly Head[];
  readonly leaving: readonly Leaver[];
}

/** Counts each group by size against its number: launches what is missing, names what is too many. */
export function planCattle(input: PlanInput, draft: Draft, view: SwarmView): Herds {
  const staying: Head[] = [];
  const leaving: Leaver[] = [...disowned(input)];
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
  // A removal that was begun is finished, also when the number was raised again: the machine is drained already.
  const isGoing = ({ id }: InstanceSeen) => isMarked(input.records, id, MARK.leaving);
  const marked = live.filter(isGoing);
  const ceiling = size + surgeOf(input, group, size, live);
  const expected = planUnsettled(input, draft, group, live, ceiling);
  const surplus = Math.max(live.length - ceiling, marked.length);
  if (surplus > 0) {
    const rest = live.filter((instance) => !isGoing(instance));
    const order = [...marked, ...leavingOrder(input, view, group.name, rest)];
    const why = (instance: InstanceSeen) =>
      isToBeReplaced(input, group.name, instance) && live.length - marked.length <= size
        ? whyReplaced(input, group.name, instance)
        : `${group.name} has more machines than declared`;
    return {
      leaving: order.slice(0, surplus).map((instance) => ({ instance, why: why(instance) })),
      staying: order.slice(surplus).map((instance) => ({ group, instance })),
    };
  }
  const missing = size - live.length - expected;
  if (missing > 0) planLaunches(input, draft, group, live, missing, `${group.name} lacks ${missing}`);
  return { staying: live.map((instance) => ({ group, instance })), leaving: [] };
}

/** Machines that a roll-out may have beyond the group's number, for as long as one of a former configuration is to stay. */
function surgeOf(input: PlanInput, group: DeclaredGroup, size: number, live: readonly InstanceSeen[]): number {
  const rolls = live.some(
    (instance) => isToBeReplaced(input, group.name, instance) && !isMarked(input.records, instance.id, MARK.leaving),
  );
  return rolls ? allowance(group.spec.update, size).surge : 0;
}

/** Machines of groups that are declared no longer, as far as it was this controller that launched for them. */
function disowned(input: PlanInput): readonly Leaver[] {
  const launched = new Set([...input.records.launches.values()].map(({ group }) => group));
  return instancesInOrder(input)
    .filter((instance) => isLive(instance) && instance.logicalId === undefined && instance.group !== undefined)
    .filter(({ group = '' }) => ownEntry(input.committed.spec.groups, group) === undefined && launched.has(group))
    .map((instance) => ({ instance, why: `its group ${instance.group} is declared no longer` }));
}
