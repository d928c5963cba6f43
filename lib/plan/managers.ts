import type { InstanceSeen, SwarmNode } from '../observe/observation.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { answerOf, type Health, managerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import { isWithoutDisk } from './lost-volume.ts';
import { isMarked, MARK } from './marks.ts';
import { planNodeRemoval } from './membership.ts';
import { isMemberOf } from './node-owner.ts';
import { isBeingRolled } from './orders.ts';
import type { Occupant } from './pets.ts';
import { endsAMachine, type Gate, planRepair, restartsAnEngine } from './repair.ts';
import { isBeforeTheSwarm, isHealthyVoter, type SwarmView, testimonies } from './swarm-view.ts';
import { declaredGroups, instancesInOrder, logicalIdsOf, type PlanInput, petSlot } from './world.ts';

/**
 * Every declared manager with its machine and what is to be thought of it, in address order; and those that are declared
 * no longer, as long as they have a machine and may have a vote.
 */
export function managersOf(input: PlanInput, occupants: readonly Occupant[], view: SwarmView): readonly Manager[] {
  const isVoter = (logicalId: string) =>
    view.kind !== 'quorum' || view.voters.some((node) => isMemberOf(node, logicalId));
  const byId = new Map(occupants.map((occupant) => [occupant.logicalId, occupant]));
  return declaredGroups(input)
    .filter((group) => group.spec.flavor === 'swarm-manager')
    .flatMap((group) => [
      ...logicalIdsOf(group.spec).map((logicalId) => ({ logicalId, declared: true })),
      ...occupants
        .filter((occupant) => !occupant.declared && occupant.group.name === group.name && isVoter(occupant.logicalId))
        .map(({ logicalId }) => ({ logicalId, declared: false })),
    ])
    .map(({ logicalId, declared }) => {
      const occupant = byId.get(logicalId);
      const manager = { logicalId, declared, occupant };
      if (occupant === undefined) return { ...manager, health: { kind: 'coming', what: 'a machine' } };
      if (!occupant.complete) return { ...manager, health: { kind: 'coming', what: 'its disk' } };
      return { ...manager, health: managerHealth(input, view, logicalId, occupant.instance) };
    });
}

/** Marks of machines that work: there is nothing to ask them. */
const QUIET: ReadonlySet<string> = new Set([MARK.leaving, MARK.settings, MARK.handedOver]);

/**
 * All managers are asked in every pass: each has its own view, also those that are declared no longer and vote still. With
 * them whatever looked broken before, so that what is decided about it rests on answers of one moment.
 */
export function askManagers(input: PlanInput, draft: Draft, managers: readonly Manager[]): void {
  const suspects = instancesInOrder(input).filter(({ id }) => {
    const suspicion = input.records.suspicions.get(id);
    return suspicion !== undefined && !QUIET.has(suspicion.symptom);
  });
  for (const instance of [...managers.flatMap(({ occupant }) => occupant?.instance ?? []), ...suspects]) {
    if (instance.state === 'running' && answerOf(input, instance) === undefined) draft.ask(instance.id);
  }
}

export function planManagerRepairs(
  input: PlanInput,
  draft: Draft,
  view: SwarmView,
  managers: readonly Manager[],
): void {
  for (const { logicalId, occupant, health, declared } of managers) {
    if (occupant?.complete !== true) continue;
    const { instance } = occupant;
    // Its removal goes on whatever becomes of it, unless others have to be repaired first.
    if (!declared && health.kind === 'healthy' && isMarked(input.records, instance.id, MARK.leaving)) continue;
    const restart = restartGate(input, draft, managers, logicalId);
    const replace = replaceGate(input, draft, view, managers, logicalId, health);
    if (isMarked(input.records, instance.id, MARK.rolling) && view.kind !== 'notAsked') {
      const others = managers.filter((other) => other.logicalId !== logicalId);
      const free = view.kind === 'quorum' && others.every((other) => other.health.kind === 'healthy');
      // The roll-out goes on with it, if it can; else it is to work again as soon as possible. One that is declared no longer
      // is not rolled any more, and its removal waits until all work.
      if (free && declared && isBeingRolled(input, occupant.group.name, instance)) continue;
      if (health.kind === 'broken') {
        startAgain(input, draft, logicalId, instance, health, restart);
        continue;
      }
    }
    const rejoin = (reason: string) => planRejoin(draft, view, logicalId, instance, replace, reason);
    planRepair(input, draft, logicalId, instance, health, { restart, replace, rejoin });
  }
}

/** An engine that was stopped to be replaced, and is needed after all. */
function startAgain(
  input: PlanInput,
  draft: Draft,
  logicalId: string,
  instance: InstanceSeen,
  { symptom, reason }: Extract<Health, { kind: 'broken' }>,
  gate: Gate,
): void {
  const refusal = gate();
  if (refusal !== undefined) {
    draft.hold(refusal.rule, logicalId, `${reason}; its engine is not started again: ${refusal.reason}`);
    return;
  }
  const suspicion = { instanceId: instance.id, symptom, since: input.now, restartedAt: input.now };
  const why = `${reason}: it was to be replaced, and the others do not all work any more`;
  draft.act({ kind: 'restartEngine', instanceId: instance.id, suspicion, reason: why });
}

/**
 * The Raft state on its disk is bad, or of a member that was removed: its former node is demoted and removed first, and
 * only when the Swarm knows none of that address any more is the state given up (Safety 5).
 */
