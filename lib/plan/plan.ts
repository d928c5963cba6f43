import type { Plan } from './action.ts';
import { type Herds, planCattle } from './cattle.ts';
import { planConfirmations } from './confirmations.ts';
import { Draft } from './draft.ts';
import { planGenesis } from './genesis.ts';
import { askManagers, managersOf, planManagerRepairs } from './managers.ts';
import { planDeadNodes, planFormerMembers, planManagerJoins, planPromotions } from './membership.ts';
import { closeOrders, planDrains } from './orders.ts';
import { paused } from './paused.ts';
import { planPets } from './pets.ts';
import { planPetRollouts } from './pets-rollout.ts';
import { planRecovery } from './recovery.ts';
import { forgetTheGone } from './repair.ts';
import { retiredIds } from './retired.ts';
import { planRetirements } from './retirement.ts';
import { planReturnedVolumes } from './returned-volumes.ts';
import { planHerdRollouts } from './rollout.ts';
import { planRolloutOutcomes } from './rollout-outcome.ts';
import { planRotation } from './rotation.ts';
import { planActivations, planSettings } from './settings.ts';
import { swarmView } from './swarm-view.ts';
import { planLeavers, planWorkers } from './workers.ts';
import { instancesInOrder, isLive, ownEntry, type PlanInput } from './world.ts';

/**
 * The ordered actions that lead from observation to spec, what is held back and why, and what is only waited for.
 * Pure: the same input gives the same plan, whatever the order of its lists. Level-based: it looks at the state
 * alone, never at the event that woke it.
 *
 * What only adds (machines for logical IDs and numbers) is planned from EC2 alone and goes on with the quorum lost.
 * Everything else needs a majority of the managers to say the same.
 */
export function plan(input: PlanInput): Plan {
  const { mode, pause } = input.records;
  if (mode === 'removing') {
    const draft = new Draft();
    draft.hold('removing', input.committed.spec.cluster, 'the cluster is being taken down');
    return draft.plan();
  }
  return pause === undefined ? planAll(input) : paused(planAll(input), pause, input.committed.spec.cluster);
}

function planAll(input: PlanInput): Plan {
  const draft = new Draft();
  const { cluster } = input.committed.spec;
  const view = swarmView(input);
  const { recovery } = input.records;
  if (recovery !== undefined) {
    planRecovery(input, draft, view, recovery);
    return draft.plan();
  }
  const all = planPets(input, draft, view);
  const occupants = all.filter(({ declared }) => declared);
  const herds = planCattle(input, draft, view);
  nameStrangers(input, draft, herds);
  forgetTheGone(input, draft);
  closeOrders(input, draft);

  const members = managersOf(input, all, view);
  const managers = members.filter(({ declared }) => declared);
  askManagers(input, draft, members);
  const membershipIsOurs = planGenesis(input, draft, view, managers);
  planManagerRepairs(input, draft, view, members);
  if (view.kind === 'noQuorum') {
    draft.hold('no-quorum', cluster, `${view.reason}; machines that are gone are re-created, nothing else is done`);
  }
  if (view.kind === 'quorum' && membershipIsOurs) {
    const isBusy = planFormerMembers(draft, view, managers) || planPromotions(draft, view, managers);
    if (!isBusy) planManagerJoins(draft, view, managers);
    planWorkers(input, draft, view, occupants, herds);
    planDeadNodes(input, draft, view, managers);
    planLeavers(input, draft, view, herds, managers);
    planDrains(input, draft, view, occupants, herds);
    planActivations(input, draft, view, occupants, herds);
    planSettings(input, draft, view, occupants, herds);
    const well = planConfirmations(input, draft, view, managers, occupants, herds);
    planReturnedVolumes(input, draft, occupants, well);
    planRolloutOutcomes(input, draft, view, managers, occupants, herds, well);
    planRetirements(input, draft, view, managers);
    planPetRollouts(input, draft, view, managers, occupants);
    planHerdRollouts(input, draft, view, managers, herds);
    planRotation(input, draft, view, managers);
  }
  return draft.plan();
}

/** Machines with the cluster's tag that no declared group accounts for are named, never touched. */
function nameStrangers(input: PlanInput, draft: Draft, herds: Herds): void {
  const retired = new Set(retiredIds(input));
  const leaving = new Set(herds.leaving.map(({ instance }) => instance.id));
  for (const instance of instancesInOrder(input)) {
    if (!isLive(instance) || retired.has(instance.logicalId ?? '') || leaving.has(instance.id)) continue;
    const group = ownEntry(input.committed.spec.groups, instance.group ?? '');
    const allocation = group?.allocation;
    const accounted =
      allocation?.kind === 'size'
        ? instance.logicalId === undefined
        : instance.logicalId !== undefined && allocation?.logicalIds.includes(instance.logicalId) === true;
    if (accounted) continue;
    const identity = instance.logicalId === undefined ? '' : ` with logical ID ${instance.logicalId}`;
    const what = `${instance.id} carries the cluster's tag, but group "${instance.group ?? ''}"${identity} is not declared`;
    draft.hold('undeclared', instance.id, `${what}; end it by hand, or declare it`);
  }
}
