import type { Draft } from './draft.ts';
import type { Manager } from './genesis.ts';
import { answerOf, managerHealth } from './health.ts';
import type { Occupant } from './pets.ts';
import { endsAMachine, planRepair, type ReplaceGate } from './repair.ts';
import type { SwarmView } from './swarm-view.ts';
import { declaredGroups, logicalIdsOf, type PlanInput } from './world.ts';

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

/** All managers are asked in every pass: each has its own view. */
export function askManagers(input: PlanInput, draft: Draft, managers: readonly Manager[]): void {
  for (const { occupant } of managers) {
    if (occupant?.instance.state !== 'running') continue;
    if (answerOf(input, occupant.instance) === undefined) draft.ask(occupant.instance.id);
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
    planRepair(
      input,
      draft,
      logicalId,
      occupant.instance,
      health,
      replaceGate(input, draft, view, managers, logicalId),
    );
  }
}

/** A running manager is only ended with a quorum, with every other manager healthy, and one at a time (Safety 2). */
function replaceGate(
  input: PlanInput,
  draft: Draft,
  view: SwarmView,
  managers: readonly Manager[],
  logicalId: string,
): ReplaceGate {
  return () => {
    if (endsAMachine(draft.actions)) return { rule: 'one-at-a-time', reason: 'another machine is being ended' };
    const neverASwarm = view.kind === 'none' && input.records.genesis?.clusterId === undefined;
    if (neverASwarm) return undefined;
    if (view.kind !== 'quorum') return { rule: 'no-quorum', reason: 'the Swarm has no quorum' };
    const unwell = managers.filter((other) => other.logicalId !== logicalId && other.health.kind !== 'healthy');
    if (unwell.length === 0) return undefined;
    const names = unwell.map((other) => other.logicalId).join(', ');
    return { rule: 'others-unwell', reason: `${names} not healthy either` };
  };
}