function planRejoin(
  draft: Draft,
  view: SwarmView,
  logicalId: string,
  instance: InstanceSeen,
  gate: Gate,
  reason: string,
): ReturnType<Gate> {
  const refusal = gate();
  if (refusal !== undefined) return refusal;
  if (view.kind !== 'quorum') return { rule: 'no-quorum', reason: 'the Swarm has no quorum' };
  const former = view.nodes.filter((node) => isMemberOf(node, logicalId));
  const working = former.find(isHealthyVoter);
  if (working !== undefined)
    return { rule: 'former-node', reason: `the Swarm lists its node ${working.id} as working` };
  for (const node of former) {
    const why = `${reason}: its former node ${node.id} can't come back`;
    planNodeRemoval(draft, node, view.via, why);
  }
  if (former.length > 0) return undefined;
  const why = `${reason}: it leaves, and joins as a new member`;
  draft.act({ kind: 'leaveSwarm', instanceId: instance.id, logicalId, reason: why });
  return undefined;
}

const NEVER_BOOTED: ReadonlySet<string> = new Set(['boot-failed', 'boot-stuck']);

/** A running manager is only ended with a quorum, with every other manager healthy, and one at a time (Safety 2). */
function replaceGate(
  input: PlanInput,
  draft: Draft,
  view: SwarmView,
  managers: readonly Manager[],
  logicalId: string,
  health: Health,
): Gate {
  return () => {
    if (endsAMachine(draft.actions)) return { rule: 'one-at-a-time', reason: 'another machine is being ended' };
    // Its engine was never started in this boot: there is no vote to be taken away, and nothing else would bring it back.
    if (health.kind === 'broken' && NEVER_BOOTED.has(health.symptom)) return undefined;
    if (view.kind === 'none' && isBeforeTheSwarm(input)) return undefined;
    if (view.kind !== 'quorum') return { rule: 'no-quorum', reason: 'the Swarm has no quorum' };
    // One that has not joined yet, or whose node is a worker, has no vote to count on, and waits for this one itself.
    const isVoter = (id: string) => view.voters.some((node) => isMemberOf(node, id));
    const unwell = managers.filter(
      (other) => other.logicalId !== logicalId && other.health.kind !== 'healthy' && isVoter(other.logicalId),
    );
    if (unwell.length === 0) return undefined;
    return { rule: 'others-unwell', reason: `${named(unwell)} not healthy either` };
  };
}

/**
 * An engine that answers nobody may still have its vote, and a restart takes it away for some 15 s. Where any manager
 * lists it as a working voter, all the others must be listed so, too; where none can list anything, every other manager
 * must have a machine whose boot is over, and which says so. And one after the other (Safety 2).
 */
function restartGate(input: PlanInput, draft: Draft, managers: readonly Manager[], logicalId: string): Gate {
  return () => {
    const others = managers.filter((other) => other.logicalId !== logicalId);
    if (endsAMachine(draft.actions) || restartsAnEngine(draft.actions)) {
      return { rule: 'one-at-a-time', reason: 'something is done to another machine' };
    }
    const restarting = others.filter(({ occupant }) => {
      const since = input.records.suspicions.get(occupant?.instance.id ?? '')?.restartedAt;
      return since !== undefined && input.now - since < LIMITS.engine;
    });
    if (restarting.length > 0) return { rule: 'one-at-a-time', reason: `${named(restarting)} was restarted just now` };
    const lists = testimonies(input).map((nodes) => nodes.filter((node) => node.raft !== undefined));
    if (lists.length === 0) {
      const unheard = others.filter(({ logicalId: other, occupant, health }) => {
        if (occupant === undefined && isVoteless(input, draft, other)) return false;
        if (occupant === undefined || health.kind === 'coming') return true;
        return answerOf(input, occupant.instance)?.kind !== 'answered';
      });
      if (unheard.length === 0) return undefined;
      return { rule: 'others-unwell', reason: `it may have its vote still, and ${named(unheard)} could not be asked` };
    }
    const voting = lists.filter((voters) => voters.some((node) => isMemberOf(node, logicalId) && mayVote(node)));
    const unwell = new Set(
      voting.flatMap((voters) =>
        voters.filter((node) => !isMemberOf(node, logicalId) && !isHealthyVoter(node)).map((node) => node.id),
      ),
    );
    // A machine that is about to go may still be listed as if nothing were.
    const vacant = voting.length === 0 ? [] : others.filter(({ occupant }) => occupant === undefined);
    for (const { logicalId: gone } of vacant) unwell.add(gone);
    if (unwell.size === 0) return undefined;
    return { rule: 'others-unwell', reason: `it has its vote still, and ${[...unwell].join(', ')} has not` };
  };
}

const UNPOWERED: ReadonlySet<string> = new Set(['stopped', 'terminated']);

/** Its disk is lost, or no machine of it runs and none is coming: it has no vote that could be taken. */
function isVoteless(input: PlanInput, draft: Draft, logicalId: string): boolean {
  if (isWithoutDisk(input, logicalId)) return true;
  if (draft.actions.some((action) => action.kind === 'launch' && action.slot === petSlot(logicalId))) return false;
  return input.observation.instances.every((one) => one.logicalId !== logicalId || UNPOWERED.has(one.state));
}

/** A new leader calls a node unknown, or down, until it registers, although it votes: what counts is whether its address answers. */
function mayVote(node: SwarmNode): boolean {
  return node.raft?.reachability !== 'unreachable';
}

function named(managers: readonly Manager[]): string {
  return managers.map((manager) => manager.logicalId).join(', ');
}
