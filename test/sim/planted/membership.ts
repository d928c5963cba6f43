import type { Action } from '../../../lib/plan/action.ts';
import { isMemberOf } from '../../../lib/plan/node-owner.ts';
import { swarmView } from '../../../lib/plan/swarm-view.ts';
import type { PlanInput } from '../../../lib/plan/world.ts';
import { changedInput, changedPlan, type PlantedBug, withNodes } from './planted-bug.ts';

/** Bugs in who joins, leaves and is removed. */
export const membershipBugs: readonly PlantedBug[] = [
  {
    name: 'joined-before-demoted',
    breaks: 'a manager with a blank disk joins while its old node is still a voter',
    caughtBy: ['demoted-before-joined'],
    plant: changedInput(withoutFormerNodes),
  },
  {
    name: 'dead-nodes-stay',
    breaks: 'nodes of machines that are gone are never removed from the Swarm',
    caughtBy: ['whole-again', 'whole-from-nothing'],
    plant: changedPlan((plan) => {
      const demoted = new Set(plan.actions.flatMap((action) => (action.kind === 'demoteNode' ? [action.nodeId] : [])));
      return {
        ...plan,
        actions: plan.actions.filter((action) => action.kind !== 'removeNode' || demoted.has(action.nodeId)),
      };
    }),
  },
  {
    name: 'tokens-stay',
    breaks: 'join tokens are never rotated',
    caughtBy: ['tokens-are-rotated'],
    plant: changedPlan((plan) => ({
      ...plan,
      actions: plan.actions.filter(({ kind }) => kind !== 'rotateTokens'),
    })),
  },
  {
    name: 'scale-in-without-draining',
    breaks: 'machines that are too many are ended with their tasks on them',
    caughtBy: ['drained-before-removed'],
    plant: changedPlan((plan, input) => {
      const view = swarmView(input);
      const nodes = view.kind === 'quorum' ? view.nodes : [];
      const drained = new Set(plan.actions.flatMap((action) => (action.kind === 'drainNode' ? [action.nodeId] : [])));
      const ended = (action: Action): Action[] => {
        if (action.kind === 'removeNode' && drained.has(action.nodeId)) return [];
        if (action.kind !== 'drainNode') return [action];
        const machine = nodes.find(({ id }) => id === action.nodeId)?.hostname ?? '';
        return [{ kind: 'terminate', instanceIds: [machine], reason: action.reason }];
      };
      return { ...plan, actions: plan.actions.flatMap(ended) };
    }),
  },
  {
    name: 'idle-pass-acts',
    breaks: 'each convergence of a whole cluster begins by joining its workers once more',
    caughtBy: ['idle-changes-nothing'],
    plant: () => ({
      plan: (real) => {
        let greeted = false;
        return (input) => {
          const plan = real(input);
          const view = swarmView(input);
          if (greeted || plan.actions.length > 0 || plan.waiting.length > 0 || view.kind !== 'quorum') return plan;
          greeted = true;
          const instanceIds = [view.via];
          const join = { kind: 'join', role: 'manager', instanceIds, managers: view.joinAddresses } as const;
          return { ...plan, actions: [{ ...join, publisher: view.via, reason: 'to be sure' }] };
        };
      },
    }),
  },
];

/** The managers' lists without the former nodes of machines whose disk is blank. */
function withoutFormerNodes(input: PlanInput): PlanInput {
  const { probes, instances } = input.observation;
  if (probes === undefined) return input;
  const blank = instances.flatMap(({ id, logicalId }) => {
    const outcome = probes.get(id);
    const isBlank = outcome?.kind === 'answered' && outcome.probe.raftState === 'none';
    return isBlank && logicalId !== undefined ? [logicalId] : [];
  });
  return withNodes(input, (nodes) => nodes.filter((node) => !blank.some((logicalId) => isMemberOf(node, logicalId))));
}
