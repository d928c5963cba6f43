import type { Action, Plan } from '../../../lib/plan/action.ts';
import { isLive, type PlanInput } from '../../../lib/plan/world.ts';
import { changedPlan, type PlantedBug } from './planted-bug.ts';

/** Bugs in what becomes of machines that run and look broken. */
export const endingBugs: readonly PlantedBug[] = [
  {
    name: 'no-quorum-check',
    breaks: 'a running manager that looks broken is ended whatever the other managers are like',
    caughtBy: ['others-work-first', 'quorum-is-kept'],
    plant: changedPlan((plan, input) => endHeld(plan, input, ['no-quorum', 'others-unwell', 'engine-down', 'wave'])),
  },
  {
    name: 'several-at-once',
    breaks: 'as soon as there is a quorum, all managers that look broken are ended at once',
    caughtBy: ['others-work-first', 'quorum-is-kept', 'looked-at-twice'],
    plant: changedPlan((plan, input) => endHeld(plan, input, ['one-at-a-time', 'others-unwell'])),
  },
  {
    name: 'ended-on-one-look',
    breaks: 'a machine is ended the first time that it looks broken',
    caughtBy: ['looked-at-twice', 'no-working-machine-is-ended', 'quorum-is-kept', 'others-work-first'],
    plant: changedPlan((plan) => ({
      ...plan,
      actions: plan.actions.map((action) =>
        action.kind === 'suspect' ? ended(action.suspicion.instanceId, 'it looks broken') : action,
      ),
    })),
  },
  {
    name: 'silent-is-dead',
    breaks: 'a manager whose agent does not answer is taken for dead and ended',
    caughtBy: ['no-working-machine-is-ended', 'looked-at-twice', 'quorum-is-kept'],
    plant: changedPlan((plan, input) => {
      const silent = plan.held
        .filter(({ rule }) => rule === 'silent')
        .flatMap(({ subject }) => machineAt(input, subject));
      return { ...plan, actions: [...plan.actions, ...silent.map((id) => ended(id, 'it is silent'))] };
    }),
  },
  {
    name: 'healthy-replaced-while-one-is-down',
    breaks: 'while a manager is gone, another one that is healthy is replaced (as InfraKit did in a rolling update)',
    caughtBy: ['no-working-machine-is-ended', 'quorum-is-kept', 'looked-at-twice', 'others-work-first'],
    plant: changedPlan((plan, input) => {
      const gone = plan.actions.some((action) => action.kind === 'launch' && action.order.kind === 'pet');
      const known = input.records.genesis?.clusterId !== undefined;
      const other = input.observation.instances.find(({ state, logicalId }) => state === 'running' && logicalId);
      if (!gone || !known || other === undefined) return plan;
      return { ...plan, actions: [...plan.actions, ended(other.id, 'the configuration changed')] };
    }),
  },
  {
    name: 'nodes-down-left-alone',
    breaks: 'machines that run while Swarm calls their nodes down are left as they are for ever (as InfraKit did)',
    caughtBy: ['whole-again', 'whole-from-nothing'],
    plant: changedPlan((plan, input) => {
      const workers = new Set(
        input.observation.instances.filter(({ logicalId }) => logicalId === undefined).map(({ id }) => id),
      );
      return {
        ...plan,
        actions: plan.actions.filter(
          (action) => action.kind !== 'suspect' || !workers.has(action.suspicion.instanceId),
        ),
      };
    }),
  },
];

function ended(instanceId: string, reason: string): Action {
  return { kind: 'terminate', instanceIds: [instanceId], reason };
}

/** Ends what is held back by these rules, and has been under suspicion for a while. */
function endHeld(plan: Plan, input: PlanInput, rules: readonly string[]): Plan {
  const held = plan.held
    .filter(({ rule }) => rules.includes(rule))
    .flatMap(({ subject }) => machineAt(input, subject))
    .filter((id) => {
      const suspicion = input.records.suspicions.get(id);
      return suspicion !== undefined && input.now - suspicion.since > 60_000;
    });
  return { ...plan, actions: [...plan.actions, ...[...new Set(held)].map((id) => ended(id, 'it is broken'))] };
}

function machineAt(input: PlanInput, logicalId: string): string[] {
  return input.observation.instances.filter((one) => isLive(one) && one.logicalId === logicalId).map(({ id }) => id);
}
