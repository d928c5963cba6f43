import type { InstanceSeen } from '../observe/observation.ts';
import { allowance } from '../spec/update.ts';
import type { Herds } from './cattle.ts';
import { isUnsettled, planLaunches } from './cattle-launches.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { workerHealth } from './health.ts';
import { leavingOrder } from './leaving-order.ts';
import { MARK } from './marks.ts';
import { managersWhole } from './membership.ts';
import { holdHalted, isDue, isOrdered, whyReplaced } from './orders.ts';
import { provenAt } from './proven.ts';
import type { WholeView } from './swarm-view.ts';
import { batchSlot, type DeclaredGroup, declaredGroups, instancesInOrder, isLive, type PlanInput } from './world.ts';

/**
 * Rolls groups that count by size from one configuration to the next: launches new machines within the surge, and once
 * they have been healthy for long enough marks old ones to leave, as many as the group can spare. From there on they go
 * the way of all that are too many: drained, removed from the Swarm, ended.
 *
 * Nothing is remembered of how far it has come: the machines' tags say it.
 */
export function planHerdRollouts(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  managers: readonly Manager[],
  herds: Herds,
): void {
  for (const group of declaredGroups(input)) {
    if (group.spec.allocation.kind !== 'size') continue;
    const staying = herds.staying.filter((head) => head.group.name === group.name).map(({ instance }) => instance);
    holdHalted(input, draft, group.name, staying);
    const old = staying.filter((instance) => isDue(input, group.name, instance));
    if (old.length === 0) continue;
    if (!managersWhole(view, managers)) {
      draft.hold('rollout', group.name, 'not while a manager is unwell: broken members are repaired first');
      continue;
    }
    rollHerd(input, draft, view, group, group.spec.allocation.size, staying, old);
  }
}

function rollHerd(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  group: DeclaredGroup,
  size: number,
  staying: readonly InstanceSeen[],
  old: readonly InstanceSeen[],
): void {
  const { surge, unavailable } = allowance(group.spec.update, size);
  // Those on their way out still are machines of the group, until they are gone.
  const live = instancesInOrder(input).filter(
    (one) => one.group === group.name && one.logicalId === undefined && isLive(one),
  );
  const well = staying.filter((instance) => isWell(input, view, group, instance));
  const proven = well.filter((instance) => {
    const since = provenAt(input, batchSlot(group.name, instance.zone), instance.id);
    return since !== undefined && input.now - since >= group.spec.update.healthySeconds * 1000;
  });
  const spare = proven.length - (size - unavailable);
  const wellIds = new Set(well.map(({ id }) => id));
  const wellOld = old.filter(({ id }) => wellIds.has(id));
  // One that does not work, and is to go by an operator's order, is nobody's loss once the others are enough.
  const idle = old.filter(({ id }) => !wellIds.has(id) && isOrdered(input, id, 'replace'));
  const leavers = [
    ...(spare >= 0 ? idle : []),
    ...leavingOrder(input, view, group.name, wellOld).slice(0, Math.max(0, spare)),
  ];
  for (const instance of leavers) {
    const reason = `${whyReplaced(input, group.name, instance)}; ${proven.length} of ${size} are healthy`;
    const suspicion = { instanceId: instance.id, symptom: MARK.leaving, since: input.now, restartedAt: undefined };
    draft.act({ kind: 'suspect', suspicion, reason });
  }
  const unproven = proven.length + idle.length < staying.length;
  if (unproven) draft.wait('machines to have been healthy for long enough', group.name);
  else if (leavers.length === 0) draft.wait('machines of a former configuration to be replaced', group.name);

  const fresh = staying.length - old.length;
  const wanted = Math.min(size - fresh, size + surge - live.length);
  // What is launched for numbers comes first: two launches of one slot can't be in one plan. And a zone whose last
  // launch is not proven to work gets no other.
  const launching = draft.actions.some((action) => action.kind === 'launch' && action.group === group.name);
  if (wanted <= 0 || launching || unproven || isUnsettled(input, group)) return;
  planLaunches(
    input,
    draft,
    group,
    staying,
    wanted,
    `${group.name} is rolled: ${old.length} of ${size} to be replaced`,
  );
}

function isWell(input: PlanInput, view: WholeView, group: DeclaredGroup, instance: InstanceSeen): boolean {
  if (group.spec.flavor === 'vanilla') return instance.state === 'running';
  return workerHealth(input, view, instance).kind === 'healthy';
}
