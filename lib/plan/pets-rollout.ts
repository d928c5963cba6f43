import type { SwarmNode } from '../observe/observation.ts';
import type { Action } from './action.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { answerOf, workerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import { isMarked, MARK } from './marks.ts';
import { managersWhole } from './membership.ts';
import { isMemberOf } from './node-owner.ts';
import { holdHalted, isDue, isOrdered, whyReplaced } from './orders.ts';
import type { Occupant } from './pets.ts';
import { provenAt } from './proven.ts';
import { endsAMachine } from './repair.ts';
import { retiredIds } from './retired.ts';
import { isHealthyVoter, mayRunTasks, type WholeView } from './swarm-view.ts';
import { type DeclaredGroup, type PlanInput, petSlot } from './world.ts';

/**
 * Rolls groups by logical ID, one machine at a time: drained, its engine stopped cleanly, ended; `planPets` brings a new
 * one back at the same address with the same disk, and the next is only touched when that one has been healthy for
 * `healthySeconds`. Of the managers the followers go first. The leader hands over before its turn, so that there is
 * never an election to wait for.
 */
export function planPetRollouts(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  managers: readonly Manager[],
  occupants: readonly Occupant[],
): void {
  if (endsAMachine(draft.actions)) return;
  const groups = new Map(occupants.map(({ group }) => [group.name, group]));
  for (const group of groups.values()) {
    const own = occupants.filter((occupant) => occupant.group.name === group.name);
    holdHalted(
      input,
      draft,
      group.name,
      own.map(({ instance }) => instance),
    );
    const old = own.filter(({ instance }) => isDue(input, group.name, instance));
    if (old.length === 0) continue;
    if (group.spec.flavor === 'swarm-manager') rollManagers(input, draft, view, group, managers, old);
    else rollOthers(input, draft, view, group, managers, own, old);
    // One group after the other: with one of its machines away nothing else is touched.
    return;
  }
}

function rollManagers(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  group: DeclaredGroup,
  managers: readonly Manager[],
  old: readonly Occupant[],
): void {
  const begun = old.find(({ instance }) => isMarked(input.records, instance.id, MARK.rolling));
  const isLeader = ({ logicalId }: Occupant) => isMemberOf(view.leader, logicalId);
  // What is ordered to be replaced need not work; all the others must.
  const next = begun ?? old.find((one) => isOrdered(input, one.instance.id, 'replace') && !isLeader(one));
  const unwell = managers.filter(({ logicalId, health }) => logicalId !== next?.logicalId && health.kind !== 'healthy');
  const strange = view.voters.filter(
    (node) => !isHealthyVoter(node) && !(next !== undefined && isMemberOf(node, next.logicalId)),
  );
  if (unwell.length > 0 || strange.length > 0) {
    const names = [...unwell.map(({ logicalId }) => logicalId), ...strange.map(({ id }) => id)].join(', ');
    draft.hold('rollout', group.name, `not while ${names} is unwell: broken members are repaired first`);
    return;
  }
  if (begun !== undefined) {
    replace(input, draft, view, begun, group);
    return;
  }
  const retired = retiredIds(input).find((logicalId) => view.voters.some((node) => isMemberOf(node, logicalId)));
  if (retired !== undefined) {
    draft.hold('rollout', group.name, `not while ${retired} is taken away: one manager at a time`);
    return;
  }
  const others = managers.filter(({ logicalId }) => logicalId !== next?.logicalId);
  const recent = others.find(({ logicalId, occupant }) => !hasProven(input, group, logicalId, occupant?.instance.id));
  if (recent !== undefined) {
    draft.wait('a replaced machine to have been healthy for long enough', recent.logicalId);
    return;
  }
  if (managers.length < 3) {
    const reason = `${managers.length === 1 ? 'the only manager' : 'one of two managers'} can't be replaced without an outage of the Swarm; declare three, or end ${old[0]?.instance.id ?? 'it'} by hand`;
    draft.hold('no-majority-without-it', group.name, reason);
    return;
  }
  const target = next ?? old.find((occupant) => !isLeader(occupant));
  if (target !== undefined) {
    const handed = input.records.suspicions.get(target.instance.id);
    const due = (handed?.since ?? 0) + group.spec.update.healthySeconds * 1000;
    if (handed?.symptom === MARK.handedOver && input.now < due) {
      draft.hold('rollout', target.logicalId, 'it was the leader: the new one leads for a while first', due);
      return;
    }
    begin(input, draft, group, target);
    return;
  }
  const heir = managers.find(({ logicalId }) => !isMemberOf(view.leader, logicalId))?.occupant?.instance.id;
  const leading = old.find(isLeader)?.instance.id;
  if (heir === undefined || leading === undefined) return;
  if (draft.actions.some(takesALeader)) {
    draft.wait('other commands to the Swarm to be done, before the leader hands over', group.name);
    return;
  }
  const suspicion = { instanceId: leading, symptom: MARK.handedOver, since: input.now, restartedAt: undefined };
  const reason = `the leader ${view.leader.id} is to be replaced: it hands over first, and becomes a manager again at once`;
  draft.act({ kind: 'suspect', suspicion, reason });
  draft.act({ kind: 'demoteNode', nodeId: view.leader.id, via: heir, reason });
}

