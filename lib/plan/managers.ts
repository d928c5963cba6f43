import type { SwarmNode } from '../observe/observation.ts';
import { LEAVING } from './cattle.ts';
import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { answerOf, type Health, isMemberOf, managerHealth } from './health.ts';
import { LIMITS } from './limits.ts';
import type { Occupant } from './pets.ts';
import { endsAMachine, type Gate, planRepair, restartsAnEngine } from './repair.ts';
import { isHealthyVoter, type SwarmView, testimonies } from './swarm-view.ts';
import { declaredGroups, instancesInOrder, logicalIdsOf, type PlanInput } from './world.ts';

/** Every declared manager with its machine and what is to be thought of it, in address order. */
export function managersOf(input: PlanInput, occupants: readonly Occupant[], view: SwarmView): readonly Manager[] {
  const byId = new Map(occupants.map((occupant) => [occupant.logicalId, occupant]));
  return declaredGroups(input)
    .filter((group) => group.spec.flavor === 'swarm-manager')
    .flatMap((group) => logicalIdsOf(group.spec))
    .map((logicalId) => {
      const occupant = byId.get(logicalId);
      if (occupant === undefined) return { logicalId, occupant, health: { kind: 'coming', what: 'a machine' } };
      if (!occupant.complete) return { logicalId, occupant, health: { kind: 'coming', what: 'its disk' } };
      return { logicalId, occupant, health: managerHealth(input, view, logicalId, occupant.instance) };
    });
}

/**
 * All managers are asked in every pass: each has its own view. With them whatever looked broken before, so that what is
 * decided about it rests on answers of one moment.
 */
export function askManagers(input: PlanInput, draft: Draft, managers: readonly Manager[]): void {
  const suspects = instancesInOrder(input).filter(({ id }) => {
    const suspicion = input.records.suspicions.get(id);
    return suspicion !== undefined && suspicion.symptom !== LEAVING;
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
  for (const { logicalId, occupant, health } of managers) {
    if (occupant?.complete !== true) continue;
    planRepair(input, draft, logicalId, occupant.instance, health, {
      restart: restartGate(input, draft, managers, logicalId),
      replace: replaceGate(input, draft, view, managers, logicalId, health),
    });
  }
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
    const neverASwarm = view.kind === 'none' && input.records.genesis?.clusterId === undefined;
    if (neverASwarm) return undefined;
    if (view.kind !== 'quorum') return { rule: 'no-quorum', reason: 'the Swarm has no quorum' };
    const unwell = managers.filter((other) => other.logicalId !== logicalId && other.health.kind !== 'healthy');
    if (unwell.length === 0) return undefined;
    const names = unwell.map((other) => other.logicalId).join(', ');
    return { rule: 'others-unwell', reason: `${names} not healthy either` };
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
      const unheard = others.filter(({ occupant, health }) => {
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

/** A new leader calls a node unknown, or down, until it registers, although it votes: what counts is whether its address answers. */
function mayVote(node: SwarmNode): boolean {
  return node.raft?.reachability !== 'unreachable';
}

function named(managers: readonly Manager[]): string {
  return managers.map((manager) => manager.logicalId).join(', ');
}
