import type { Records } from '../../../lib/plan/records.ts';
import { swarmView } from '../../../lib/plan/swarm-view.ts';
import type { PlanInput } from '../../../lib/plan/world.ts';
import type { PlantedBug } from './planted-bug.ts';
import { allVolumesLost } from './scenario.ts';

/** Bugs in the one initialisation of the Swarm. */
export const genesisBugs: readonly PlantedBug[] = [
  {
    name: 'initialised-beside-raft-state',
    breaks: "the first manager that is up and blank begins a Swarm, without a look at the other managers' disks",
    caughtBy: ['one-swarm', 'one-leader'],
    plant: () => ({
      plan: (real) => (input) => {
        const plan = real(input);
        const { probes, instances } = input.observation;
        const managers = instances.flatMap((instance) => {
          const outcome = probes?.get(instance.id);
          return outcome?.kind === 'answered' && instance.logicalId !== undefined
            ? [{ ...outcome.probe, logicalId: instance.logicalId }]
            : [];
        });
        const begun = managers.some(({ engine }) => engine.state === 'up' && engine.controlAvailable);
        const [first] = managers.filter(
          ({ engine, raftState }) => engine.state === 'up' && engine.localState === 'inactive' && raftState === 'none',
        );
        if (begun || first === undefined || input.records.genesis?.clusterId !== undefined) return plan;
        const { instanceId, logicalId } = first;
        return { ...plan, actions: [{ kind: 'initSwarm', instanceId, logicalId, reason: 'it is blank' }] };
      },
      perform: (real) => (action, context) => {
        if (action.kind !== 'initSwarm') return real(action, context);
        const genesis = { seed: action.logicalId, claimedAt: 0, clusterId: undefined };
        return real(action, { ...context, records: { ...context.records, genesis } });
      },
    }),
  },
  {
    name: 'initialised-again',
    breaks: 'a second Swarm is begun when all disks are blank, although this cluster has had one',
    caughtBy: ['one-swarm'],
    scenario: allVolumesLost,
    plant: () => ({
      plan: (real) => (input) => real(showsASwarm(input) ? input : { ...input, records: forgetful(input.records) }),
      perform: (real) => (action, context) => real(action, { ...context, records: forgetful(context.records) }),
    }),
  },
];

/** Before one is on record nobody joins: what forgets it while it is there would only never grow. */
function showsASwarm(input: PlanInput): boolean {
  const { kind } = swarmView(input);
  return kind !== 'notAsked' && kind !== 'none';
}

function forgetful(records: Records): Records {
  const { genesis } = records;
  return { ...records, genesis: genesis && { ...genesis, clusterId: undefined } };
}