/** Commands of one pass go out side by side: what reaches the Swarm while its leader changes fails. */
function takesALeader(action: Action): boolean {
  return action.kind === 'join' || 'via' in action;
}

/** Workers with a disk and an address of their own, and machines that are in no Swarm. */
function rollOthers(
  input: PlanInput,
  draft: Draft,
  view: WholeView,
  group: DeclaredGroup,
  managers: readonly Manager[],
  own: readonly Occupant[],
  old: readonly Occupant[],
): void {
  const isWell = ({ instance, complete }: Occupant) =>
    complete && (group.spec.flavor === 'vanilla' || workerHealth(input, view, instance).kind === 'healthy');
  const begun = old.find(({ instance }) => isMarked(input.records, instance.id, MARK.rolling));
  const next = begun ?? old.find(({ instance }) => isOrdered(input, instance.id, 'replace'));
  const unwell = own.filter((occupant) => occupant !== next && !isWell(occupant));
  const declared = group.spec.allocation.kind === 'logicalIds' ? group.spec.allocation.logicalIds.length : 0;
  if (unwell.length > 0 || own.length < declared || !managersWhole(view, managers)) {
    draft.hold('rollout', group.name, 'not while a machine is unwell: broken members are repaired first');
    return;
  }
  if (begun !== undefined) {
    replace(input, draft, view, begun, group);
    return;
  }
  const others = own.filter((occupant) => occupant !== next);
  const recent = others.find(({ logicalId, instance }) => !hasProven(input, group, logicalId, instance.id));
  const target = next ?? old[0];
  if (recent !== undefined) draft.wait('a replaced machine to have been healthy for long enough', recent.logicalId);
  else if (target !== undefined) begin(input, draft, group, target);
}

function begin(input: PlanInput, draft: Draft, group: DeclaredGroup, { instance, logicalId }: Occupant): void {
  const suspicion = { instanceId: instance.id, symptom: MARK.rolling, since: input.now, restartedAt: undefined };
  draft.act({ kind: 'suspect', suspicion, reason: `${logicalId}: ${whyReplaced(input, group.name, instance)}` });
}

/** The one that was begun with: drained, stopped, ended; each step as soon as the one before shows itself. */
function replace(input: PlanInput, draft: Draft, view: WholeView, occupant: Occupant, group: DeclaredGroup): void {
  const { instance, logicalId } = occupant;
  const since = input.records.suspicions.get(instance.id)?.since ?? input.now;
  const node = view.nodes.find((one) => isMemberOf(one, logicalId));
  const reason = `${instance.id} at ${logicalId} is replaced: ${whyReplaced(input, group.name, instance)}`;
  const isManager = group.spec.flavor === 'swarm-manager';
  if (node !== undefined && needsDrain(node, input.now - since)) {
    draft.act({ kind: 'drainNode', nodeId: node.id, via: view.via, seconds: LIMITS.drainCall, reason });
    if (isManager) draft.act({ kind: 'stopEngine', instanceId: instance.id, nodeId: node.id, reason });
    else draft.wait('its tasks to leave', logicalId);
    return;
  }
  const answer = answerOf(input, instance);
  const stopped = answer?.kind === 'answered' && answer.probe.engine.state === 'down';
  if (isManager && node !== undefined && !stopped && mayRunTasks(node) && node.raft?.reachability === 'reachable') {
    draft.act({ kind: 'stopEngine', instanceId: instance.id, nodeId: node.id, reason });
    return;
  }
  draft.act({ kind: 'terminate', instanceIds: [instance.id], reason });
}

/** A person's drain is left as it is, and waited for no longer than our own. */
function needsDrain(node: SwarmNode, age: number): boolean {
  if (!mayRunTasks(node) || age >= LIMITS.drain) return false;
  if (node.availability !== 'drain') return true;
  return node.tasks === undefined ? age < LIMITS.drainUncounted : node.tasks > 0;
}

function hasProven(input: PlanInput, group: DeclaredGroup, logicalId: string, instanceId: string | undefined): boolean {
  if (instanceId === undefined) return false;
  const since = provenAt(input, petSlot(logicalId), instanceId);
  return since !== undefined && input.now - since >= group.spec.update.healthySeconds * 1000;
}
